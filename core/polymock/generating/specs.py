"""The documents of a project: copied with every file that they refer to, and still working.

Files keep their places to one another, below `specs/NAME/`. Where the smallest folder that holds
them all is not enough (an import that is looked for from a folder above), a wider one is taken.
"""

from __future__ import annotations

import os.path
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from msgspec.structs import replace

from polymock.config.loading import LoadedConfig, resolve
from polymock.contracts import compile_mock, find_protocol
from polymock.documents.folders import files_in
from polymock.documents.loader import Limits
from polymock.documents.local import read_file
from polymock.documents.places import is_url
from polymock.errors import SpecError
from polymock.generating.facts import SPECS
from polymock.generating.fetched import fetch_into
from polymock.interfaces import Contract
from polymock_schemas.commands import Fault
from polymock_schemas.config import MockConfig

WIDER = 8
"""Folders above the smallest one that are tried."""


class Origin(NamedTuple):
    """A mock as it is served where it comes from, with the files that it is made of."""

    mock: MockConfig
    contract: Contract
    files: frozenset[Path]
    """Absolute; those that do not exist, but are referred to, among them."""


def bring_specs(loaded: LoadedConfig, stage: Path) -> tuple[MockConfig, ...]:
    """Copy the documents of all mocks; the mocks with their specs in the project.

    Raises SpecError where a document cannot be served, or not from another place.
    """
    seed = loaded.config.world.seed
    return tuple(_bring(mock, loaded.folder, stage, seed) for mock in loaded.config.mocks)


def _bring(mock: MockConfig, folder: Path, stage: Path, seed: int) -> MockConfig:
    origin = _origin(mock, folder, seed)
    home = stage / SPECS / str(mock.name)
    if is_url(mock.spec):
        file = fetch_into(home, mock.spec, allow_private=mock.allow_private)
        moved = replace(origin.mock, spec=file.relative_to(stage).as_posix(), include=())
        if not _is_same(moved, origin, stage, None, seed):
            raise _refusal(mock, "what it refers to cannot be stored beside it")
        return moved
    for base in _bases(origin, folder):
        moved = _copy(origin, folder, base, home, stage)
        if _is_same(moved, origin, stage, (base, home), seed):
            return moved
        shutil.rmtree(home)
    raise _refusal(mock, "it depends on where its files are")


def _origin(mock: MockConfig, folder: Path, seed: int) -> Origin:
    named = replace(mock, protocol=find_protocol(mock, folder))
    _, contract = compile_mock(named, folder, seed)
    return Origin(named, contract, _files(contract))


def _files(contract: Contract) -> frozenset[Path]:
    found = (Path(os.path.normpath(Path.cwd() / file)) for file in contract.files)
    return frozenset(path for path in found if not path.is_dir())


def _places(origin: Origin, folder: Path) -> tuple[Path, list[Path]]:
    """The spec itself, and what it includes: absolute."""
    spec, *include = (
        Path(os.path.normpath(resolve(folder, each)))
        for each in (origin.mock.spec, *origin.mock.include)
    )
    return spec, include


def _needed(origin: Origin, folder: Path) -> list[Path]:
    """The files to copy: those of the contract; of one that does not tell, those that are named."""
    spec, include = _places(origin, folder)
    named = {path for each in (spec, *include) for path in _under(each)}
    return sorted(origin.files or named)


def _under(path: Path) -> Iterator[Path]:
    return files_in(path) if path.is_dir() else iter((path,))


def _bases(origin: Origin, folder: Path) -> Iterator[Path]:
    """The smallest folder that holds everything, then those above it; never the root."""
    spec, include = _places(origin, folder)
    existing = [path for path in (*origin.files, *include, spec) if path.exists()]
    folders = [path if path.is_dir() else path.parent for path in existing]
    smallest = Path(os.path.commonpath(folders))
    yield smallest
    for above in list(smallest.parents)[:WIDER]:
        if above != above.parent:
            yield above


def _copy(origin: Origin, folder: Path, base: Path, home: Path, stage: Path) -> MockConfig:
    """Copy the files from below the base to the mock's home; the mock that is served from there."""
    limit = Limits().file_bytes
    for path in _needed(origin, folder):
        if path.is_file() and path.is_relative_to(base):
            target = home / path.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                target.write_bytes(read_file(str(path), None, limit))
            except ValueError as error:
                raise _refusal(origin.mock, f"{path}: {error}") from error
    spec, include = _places(origin, folder)
    moved = [home / path.relative_to(base) for path in (spec, *include)]
    names = [str(PurePosixPath(path.relative_to(stage))) for path in moved if path.exists()]
    return replace(origin.mock, spec=names[0], include=tuple(names[1:]))


def _is_same(
    mock: MockConfig,
    origin: Origin,
    stage: Path,
    moved: tuple[Path, Path] | None,
    seed: int,
) -> bool:
    """Whether a mock of the project serves what its origin serves, from the project's files.

    `moved` are the folders that files were copied from and to.
    """
    try:
        _, contract = compile_mock(mock, stage, seed)
    except SpecError:
        if moved is None:
            raise
        return False
    if [each.name for each in contract.operations] != [
        each.name for each in origin.contract.operations
    ]:
        return False
    if moved is None:
        return _errors(contract.problems()) <= _errors(origin.contract.problems())
    base, home = moved
    expected = {Path(os.path.relpath(path, base)) for path in origin.files}
    return {Path(os.path.relpath(path, home)) for path in _files(contract)} == expected


def _errors(faults: Sequence[Fault]) -> int:
    return sum(fault.level == "error" for fault in faults)


def _refusal(mock: MockConfig, reason: str) -> SpecError:
    message = f"{mock.spec} cannot be moved into a project: {reason}."
    fault = Fault("error", mock.spec, "", reason)
    return SpecError(
        message, [fault], "Let it refer to files beside or below it, by relative paths."
    )

"""From a mock's config to its contract: which protocol's document it is, then compiling it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from polymock import plugins
from polymock.config.loading import resolve
from polymock.documents.folders import files_in
from polymock.documents.loader import Limits
from polymock.documents.places import is_url
from polymock.documents.remote import Rules, fetch
from polymock.errors import ConfigError, PluginError, SpecError
from polymock.interfaces import Contract, ContractReader, Spec
from polymock_schemas.commands import Fault
from polymock_schemas.config import MockConfig

GROUP = "polymock.protocols"
HEAD_BYTES = 65536
"""How much of a document a protocol sees to recognise it."""
READER_PARTS = ("prefix", "shares_prefix", "recognises", "compile")


def compile_mock(mock: MockConfig, folder: Path, seed: int = 42) -> tuple[ContractReader, Contract]:
    """Find the protocol of a mock's spec, and compile it.

    `folder` is where the config's relative paths start. Raises SpecError, PluginError, ConfigError.
    """
    location = _near(resolve(folder, mock.spec))
    protocol = find_protocol(mock, folder)
    reader = _build_reader(protocol, mock.options)
    spec = Spec(
        location=location,
        name=mock.name or Path(mock.spec).stem,
        include=_included(mock, folder),
        seed=seed,
        allow_private=mock.allow_private,
        callbacks=mock.callbacks,
    )
    with plugins.guarded(f"The protocol plugin {protocol!r} failed on {mock.spec}"):
        return reader, reader.compile(spec)


def find_protocol(mock: MockConfig, folder: Path) -> str:
    """The protocol that a mock names, else the one that recognises its spec.

    Raises SpecError where there is none.
    """
    return mock.protocol or _recognise(mock, _near(resolve(folder, mock.spec)))


def choose_prefixes(
    mocks: Sequence[MockConfig], defaults: Sequence[str], shares: Sequence[bool] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The HTTP prefix of each mock, without trailing slash ("" is the root), and notes on them.

    `defaults` are the prefixes of the mocks' protocols, `shares` whether a mock stands beside
    others at the same prefix (`ContractReader.shares_prefix`). Of those that do not, only one has a
    prefix: such as would meet at a default that they did not ask for go to `/NAME`. Raises
    ConfigError where two of them ask for the same.
    """
    shares = [False] * len(mocks) if shares is None else shares
    wanted = [
        (default if mock.at is None else mock.at).rstrip("/")
        for mock, default in zip(mocks, defaults, strict=True)
    ]
    alone = [not share for share in shares]
    crowded = _met(wanted, alone)
    chosen: list[str] = []
    notes: list[str] = []
    for mock, prefix, stands_alone in zip(mocks, wanted, alone, strict=True):
        if prefix in crowded and mock.at is None and stands_alone:
            chosen.append(f"/{mock.name}")
            notes.append(f"{mock.name} is served at /{mock.name}, as {prefix or '/'} is shared")
        else:
            chosen.append(prefix)
    for prefix in _met(chosen, alone):
        meeting = [
            str(mock.name)
            for mock, own, stands_alone in zip(mocks, chosen, alone, strict=True)
            if own == prefix and stands_alone
        ]
        raise ConfigError(
            f"The mocks {' and '.join(meeting)} are both served at {prefix or '/'}.",
            "Give one of them another prefix with `at:`.",
        )
    return tuple(chosen), tuple(notes)


def _met(prefixes: Sequence[str], alone: Sequence[bool]) -> list[str]:
    """The prefixes that more than one mock has which stands there alone."""
    counts = Counter(prefix for prefix, counts in zip(prefixes, alone, strict=True) if counts)
    return [prefix for prefix, count in counts.items() if count > 1]


def _build_reader(protocol: str, options: Mapping[str, Any]) -> ContractReader:
    """What the protocol's plugin builds. Raises PluginError, ConfigError."""
    reader: ContractReader = plugins.build(GROUP, protocol, options)
    missing = [part for part in READER_PARTS if not hasattr(reader, part)]
    if missing:
        raise PluginError(
            f"The protocol plugin {protocol!r} is broken: what it builds has no `{missing[0]}`.",
            "polymock.interfaces.ContractReader tells what it needs.",
        )
    return reader


def _included(mock: MockConfig, folder: Path) -> tuple[str, ...]:
    """The files and folders under `include`, absolute. Raises SpecError where there is none."""
    found = []
    for path in mock.include:
        place = resolve(folder, path)
        if not is_url(place):
            with suppress(OSError, ValueError):  # a name too long, or with a NUL
                if Path(place).exists():
                    found.append(place)
                    continue
            raise _refusal(mock, f"`include` names {path}, which is not there", "Mend the path.")
        raise _refusal(mock, f"`include` names {path}", "Name a file or a folder, not a URL.")
    return tuple(found)


def _near(location: str) -> str:
    """A path below the working directory as people write it: relative, so errors are short."""
    path, here = Path(location), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else location


def _recognise(mock: MockConfig, location: str) -> str:
    """The first installed protocol, by name, that takes the document for its own.

    Of a folder: the one that takes one of its files for its own.
    """
    path = Path(location)
    files = list(files_in(path)) if not is_url(location) and path.is_dir() else None
    heads = [(path.name, _read_head(mock, location))] if files is None else ()
    installed = plugins.names(GROUP)
    broken: list[str] = []
    found: dict[str, str] = {}
    for name in installed:
        try:
            reader = _build_reader(name, {})
            for file_name, head in heads if files is None else _heads(files):
                with plugins.guarded(f"The protocol plugin {name!r} failed on {mock.spec}"):
                    if reader.recognises(file_name, head):
                        found[name] = file_name
                        break
        except (PluginError, ConfigError) as error:
            broken.append(error.message)
        if found and files is None:
            break
    if not found:
        raise _unrecognised(mock, None if files is None else len(files), installed, broken)
    if len(found) > 1:
        each = ", ".join(f"{file_name} ({name})" for name, file_name in found.items())
        raise _refusal(
            mock,
            f"the folder holds documents of several protocols: {each}",
            "Name the documents, or choose one protocol with `protocol:`.",
        )
    return next(iter(found))


def _heads(files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Names and heads of a folder's files; those that cannot be read are passed over."""
    for path in files:
        try:
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
        except OSError:
            continue
        yield path.name, head


def _unrecognised(
    mock: MockConfig, files: int | None, installed: Sequence[str], broken: Sequence[str]
) -> SpecError:
    """The refusal of a document, or of a folder of so many `files`."""
    names = ", ".join(installed) or "none is installed"
    if files is None:
        reason = f"no installed protocol recognises it ({names})"
        hint = (
            "Name its protocol with `protocol:` in a polymock.yaml, or install the plugin for it."
        )
    elif files == 0:
        reason = "it is a folder without files"
        hint = "Name a document, a folder of documents, or one with a polymock.yaml."
    else:
        count = "its one file" if files == 1 else f"any of its {files} files"
        reason = f"it is a folder, and no installed protocol recognises {count} ({names})"
        hint = "Name the document in it, or put a polymock.yaml there."
    return _refusal(mock, reason, " ".join(broken) or hint)


def _read_head(mock: MockConfig, location: str) -> bytes:
    try:
        if is_url(location):
            limits = Limits()
            rules = Rules(limits.file_bytes, limits.seconds, limits.redirects, mock.allow_private)
            return fetch(location, rules).content[:HEAD_BYTES]
        path = Path(location)
        if path.exists() and not path.is_file():
            raise ValueError("it is no ordinary file")  # opening a pipe would wait for ever
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        raise _refusal(mock, reason, "Is the path right?") from error
    except ValueError as error:
        raise _refusal(mock, str(error), "") from error


def _refusal(mock: MockConfig, reason: str, hint: str) -> SpecError:
    fault = Fault(level="error", file=mock.spec, path="", message=reason, hint=hint)
    return SpecError(f"{mock.spec}: {reason}.", [fault], hint)

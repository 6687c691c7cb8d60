"""A folder of files, written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from polymock.errors import ConfigError

KEPT = "kept"
NEW = "new"


def check_output(folder: Path, *, force: bool) -> None:
    """Raises ConfigError where a project may not be written there."""
    if not folder.exists():
        if folder.is_symlink():
            raise ConfigError(f"{folder} is a link that leads nowhere.", "Name another folder.")
        return
    if not folder.is_dir():
        raise ConfigError(f"{folder} is a file.", "Name a folder with -o.")
    if not force and any(folder.iterdir()):
        raise ConfigError(
            f"{folder} is not empty.",
            "Name another folder, or overwrite the project's files with --force: others stay.",
        )


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """An empty folder near the one that is meant, on the same disk; gone afterwards."""
    near = next(each for each in folder.parents if each.is_dir())
    try:
        place = tempfile.mkdtemp(prefix=".polymock-generate-", dir=near)
    except OSError as error:
        raise ConfigError(f"{near} cannot be written to: {error.strerror}.") from error
    try:
        new = Path(place, NEW)
        new.mkdir()
        yield new
    finally:
        shutil.rmtree(place, ignore_errors=True)


def files_of(stage: Path) -> tuple[str, ...]:
    """The files below a folder, from there, sorted, with `/` in their names."""
    found = (path for path in stage.rglob("*") if path.is_file())
    return tuple(sorted(path.relative_to(stage).as_posix() for path in found))


def put_in_place(stage: Path, folder: Path) -> None:
    """Make the staged files those of the folder. Raises ConfigError, and nothing has changed."""
    try:
        if not folder.exists() or not any(folder.iterdir()):
            _move_whole(stage, folder)
        else:
            _move_each(stage, folder.resolve(), files_of(stage))
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(
            f"{folder} cannot be written: {reason}.", "Nothing was changed."
        ) from error


def _move_whole(stage: Path, folder: Path) -> None:
    target = folder.resolve()
    made = [each for each in target.parents if not each.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        stage.replace(target)
    except OSError:
        for each in made:
            each.rmdir()
        raise


def _move_each(stage: Path, folder: Path, names: Sequence[str]) -> None:
    """Move file by file; what they replace is kept aside until all are there."""
    for name in names:
        _check_target(folder, name)
    kept = stage.parent / KEPT
    done: list[str] = []
    try:
        for name in names:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            _check_target(folder, name)
            done.append(name)
            if os.path.lexists(target):
                (kept / name).parent.mkdir(parents=True, exist_ok=True)
                target.replace(kept / name)
            (stage / name).replace(target)
    except BaseException:
        for name in reversed(done):
            _put_back(folder / name, kept / name)
        raise


def _put_back(target: Path, kept: Path) -> None:
    if os.path.lexists(kept):
        kept.replace(target)
    else:
        target.unlink(missing_ok=True)


def _check_target(folder: Path, name: str) -> None:
    """A file may neither take a folder's place, nor be reached by a link out of the folder."""
    target = folder / name
    if target.is_dir() and not target.is_symlink():
        raise ConfigError(f"{target} is a folder, and a file is to be written there.", "Move it.")
    for parent in target.relative_to(folder).parents:
        place = folder / parent
        if os.path.lexists(place) and not place.is_dir():
            raise ConfigError(f"{place} is a file, and a folder is to be there.", "Move it.")
        if place.exists() and not place.resolve().is_relative_to(folder):
            raise ConfigError(f"{place} leads out of {folder}.", "Remove the link.")

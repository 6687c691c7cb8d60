"""The file that is written: where, and whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from polymock.errors import CommandError
from polymock_schemas.calls import Violation
from polymock_schemas.log_questions import ExportFormat

_FORMATS: tuple[tuple[str, ExportFormat], ...] = (
    (".postman_collection.json", "postman"),
    (".postman.json", "postman"),
    (".parquet", "parquet"),
    (".csv", "csv"),
    (".jsonl", "jsonl"),
    (".ndjson", "jsonl"),
    (".har", "har"),
)


def format_of(output: str) -> ExportFormat:
    """The format that a file's ending asks for. Raises CommandError where it asks for none."""
    for ending, form in _FORMATS:
        if output.lower().endswith(ending):
            return form
    endings = ", ".join(ending for ending, _ in _FORMATS)
    raise _wrong("format", f"{output[:200]!r} does not tell the format", f"End it with {endings}.")


def named(output: str, folder: Path) -> Path:
    """A path as a person at this machine means it, from a folder. Raises CommandError."""
    try:
        path = (folder / Path(output).expanduser()).absolute()
        if path.is_dir():
            raise _wrong("output", f"{output[:200]} is a folder", "Name a file in it.")
        if not path.parent.is_dir():
            raise _wrong("output", f"there is no folder {path.parent}", "Create it first.")
    except (OSError, ValueError, RuntimeError) as error:
        raise _wrong("output", f"{output[:200]!r} is no file's name", "Name another.") from error
    return path


def below(output: str, folder: Path) -> Path:
    """A file of that name in a folder, which is made where it is missing, and nowhere else.

    Raises CommandError.
    """
    name = PurePosixPath(output.replace("\\", "/")).name
    if name in ("", ".", "..") or "\0" in name or name.startswith("."):
        raise _wrong("output", f"{output[:200]!r} is no file's name", "Name one, such as day.har.")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise _failed(folder, error) from error
    if folder.is_symlink() or not folder.is_dir():
        raise _wrong("output", f"{folder} is no folder", "Move away what is there.")
    return named(name, folder)


@contextlib.contextmanager
def replacing(path: Path, *, force: bool) -> Iterator[Path]:
    """A path to write to: what was written there stands at `path` at the end, or nothing does.

    Raises CommandError where something is at `path` and is not to be replaced, or where the disk
    does not let it be written.
    """
    _check(path, force=force)
    partial = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}")
    try:
        yield partial
        if force:
            partial.replace(path)
        else:
            _put(partial, path)
    except OSError as error:
        raise _failed(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _check(path: Path, *, force: bool) -> None:
    if os.path.lexists(path) and not force:
        raise CommandError(f"{path} is there already.", "Name another file, or force it.", "taken")


def _put(partial: Path, path: Path) -> None:
    """Give the file its name, unless somebody else has taken that meanwhile."""
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        _check(path, force=False)
    except OSError:  # a file system without links
        _check(path, force=False)
        partial.replace(path)


def _failed(path: Path, error: OSError) -> CommandError:
    reason = error.strerror or str(error)
    return CommandError(
        f"{path} cannot be written: {reason}.", "Name a place that can be written, with room."
    )


def _wrong(name: str, why: str, hint: str) -> CommandError:
    return CommandError(f"{name}: {why}.", hint, "wrong", [Violation(name, why)])

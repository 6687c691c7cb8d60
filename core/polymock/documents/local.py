"""Files on this machine: a reference may read only what lies below the allowed folders."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

NO_SUCH_FILE = "there is no such file"
A_FOLDER = "it is a folder; name the document in it"


def allowed_folders(document: str) -> tuple[Path, ...]:
    """The folders that a document's references may read from.

    The parent of the document's own folder, so that `../common/Error.json` works, and the working
    directory where that contains the document; never the whole file system.
    """
    folder = Path(document).parent
    found: list[Path] = []
    for own in dict.fromkeys((folder, Path(os.path.realpath(folder)))):
        wider = own.parent
        found.append(own if wider == wider.parent else wider)
    working = Path.cwd()
    if working != working.parent and folder.is_relative_to(working):
        found.append(working)
    return tuple(dict.fromkeys(Path(os.path.realpath(path)) for path in found))


def read_file(path: str, allowed: Sequence[Path] | None, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    With `allowed`, its real path (symbolic links followed) must lie in one of those folders.
    Raises ValueError with the reason.
    """
    real = os.path.realpath(path)
    if allowed is not None and not any(Path(real).is_relative_to(folder) for folder in allowed):
        folders = " or ".join(str(folder) for folder in allowed)
        raise ValueError(f"a reference may read only files below {folders}")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(real, flags | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise ValueError(NO_SUCH_FILE) from None
    except (OSError, ValueError) as error:
        raise ValueError(f"it cannot be read: {_reason(error)}") from None
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise ValueError(A_FOLDER if stat.S_ISDIR(mode) else "it is not a regular file")
    try:
        with os.fdopen(handle, "rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise ValueError(f"it cannot be read: {_reason(error)}") from None
    if len(content) > limit:
        raise ValueError(f"it is larger than {limit} bytes")
    return content


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)

"""The small file beside a journal that tells where the server there can be reached."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil


class ServerFile(msgspec.Struct, frozen=True):
    """Who serves here: a process, the URL of its admin API, and whether it owns the journal."""

    pid: int
    admin_url: str
    records: bool = True


def path_for(journal: Path) -> Path:
    """The file that belongs to a journal."""
    return journal.with_name(journal.name + ".server")


@contextlib.contextmanager
def announce(journal: Path, admin_url: str, *, records: bool = True) -> Iterator[None]:
    """Keep the file there as long as this process serves.

    One that records nothing yields to a server that is there already, and does without the file
    where the folder cannot be written.
    """
    path = path_for(journal)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    own = ServerFile(os.getpid(), admin_url, records)
    if records or find_server(journal) is None:
        with contextlib.nullcontext() if records else contextlib.suppress(OSError):
            draft.write_bytes(msgspec.json.encode(own))
            draft.replace(path)
    try:
        yield
    finally:
        if find_server(journal) == own:
            path.unlink(missing_ok=True)


def find_server(journal: Path) -> ServerFile | None:
    """The server that runs beside a journal; None where none does."""
    try:
        found = msgspec.json.decode(path_for(journal).read_bytes(), type=ServerFile)
    except (OSError, msgspec.DecodeError):
        return None
    return found if psutil.pid_exists(found.pid) else None

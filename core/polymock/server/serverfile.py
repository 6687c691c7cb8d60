"""The small file beside a journal that tells where the server that owns it can be reached."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil


class ServerFile(msgspec.Struct, frozen=True):
    """Who owns the journal: a process, and the URL of its admin API."""

    pid: int
    admin_url: str


def path_for(journal: Path) -> Path:
    """The file that belongs to a journal."""
    return journal.with_name(journal.name + ".server")


@contextlib.contextmanager
def announce(journal: Path, admin_url: str) -> Iterator[None]:
    """Keep the file there as long as this process serves."""
    path = path_for(journal)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(ServerFile(os.getpid(), admin_url)))
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find_server(journal: Path) -> ServerFile | None:
    """The server that owns a journal; None where none runs."""
    try:
        found = msgspec.json.decode(path_for(journal).read_bytes(), type=ServerFile)
    except (OSError, msgspec.DecodeError):
        return None
    return found if psutil.pid_exists(found.pid) else None

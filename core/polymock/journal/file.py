"""The journal's file while a server has it: opened, set aside where damaged, opened anew."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections import deque
from pathlib import Path

import duckdb

from polymock.errors import DamagedJournal
from polymock.journal.damage import SetAside, damage, set_aside
from polymock.journal.database import IN_MEMORY, close_journal, open_journal
from polymock_schemas.journal import TABLES

READ_AT_START = 32 * 1024 * 1024
"""A file up to this size is read through before anything is written to it, in some 0.1 s; of a
larger one, damage shows when somebody asks for what is damaged."""


def _open_readable(path: str) -> duckdb.DuckDBPyConnection:
    file = Path(path)
    is_small = path != IN_MEMORY and file.exists() and file.stat().st_size <= READ_AT_START
    connection = open_journal(path, to_replace=True)
    try:
        if is_small:
            for table in TABLES:
                connection.execute(f"SELECT bit_xor(hash(t)) FROM {table.name} t")
    except duckdb.Error as error:
        found = damage(path, error)
        if found is not None:
            connection.close()
            raise found from error
        # Something else, such as too little memory, says nothing of the file.
    return connection


class JournalFile:
    """A journal that is open to write, and the cursors of all who read it. Used by any thread.

    A damaged journal is set aside, and a new one begun: then it stands in `set_aside`, until
    somebody tells of it. Raises JournalError as `open_journal` does, or where it cannot be set
    aside.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._cursors: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()
        self.set_aside: deque[SetAside] = deque()
        self.openings = 0
        self._open()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own. Raises duckdb.ConnectionException where the file is not open."""
        cursor = self._connection.cursor()
        with self._lock:
            self._cursors.add(cursor)
        return cursor

    def is_there(self) -> bool:
        """Whether the path still leads to the file that is open."""
        return self._identity == _identity(self.path)

    def reopen(self, found: DamagedJournal | None = None) -> None:
        """Open anew what stands at the path: a new journal, where nothing does or it is damaged.

        `found` is the damage that somebody met. Whoever reads is interrupted; cursors from before
        must be given up. Raises JournalError, and then the file is not open.
        """
        self._give_up()
        if found is not None:
            self.set_aside.append(set_aside(self.path, found))
        self._open()

    def interrupt(self) -> None:
        """Stop whatever somebody asks or does at the moment."""
        with self._lock:
            cursors = list(self._cursors)
        for cursor in cursors:
            with contextlib.suppress(duckdb.Error):
                cursor.interrupt()

    def close(self) -> None:
        """Close it, its write-ahead log moved into it."""
        self.interrupt()
        close_journal(self._connection)

    def _open(self) -> None:
        try:
            self._connection = _open_readable(self.path)
        except DamagedJournal as found:
            self.set_aside.append(set_aside(self.path, found))
            self._connection = open_journal(self.path, to_replace=True)
        self._identity = _identity(self.path)
        self.openings += 1

    def _give_up(self) -> None:
        self.interrupt()
        self._connection.close()
        with self._lock:
            cursors = list(self._cursors)
            self._cursors.clear()
        for cursor in cursors:
            with contextlib.suppress(duckdb.Error):  # it is busy, until the interrupt reaches it
                cursor.close()


def _identity(path: str) -> tuple[int, int] | None:
    """What tells a file from another one at the same path; None where there is none."""
    if path == IN_MEMORY:
        return 0, 0
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino

"""What is done to the journal beside writing it: old exchanges are deleted, old days archived."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import duckdb

from polymock.errors import JournalError
from polymock.journal.archiving import Archive, Archived
from polymock.journal.database import Cursors

ROUND_SECONDS = 60.0
DELETED_ROWS = 100_000
"""So many rows of a table are deleted in one transaction."""
_TABLES = ("exchanges", "journal_gaps", "events")

log = logging.getLogger("polymock.journal")


class Upkeep:
    """Keeps a journal to what its config wants, in a thread of its own.

    `retain` and `archive` are seconds, None where nothing is deleted or archived. Recording goes on
    beside it: what it deletes is old, and nobody else changes that.
    """

    def __init__(
        self,
        cursors: Cursors,
        archive: Archive,
        *,
        retain: float | None,
        archive_after: float | None,
        failed: Callable[[str], None],
    ) -> None:
        self._cursors = cursors
        self._archive = archive
        self._retain = retain
        self._archive_after = archive_after
        self._failed = failed
        self._one_at_a_time = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="journal-upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is under way is given up as soon as its cursor is interrupted."""
        self._ending.set()

    def join(self) -> None:
        """Wait for the end."""
        if self._thread.ident is not None:
            self._thread.join()

    def compact(self, archive_after: float | None = None) -> Archived:
        """A round now, days that ended so many seconds ago archived (None: as configured).

        Raises JournalError.
        """
        with self._one_at_a_time, _explained():
            return self._round(self._archive_after if archive_after is None else archive_after)

    def clear(self, where: str, parameters: Mapping[str, Any]) -> tuple[int, int]:
        """Delete exchanges `r` that a condition of ours names; how many, and how many of them stay,
        being archived. Raises JournalError."""
        chosen = f"SELECT r.rowid FROM exchanges r WHERE {where} LIMIT {DELETED_ROWS}"
        deleted, found = 0, DELETED_ROWS
        with self._one_at_a_time, _explained():
            cursor = self._cursors.cursor()
            try:
                while found >= DELETED_ROWS and not self._ending.is_set():
                    row = cursor.execute(
                        f"DELETE FROM exchanges WHERE rowid IN ({chosen})", dict(parameters) or None
                    ).fetchone()
                    found = int(row[0]) if row else 0
                    deleted += found
                row = cursor.execute(
                    f"SELECT count(*) FROM requests r WHERE {where} AND r.ts <= "
                    "(SELECT max(last_ts) FROM archives WHERE state = 'kept')",
                    dict(parameters) or None,
                ).fetchone()
            finally:
                _close(cursor)
            self._free()
        return deleted, int(row[0]) if row else 0

    def _work(self) -> None:
        while not self._ending.is_set():
            try:
                self.compact()
            except JournalError as error:
                if not self._ending.is_set():
                    self._failed(error.message)
            self._ending.wait(ROUND_SECONDS)

    def _round(self, archive_after: float | None) -> Archived:
        self._archive.look(self._cursors)
        now = time.time_ns() // 1000
        left = deleted = rows = files = 0
        if self._retain is not None:
            before = now - int(self._retain * 1_000_000)
            left = self._archive.retire(self._cursors, before).left
            deleted = self._delete(before)
        if archive_after is not None:
            before = now - int(archive_after * 1_000_000)
            while not self._ending.is_set():
                done = self._archive.archive(self._cursors, before)
                if not done.files:
                    break
                rows, files = rows + done.rows, files + done.files
        if deleted or files:
            self._free()
        return Archived(rows, files, left, deleted)

    def _delete(self, before_us: int) -> int:
        """Delete what is older, some at a time, so that nobody waits long; how many exchanges."""
        deleted = 0
        cursor = self._cursors.cursor()
        try:
            for table in _TABLES:
                found = DELETED_ROWS
                while found >= DELETED_ROWS and not self._ending.is_set():
                    row = cursor.execute(
                        f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} "
                        "WHERE ts < make_timestamp(?::BIGINT) LIMIT ?)",
                        [before_us, DELETED_ROWS],
                    ).fetchone()
                    found = int(row[0]) if row else 0
                    deleted += found if table == "exchanges" else 0
        finally:
            _close(cursor)
        return deleted

    def _free(self) -> None:
        """Give the room of what was deleted back to the file, for what is to come."""
        cursor = self._cursors.cursor()
        try:
            with contextlib.suppress(duckdb.Error):  # somebody writes: then later, by itself
                cursor.execute("CHECKPOINT")
        finally:
            _close(cursor)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, OSError) as error:
        text = str(error).partition("\n")[0]
        raise JournalError(
            f"old exchanges cannot be archived or deleted: {text}",
            "check the disk and the folder beside the journal",
        ) from error


def _close(cursor: duckdb.DuckDBPyConnection) -> None:
    with contextlib.suppress(duckdb.Error):
        cursor.close()

"""Reading the journal for commands: our own statements with parameters, and users' SQL."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from polymock.errors import JournalError
from polymock.journal import sql
from polymock.journal.database import Cursors
from polymock_schemas.commands import SqlResult

SECONDS = 30.0


class Reading:
    """The journal as it is at one moment: every statement sees the same rows.

    `rows` runs statements of ours; what users bring goes in as their parameters, never as text.
    All of them together may take `seconds`.
    """

    def __init__(
        self, connection: Cursors, cursor: duckdb.DuckDBPyConnection, until: float
    ) -> None:
        self._connection = connection
        self._cursor = cursor
        self._until = until
        self._timer: threading.Timer | None = None

    def allow(self, seconds: float) -> None:
        """From now on so many seconds, instead of those that were allowed before."""
        self.stop_timing()
        self._until = time.monotonic() + seconds - 0.01
        self._timer = threading.Timer(seconds, self._cursor.interrupt)
        self._timer.daemon = True
        self._timer.start()

    def stop_timing(self) -> None:
        """No statement is interrupted any more."""
        if self._timer is not None:
            self._timer.cancel()

    def rows(
        self, statement: str, parameters: Sequence[Any] | dict[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        """All rows of a statement. Raises JournalError where it takes too long, or fails."""
        return list(self.stream(statement, parameters))

    def stream(
        self,
        statement: str,
        parameters: Sequence[Any] | dict[str, Any] = (),
        *,
        fetched: int = 10_000,
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement, so many at a time. One stream at a time can be open."""
        try:
            self._cursor.execute(statement, parameters or None)
            while chunk := self._cursor.fetchmany(fetched):
                yield from chunk
        except duckdb.Error as error:
            raise self._explained(error) from error

    def renew(self) -> None:
        """See the rows that were recorded since, from here on. Raises JournalError."""
        try:
            self._cursor.rollback()
            self._cursor.execute("BEGIN TRANSACTION READ ONLY")
        except duckdb.Error as error:
            raise self._explained(error) from error

    def names(self) -> tuple[str, ...]:
        """The columns of the last statement."""
        return tuple(str(column[0]) for column in self._cursor.description or ())

    def query(self, statement: str, limit: int, timeout_ms: int) -> SqlResult:
        """Answer a user's SQL (see `sql.run`), as the journal is now. Raises JournalError."""
        return sql.run(self._connection, statement, limit, timeout_ms)

    def _explained(self, error: duckdb.Error) -> JournalError:
        if isinstance(error, duckdb.InterruptException) and time.monotonic() >= self._until:
            return JournalError(
                "the journal did not answer in time", "ask for less: a shorter time, one mock"
            )
        if isinstance(error, duckdb.OutOfMemoryException):
            return JournalError(
                "the answer needs more memory than the journal is allowed",
                "ask for less: a shorter time, one mock",
            )
        text = str(error).partition("\n")[0]
        return sql.lost_day(str(error)) or JournalError(f"the journal cannot be read: {text}")


@contextlib.contextmanager
def reading(connection: Cursors, seconds: float = SECONDS) -> Iterator[Reading]:
    """Read a journal that is open, in one transaction that cannot write. Raises JournalError."""
    try:
        cursor = connection.cursor()
    except duckdb.Error as error:
        raise JournalError("the journal is closed", "start the server again") from error
    opened = Reading(connection, cursor, time.monotonic() + seconds)
    try:
        opened.allow(seconds)
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        yield opened
    finally:
        opened.stop_timing()
        with contextlib.suppress(duckdb.Error):
            cursor.rollback()
        cursor.close()

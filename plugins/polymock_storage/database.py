"""A world's SQLite file: opened and checked, written in transactions, its errors in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, TypeVar

from polymock.errors import StoreError, Unavailable
from polymock_storage import sql
from polymock_storage.bell import Bell

T = TypeVar("T")

BUSY_SECONDS = 5.0
"""How long a writer waits for another one."""
RETRY_SECONDS = 0.005
CACHED_STATEMENTS = 64
SETTINGS = (
    "PRAGMA page_size = 2048",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA cache_size = -16000",
    "PRAGMA secure_delete = OFF",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA temp_store = MEMORY",
)
"""What holds for one connection, and the page size of a new file: a write costs about as much as
the pages that it touches. NORMAL survives the end of the process at any moment."""

NEVER_SYNC = "PRAGMA synchronous = OFF"
ALONE = "PRAGMA locking_mode = EXCLUSIVE"
"""Saves the locks of each transaction, six calls of the system. They are held for good instead,
from the first on; the system lets go of them when the process ends, however it does."""

Mishap = tuple[str, str]
"""What went wrong with a file, as a sentence's end, and what to do."""
UNKNOWN: Mishap = ("cannot be used", "Look after the disk that it is on.")
MISHAPS: dict[int, Mishap] = {
    sqlite3.SQLITE_BUSY: (
        "is being written by another process for too long",
        "Find out which process has it open.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        "See that the folder is there, and that this user may write in it.",
    ),
    sqlite3.SQLITE_PERM: ("may not be used", "Give this user the right to read and write it."),
    sqlite3.SQLITE_READONLY: (
        "cannot be written",
        "Give this user the right to write it and its folder.",
    ),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "Make room on the disk."),
    sqlite3.SQLITE_NOTADB: (
        "is no SQLite database",
        "Name another file, or move this one away.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "is damaged",
        "Move it away and start with a new one, or restore it from a backup.",
    ),
}


class Unfit(Exception):
    """A constraint stands against what was to be added; nothing is written."""


class Transaction:
    """`with database.transaction:` writes all that is executed in it, or nothing of it.

    Raises Unavailable where the file cannot be written. It waits for other writers first, so what
    is read in it stays true until its end. One inside another is a part of it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._execute = database.execute
        self._depth = 0

    @property
    def is_open(self) -> bool:
        """Whether it has begun."""
        return self._depth > 0

    def __enter__(self) -> None:
        database = self._database
        if self._depth:
            self._depth += 1
            return
        try:
            if database.connection.in_transaction:
                database.clear()
            self._execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise database.failure(error) from error
        self._depth = 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        database = self._database
        self._depth -= 1
        if self._depth:
            if isinstance(error, sqlite3.Error):
                raise database.failure(error) from error
            return
        if error is None:
            try:
                self._execute("COMMIT")
            except sqlite3.Error as failed:
                self._roll_back()
                raise database.failure(failed) from failed
            database.ring()
            return
        self._roll_back()
        if isinstance(error, sqlite3.Error):
            raise database.failure(error) from error

    def _roll_back(self) -> None:
        """SQLite has done it already after some errors."""
        database = self._database
        database.undone += 1
        if not database.connection.in_transaction:
            return
        try:
            self._execute("ROLLBACK")
        except sqlite3.Error as error:
            raise database.failure(error) from error


class Snapshot:
    """`with database.snapshot:` lets all that is read in it be of one moment.

    Nothing may be written in it. Inside a transaction, that is the moment. Raises Unavailable where
    the file cannot be read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        database = self._database
        if database.transaction.is_open:
            return
        if database.connection.in_transaction:
            database.clear()
        database.read("BEGIN")

    def __exit__(self, *_: object) -> None:
        database = self._database
        if database.connection.in_transaction and not database.transaction.is_open:
            database.read("COMMIT")


class Database:
    """One connection to a world's file, which is made where it is not there yet.

    `writes` are the transactions that this connection has written, `undone` those that it began
    and did not write.
    A file that `stays` is written so that it is whole after a power failure too; one that goes
    with the server need not outlive the machine. One that is opened `alone` is open to no other
    process as long as this one lives. Raises StoreError where the file is no world's, is
    a newer version's, or cannot be read and written.
    """

    def __init__(self, file: Path, *, stays: bool = True, alone: bool = False) -> None:
        _check_place(file)
        self.file = file
        self.alone = alone
        self.writes = 0
        self.undone = 0
        self._rung = self._heard = b""
        """The bell's sound when it was rung last from here, and by somebody else."""
        self._others = 0
        try:
            self.connection = sqlite3.connect(
                file,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=CACHED_STATEMENTS,
            )
        except sqlite3.Error as error:
            raise _unopened(file, error) from error
        try:
            if alone:
                self.connection.execute(ALONE)
            _prepare(self.connection, file)
            if not stays:
                self.connection.execute(NEVER_SYNC)
            self.bell = Bell(file)
        except BaseException as error:
            self.connection.close()
            if isinstance(error, sqlite3.Error):
                raise _unopened(file, error) from error
            if isinstance(error, OSError):
                reason = f"The bell beside the world's store {file} cannot be made: {error}."
                raise StoreError(reason, "Give this user the right to write the folder.") from error
            raise
        cursor = self.connection.cursor()
        self.execute = cursor.execute
        self._execute_many = cursor.executemany
        self.transaction = Transaction(self)
        self.snapshot = Snapshot(self)

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows that a statement finds, as tuples. Raises Unavailable.

        They are fetched to the last, as a statement half read would hold on to an old state.
        """
        try:
            return self.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self.failure(error) from error

    def once(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Write by one statement; the rows that it gives back.

        Outside of a transaction it is one of its own. Raises Unavailable.
        """
        self._clear()
        try:
            rows = self.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self.failure(error) from error
        if not self.transaction.is_open:
            self.ring()
        return rows

    def add_once(self, statement: str, values: Sequence[Any]) -> None:
        """Add by one statement, alike. Raises Unfit, Unavailable."""
        try:
            self._write(statement, values)
        except sqlite3.IntegrityError as error:
            raise Unfit from error
        except sqlite3.Error as error:
            raise self.failure(error) from error
        if not self.transaction.is_open:
            self.ring()

    def change_once(self, statement: str, values: Sequence[Any]) -> int:
        """Change rows by one statement, alike; how many there were. Raises Unavailable."""
        try:
            count = self._write(statement, values)
        except sqlite3.Error as error:
            raise self.failure(error) from error
        if count and not self.transaction.is_open:
            self.ring()
        return count

    def _write(self, statement: str, values: Sequence[Any]) -> int:
        """How many rows a statement changed. Of many statements, one that they are: each time
        Python lets go of its lock for SQLite, other threads fight for it, and this way it does so
        once less."""
        self._clear()
        return self._execute_many(statement, (values,)).rowcount

    def _clear(self) -> None:
        if self.connection.in_transaction and not self.transaction.is_open:
            self.clear()

    def ring(self) -> None:
        """Let all others know that something was written."""
        self.writes += 1
        self.others()
        self._rung = self.bell.ring()

    def others(self) -> int:
        """Another number after somebody else has rung the bell."""
        sound = self.bell.sound()
        if sound not in (self._rung, self._heard):
            self._heard = sound
            self._others += 1
        return self._others

    def clear(self) -> None:
        """Undo what somebody left open that could not be rolled back. Raises Unavailable."""
        self.undone += 1
        self.read("ROLLBACK")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()
        self.bell.close()

    def failure(self, error: sqlite3.Error) -> Unavailable:
        """What to raise for an error of SQLite."""
        what, hint = _mishap(error)
        return Unavailable(f"The world's store {self.file} {what} ({error}). {hint}")


def _check_place(file: Path) -> None:
    """Refuse at once what SQLite would only call unable to open."""
    if file.is_dir():
        raise StoreError(
            f"The world's store {file} is a folder.", "Name a file in it, such as world.db."
        )
    if not file.parent.is_dir():
        raise StoreError(
            f"The world's store {file} cannot be made: there is no folder {file.parent}.",
            "Make the folder, or name a file in another one.",
        )


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    """Check the file and bring it to our version, while other processes may do the same.

    A file that is not ours is left as it is.
    """
    for setting in SETTINGS:
        connection.execute(setting).fetchall()
    _patiently(lambda: _version(connection, file))
    ((mode,),) = _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL").fetchall())
    if mode != "wal":
        raise StoreError(
            f"The world's store {file} is on a disk that processes cannot share (no WAL).",
            "Put it on a local disk.",
        )
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection, file)
    for migration in sql.MIGRATIONS[version:]:
        for statement in migration:
            connection.execute(statement)
    if version < len(sql.MIGRATIONS):
        connection.execute(f"PRAGMA application_id = {sql.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(sql.MIGRATIONS)}")
    connection.execute(sql.PROBE)
    connection.execute("COMMIT")
    for statement in sql.NEW_ROWS:
        connection.execute(statement)


def _version(connection: sqlite3.Connection, file: Path) -> int:
    """The version of the file, 0 of one with nothing in it. Raises StoreError."""
    ((version, application, tables),) = connection.execute(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) "
        "FROM pragma_user_version, pragma_application_id"
    ).fetchall()
    if version == application == tables == 0:
        return 0
    if application != sql.APPLICATION_ID:
        raise StoreError(
            f"The world's store {file} is an SQLite database of another program.",
            "Name another file.",
        )
    if version > len(sql.MIGRATIONS):
        raise StoreError(
            f"The world's store {file} has version {version}; "
            f"this Polymock knows versions up to {len(sql.MIGRATIONS)}.",
            "Use the newer Polymock that wrote it, or name another file.",
        )
    return int(version)


def _patiently(work: Callable[[], T]) -> T:
    """Do it again while another process opens the file: SQLite does not wait by itself here."""
    end = monotonic() + BUSY_SECONDS
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or monotonic() > end:
                raise
        sleep(RETRY_SECONDS)


def _unopened(file: Path, error: sqlite3.Error) -> StoreError:
    what, hint = _mishap(error)
    return StoreError(f"The world's store {file} {what} ({error}).", hint)


def _mishap(error: sqlite3.Error) -> Mishap:
    return MISHAPS.get(_code(error), UNKNOWN)


def _code(error: sqlite3.Error) -> int:
    """The primary result code (https://sqlite.org/rescode.html): the low byte."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF

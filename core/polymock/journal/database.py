"""Opening the journal's DuckDB file: locked down, of our schema, with errors that help."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import duckdb

from polymock.errors import DamagedJournal, JournalError
from polymock.journal.damage import HINT, check_log, check_whole, damage, is_ours
from polymock.journal.days import days_folder, quoted
from polymock.journal.read_only import ReadOnlyJournal
from polymock_schemas.journal import SCHEMA_VERSION, ddl, renewal

IN_MEMORY = ":memory:"
LONGEST_STATEMENT_MS = 60_000
"""DuckDB's own limit, for every statement; `sql` sets a shorter one for each query."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "memory_limit": "256MB",
    "max_temp_directory_size": "1GB",
    "threads": "2",
    "max_execution_time": str(LONGEST_STATEMENT_MS),
    "checkpoint_threshold": "64MB",
}
_SET_VERSION = "UPDATE meta SET value = ? WHERE key = 'schema_version'"
_HOLDER = re.compile(r"\(PID (\d+)\)")


class Cursors(Protocol):
    """Where cursors over the journal come from: a connection, or the file that a writer has."""

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own; whoever asks for it closes it. Raises duckdb.Error."""
        ...


def open_journal(path: str, *, to_replace: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the journal to write, creating it where there is none; `:memory:` keeps it in memory.

    Transactions that were committed before a crash are there again, and the journal of an older
    Polymock gets the columns and views that it lacks. With `to_replace` it is `close_journal` that
    moves the log into the file, not the end of the last connection: by then there may be another
    journal at the same path.

    Raises JournalError where the file cannot be opened, is not a journal, is of a newer version, or
    another process holds it; DamagedJournal where it is one, but cannot be read.
    """
    if path != IN_MEMORY:
        _check_place(Path(path))
        _check_writable(Path(path))
        check_log(path)
    connection = _connect(path, read_only=False)
    with _closed_on_failure(connection, path):
        _prepare(connection, path)
        if not to_replace:
            connection.execute("PRAGMA enable_checkpoint_on_shutdown")
        connection.execute("SET lock_configuration = true")
    return connection


def close_journal(connection: duckdb.DuckDBPyConnection) -> None:
    """Close it, its write-ahead log moved into the file where that can be done now."""
    with contextlib.suppress(duckdb.Error):
        connection.execute("CHECKPOINT")
    connection.close()


def open_read_only(path: str) -> ReadOnlyJournal:
    """Open a journal that no server has open, to query it.

    What a killed server left in the write-ahead log is read too; the file stays as it is, that of
    an older Polymock without the columns that are new since. Raises JournalError as `open_journal`
    does, and where there is no file.
    """
    if not Path(path).is_file():
        raise JournalError(
            f"there is no journal at {path}",
            "name it with `--journal PATH` or `--config PATH`",
        )
    connection = _connect(path, read_only=True)
    with _closed_on_failure(connection, path):
        _check_version(path, _version(connection))
        connection.execute("SET lock_configuration = true")
        return ReadOnlyJournal(connection, path)


@contextlib.contextmanager
def _closed_on_failure(connection: duckdb.DuckDBPyConnection, path: str) -> Iterator[None]:
    """Prepare a connection that has just been opened. Raises JournalError."""
    try:
        _confine(connection, path)
        if path != IN_MEMORY:
            check_whole(path, connection)
        yield
    except duckdb.Error as error:
        connection.close()
        raise _unopened(path, error) from error
    except BaseException:
        connection.close()
        raise


def _confine(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Keep it from all files but archived days; and from its own, until it is known to be whole."""
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    if path != IN_MEMORY:
        connection.execute(f"SET allowed_directories = [{quoted(days_folder(path) + os.sep)}]")
    connection.execute("SET enable_external_access = false")


def _check_place(path: Path) -> None:
    try:
        is_there = path.exists()
        has_folder = path.absolute().parent.is_dir()
    except OSError as error:
        raise JournalError(
            f"the journal {path} cannot be opened: {error.strerror}", "name another file"
        ) from error
    if path.is_dir():
        raise JournalError(f"the journal {path} is a folder", "name a file in it")
    if is_there and not path.is_file():  # opening a pipe would wait for ever
        raise JournalError(f"the journal {path} is no ordinary file", "name another one")
    if not has_folder:
        raise JournalError(
            f"the journal's folder {path.absolute().parent} does not exist",
            "create it, or name another file with `--journal PATH`",
        )


def _check_writable(path: Path) -> None:
    """Raises JournalError where DuckDB could open the file, but not keep a log beside it."""
    folder = path.absolute().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise JournalError(
            f"the journal's folder {folder} cannot be written",
            "change its permissions, or name a file in another folder with `--journal PATH`",
        )
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise JournalError(
            f"the journal {path} cannot be written",
            "change its permissions, or name another file with `--journal PATH`",
        )


def _connect(path: str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(path, read_only=read_only, config=_SETTINGS)
        # `ts > now() - INTERVAL 1 HOUR` is to mean the same on every machine.
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        return connection
    except duckdb.Error as error:
        raise _unopened(path, error) from error


def _unopened(path: str, error: duckdb.Error) -> JournalError:
    """Why the journal cannot be opened, and what to do about it."""
    text = str(error)
    if "Could not set lock" in text:
        return _held(path, text)
    if "different configuration" in text:
        return JournalError(
            f"the journal {path} is already open in this process",
            "close it first, or use another file",
        )
    if "storage version" in text or "newer version of DuckDB" in text:
        return JournalError(
            f"the journal {path} was written by a newer DuckDB; it was left as it is",
            "use the Polymock that made it, or another file: `--journal PATH`",
        )
    # A database of another kind, for which there would be an extension.
    is_no_database = "not a valid DuckDB database" in text or ".duckdb_extension" in text
    found = damage(path, error)
    if is_no_database or found is not None or isinstance(error, duckdb.SerializationException):
        if not _is_ours(path):
            return JournalError(
                f"{path} is not a DuckDB file; it was left as it is",
                "name another file with `--journal PATH`",
            )
        return found or DamagedJournal(f"the journal {path} is damaged", HINT)
    return JournalError(
        f"the journal {path} cannot be opened: {_first_line(text)}",
        "check the folder's permissions and the disk, or use another file: `--journal PATH`",
    )


def _is_ours(path: str) -> bool:
    try:
        return is_ours(path)
    except OSError:
        return False


def _held(path: str, text: str) -> JournalError:
    holder = _HOLDER.search(text)
    if holder is None:
        return JournalError(
            f"another process holds the journal {path}",
            "stop it, or use another file: `--journal PATH`",
        )
    pid = holder[1]
    return JournalError(
        f"process {pid} holds the journal {path}",
        f"stop it (kill {pid}), ask it with `polymock logs sql`, or use another file: "
        "`--journal PATH`",
    )


def _prepare(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    version = _version(connection)
    if version is not None:
        older = _check_version(path, version)
        if older < SCHEMA_VERSION:
            with _writing(connection, path):
                for statement in renewal(older):
                    connection.execute(statement)
                connection.execute(_SET_VERSION, [str(SCHEMA_VERSION)])
        return
    if connection.execute("SELECT 1 FROM duckdb_tables() WHERE NOT internal LIMIT 1").fetchone():
        raise _foreign(path)
    with _writing(connection, path):
        for statement in ddl():
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)])


@contextlib.contextmanager
def _writing(connection: duckdb.DuckDBPyConnection, path: str) -> Iterator[None]:
    """A transaction: all of it is written, or nothing. Raises JournalError."""
    try:
        connection.begin()
        yield
        connection.commit()
    except duckdb.Error as error:
        raise JournalError(
            f"the journal {path} cannot be written: {_first_line(str(error))}",
            "check the disk, or use another file: `--journal PATH`",
        ) from error


def _version(connection: duckdb.DuckDBPyConnection) -> str | None:
    with contextlib.suppress(duckdb.CatalogException, duckdb.BinderException):
        row = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
        return None if row is None else str(row[0])
    return None


def _check_version(path: str, version: str | None) -> int:
    """The version as a number. Raises JournalError where there is none, or it is too new."""
    if version is None:
        raise _foreign(path)
    if version.isdecimal() and 1 <= int(version) <= SCHEMA_VERSION:
        return int(version)
    raise JournalError(
        f"the journal {path} has schema version {version}, this Polymock reads and writes "
        f"{SCHEMA_VERSION}",
        "use the Polymock that made it, or another file: `--journal PATH`",
    )


def _foreign(path: str) -> JournalError:
    return JournalError(
        f"{path} is a DuckDB file, but not a journal; it was left as it is",
        "name another file with `--journal PATH`",
    )


def _first_line(text: str) -> str:
    return text.partition("\n")[0]

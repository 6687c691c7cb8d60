"""Opening the journal's DuckDB file: locked down, of our schema, with errors that help."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from polymock.errors import JournalError
from polymock_schemas.journal import SCHEMA_VERSION, ddl, renewal

IN_MEMORY = ":memory:"
LONGEST_STATEMENT_MS = 60_000
"""DuckDB's own limit, for every statement; `sql` sets a shorter one for each query."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
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


def open_journal(path: str) -> duckdb.DuckDBPyConnection:
    """Open the journal to write, creating it where there is none; `:memory:` keeps it in memory.

    Transactions that were committed before a crash are there again, and the journal of an older
    Polymock gets the columns and views that it lacks. Raises JournalError where the file cannot be
    opened, is not a journal, is of a newer version, or another process holds it.
    """
    if path != IN_MEMORY:
        _check_place(Path(path))
    connection = _connect(path, read_only=False)
    try:
        _prepare(connection, path)
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def open_read_only(path: str) -> duckdb.DuckDBPyConnection:
    """Open a journal that no server has open, to query it.

    What a killed server left in the write-ahead log is read too; the file stays as it is, that of
    an older Polymock without the columns that are new since. Raises JournalError as `open_journal`
    does, and where there is no file.
    """
    if not Path(path).is_file():
        raise JournalError(
            f"there is no journal at {path}",
            "name it with `--journal PATH`, or its config with `--config PATH`",
        )
    connection = _connect(path, read_only=True)
    try:
        _check_version(path, _version(connection))
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


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


def _connect(path: str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(path, read_only=read_only, config=_SETTINGS)
    except duckdb.Error as error:
        text = str(error)
        if "Could not set lock" in text:
            raise _held(path, text) from error
        if "different configuration" in text:
            raise JournalError(
                f"the journal {path} is already open in this process",
                "close it first, or use another file",
            ) from error
        if "not a valid DuckDB database" in text or isinstance(
            error, duckdb.SerializationException
        ):
            raise JournalError(
                f"{path} is not a DuckDB file; it was left as it is",
                "name another file with `--journal PATH`",
            ) from error
        raise JournalError(
            f"the journal {path} cannot be opened: {_first_line(text)}",
            "check the folder's permissions and the disk, or use another file: `--journal PATH`",
        ) from error


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
        if _check_version(path, version) < SCHEMA_VERSION:
            with _writing(connection, path):
                for statement in renewal():
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

"""A journal that no server has open, as it is read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from polymock.journal.days import days_folder, days_of, kept_files
from polymock_schemas.journal import readings, requests


class ReadOnlyJournal:
    """An open file that nothing is written to. Its views and macros are those of this Polymock,
    whatever stands in the file: that may be older, or somebody else's."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: str) -> None:
        self._connection = connection
        self._readings = (*_requests(connection, path), *readings())
        self._define(connection)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own; whoever asks for it closes it. Raises duckdb.Error."""
        cursor = self._connection.cursor()
        self._define(cursor)  # what is temporary belongs to one cursor
        return cursor

    def execute(self, statement: str, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        """Run a statement of ours. Raises duckdb.Error."""
        return self._connection.execute(statement, parameters)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> ReadOnlyJournal:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _define(self, cursor: duckdb.DuckDBPyConnection) -> None:
        for statement in self._readings:
            # An older journal may lack a column that one of them is about.
            with contextlib.suppress(duckdb.BinderException, duckdb.CatalogException):
                cursor.execute(statement)


def _requests(cursor: duckdb.DuckDBPyConnection, path: str) -> Iterator[str]:
    """Archived days are where the journal is, wherever it was when they were written; what somebody
    took away is left out. A journal that is older has a table of that name."""
    with contextlib.suppress(duckdb.CatalogException):
        files = kept_files(cursor, Path(days_folder(path)))
        there = [file for file in files if Path(file).is_file()]
        yield f"CREATE OR REPLACE TEMP VIEW requests AS {requests(days_of(there)).query}"

"""The journal, printed: rows, and what its tables are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from polymock.output import as_objects, print_csv, print_lines, print_table
from polymock_schemas.commands import SqlQuery, SqlResult
from polymock_schemas.journal import Table


def show_rows(result: SqlResult, params: SqlQuery) -> None:
    """The rows as a table."""
    print_table(result.columns, result.rows)
    _tell_more(result, params)


def show_csv(result: SqlResult, params: SqlQuery) -> None:
    """The rows as CSV (RFC 4180)."""
    print_csv(result)
    _tell_more(result, params)


def rows_as_objects(result: SqlResult, params: SqlQuery) -> list[dict[str, Any]]:
    """The rows as `--json` prints them."""
    _tell_more(result, params)
    return as_objects(result)


def show_schema(tables: Sequence[Table], _params: msgspec.Struct) -> None:
    """Tables, views and macros, and the meaning of each column and parameter."""
    for table in tables:
        print_lines([f"{table.heading} ({table.kind}): {table.comment}"])
        if table.parameters:
            given = [(each.name, each.default, each.comment) for each in table.parameters]
            print_table(("parameter", "default", "meaning"), given)
        rows = [(column.name, column.type, column.comment) for column in table.columns]
        print_table(("column", "type", "meaning"), rows)


def _tell_more(result: SqlResult, params: SqlQuery) -> None:
    if result.truncated:
        sys.stderr.write(f"Only the first {params.limit} rows: --limit shows more.\n")

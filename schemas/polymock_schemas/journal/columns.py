"""What a table or view of the journal is: its columns, and words that explain each of them."""

from __future__ import annotations

from typing import Literal

import msgspec


class Column(msgspec.Struct, frozen=True):
    """A column: name, DuckDB type, and what stands in it."""

    name: str
    type: str
    comment: str


class Table(msgspec.Struct, frozen=True):
    """A table or view of the journal. `query` is the SQL of a view, "" for a table."""

    name: str
    kind: Literal["table", "view"]
    comment: str
    columns: tuple[Column, ...]
    query: str = ""


def table(name: str, comment: str, *columns: tuple[str, str, str]) -> Table:
    """A table, with the name, type and meaning of each column."""
    return Table(name, "table", comment, tuple(Column(*column) for column in columns))


def view(name: str, comment: str, query: str, *columns: tuple[str, str, str]) -> Table:
    """A view of a query, with the name, type and meaning of each column."""
    return Table(name, "view", comment, tuple(Column(*column) for column in columns), query)

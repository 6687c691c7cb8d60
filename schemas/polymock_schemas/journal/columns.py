"""What a table, view or macro of the journal is: its columns, and words that explain each."""

from __future__ import annotations

from typing import Literal

import msgspec


class Column(msgspec.Struct, frozen=True):
    """A column: name, DuckDB type, and what stands in it."""

    name: str
    type: str
    comment: str


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a macro: name, what it is where it is not given (SQL), and what it does."""

    name: str
    default: str
    comment: str


class Table(msgspec.Struct, frozen=True):
    """A table, view or macro of the journal. `query` is the SQL behind it, "" for a table.

    A macro is asked as a view is, but with `parameters`, by name or in order:
    `FROM report_operations(since := '1h', mock := 'shop')`.
    """

    name: str
    kind: Literal["table", "view", "macro"]
    comment: str
    columns: tuple[Column, ...]
    query: str = ""
    parameters: tuple[Parameter, ...] = ()

    @property
    def heading(self) -> str:
        """How it is asked for: `requests`, `latency(since, until, mock)`."""
        if self.kind != "macro":
            return self.name
        return f"{self.name}({', '.join(parameter.name for parameter in self.parameters)})"


def table(name: str, comment: str, *columns: tuple[str, str, str]) -> Table:
    """A table, with the name, type and meaning of each column."""
    return Table(name, "table", comment, _columns(columns))


def view(name: str, comment: str, query: str, *columns: tuple[str, str, str]) -> Table:
    """A view of a query, with the name, type and meaning of each column."""
    return Table(name, "view", comment, _columns(columns), query)


def macro(
    name: str,
    comment: str,
    parameters: tuple[Parameter, ...],
    query: str,
    *columns: tuple[str, str, str],
) -> Table:
    """A table macro, with the name, type and meaning of each column of what it gives.

    In `query` a name without a relation before it is the parameter's where both have it, so columns
    are written `r.mock`.
    """
    return Table(name, "macro", comment, _columns(columns), query, parameters)


def _columns(columns: tuple[tuple[str, str, str], ...]) -> tuple[Column, ...]:
    return tuple(Column(*column) for column in columns)

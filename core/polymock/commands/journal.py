"""Questions to the journal in SQL, and what can be asked for."""

from __future__ import annotations

from polymock.commands.context import Context
from polymock_schemas.commands import Nothing, SqlQuery, SqlResult
from polymock_schemas.journal import RELATIONS, Table


def query(context: Context, params: SqlQuery) -> SqlResult:
    """Rows of one SQL statement over the journal. Raises JournalError."""
    return context.journal.query(params.sql, params.limit, round(params.timeout * 1000))


def describe(_context: Context, _params: Nothing) -> tuple[Table, ...]:
    """The tables, views and macros of a journal, with what stands in each column."""
    return RELATIONS

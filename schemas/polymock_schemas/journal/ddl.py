"""The SQL that makes a journal, and the one that renews an older one."""

from __future__ import annotations

from collections.abc import Iterator

from polymock_schemas.journal.tables import TABLES
from polymock_schemas.journal.views import VIEWS

SCHEMA_VERSION = 2
"""Written to the table `meta`. A file of an older version is renewed by whoever opens it to write,
a file of a newer one is not opened."""

_FIRST_VERSION_LACKS = ("request_messages", "response_messages")


def ddl() -> Iterator[str]:
    """The statements that make an empty journal, in order, one SQL statement each."""
    for table in TABLES:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        yield f"CREATE TABLE {table.name} ({columns})"
    yield from _views_and_comments()


def renewal() -> Iterator[str]:
    """The statements that make a journal of version 1 one of this version, its rows kept."""
    for column in _FIRST_VERSION_LACKS:
        yield f"ALTER TABLE requests ADD COLUMN {column} INTEGER DEFAULT 1"
        yield f"ALTER TABLE requests ALTER COLUMN {column} DROP DEFAULT"
    yield from _views_and_comments()


def _views_and_comments() -> Iterator[str]:
    for view in VIEWS:
        yield f"CREATE OR REPLACE VIEW {view.name} AS {view.query}"
    for relation in (*TABLES, *VIEWS):
        kind = relation.kind.upper()
        yield f"COMMENT ON {kind} {relation.name} IS {_quoted(relation.comment)}"
        for column in relation.columns:
            place = f"{relation.name}.{column.name}"
            yield f"COMMENT ON COLUMN {place} IS {_quoted(column.comment)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

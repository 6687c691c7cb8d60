"""The SQL that makes a journal, and the one that renews an older one."""

from __future__ import annotations

from collections.abc import Iterator

from polymock_schemas.journal import coverage
from polymock_schemas.journal.columns import Table
from polymock_schemas.journal.relations import MACROS, VIEWS
from polymock_schemas.journal.tables import ARCHIVES, REQUESTS, TABLES

SCHEMA_VERSION = 3
"""Written to the table `meta`. A file of an older version is renewed by whoever opens it to write,
a file of a newer one is not opened."""

_SECOND_VERSION_ADDED = ("request_messages", "response_messages")


def ddl() -> Iterator[str]:
    """The statements that make an empty journal, in order, one SQL statement each."""
    for table in TABLES:
        yield _creation(table)
    yield f"CREATE VIEW {REQUESTS.name} AS {REQUESTS.query}"
    yield from _readings("OR REPLACE")
    yield from _comments()


def renewal(version: int) -> Iterator[str]:
    """The statements that make a journal of an older version one of this, its rows kept."""
    if version < 2:
        for column in _SECOND_VERSION_ADDED:
            yield f"ALTER TABLE requests ADD COLUMN {column} INTEGER DEFAULT 1"
            yield f"ALTER TABLE requests ALTER COLUMN {column} DROP DEFAULT"
    if version < 3:
        yield "ALTER TABLE requests RENAME TO exchanges"
        yield _creation(ARCHIVES)
        for table in coverage.TABLES:
            yield _creation(table)
        yield f"CREATE VIEW {REQUESTS.name} AS {REQUESTS.query}"
    yield from _readings("OR REPLACE")
    yield from _comments()


def readings() -> Iterator[str]:
    """The statements that make all views and macros for one connection to any journal, be it older
    than this version, or written by somebody else; nothing is stored."""
    yield from _readings("OR REPLACE TEMP")


def _readings(how: str) -> Iterator[str]:
    for view in VIEWS:
        if view is not REQUESTS:  # it is a table in the first two versions
            yield f"CREATE {how} VIEW {view.name} AS {view.query}"
    for macro in MACROS:
        yield f"CREATE {how} MACRO {macro.name}({_parameters(macro)}) AS TABLE {macro.query}"


def _parameters(macro: Table) -> str:
    return ", ".join(f"{each.name} := {each.default}" for each in macro.parameters)


def _comments() -> Iterator[str]:
    for relation in (*TABLES, *VIEWS):
        yield from comments_on(relation)
    for macro in MACROS:
        yield f"COMMENT ON MACRO TABLE {macro.name} IS {_quoted(macro.comment)}"


def comments_on(relation: Table) -> Iterator[str]:
    """The statements that explain a table or view and its columns in the file."""
    yield f"COMMENT ON {relation.kind.upper()} {relation.name} IS {_quoted(relation.comment)}"
    for column in relation.columns:
        place = f"{relation.name}.{column.name}"
        yield f"COMMENT ON COLUMN {place} IS {_quoted(column.comment)}"


def _creation(table: Table) -> str:
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    return f"CREATE TABLE {table.name} ({columns})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

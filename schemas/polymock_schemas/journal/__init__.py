"""The journal's DuckDB schema: tables, views and macros, and the words that explain each of them.

One structure (`TABLES`, `VIEWS`, `MACROS`) gives the DDL, the comments inside the file
(`COMMENT ON`) and what `polymock logs schema` prints.
"""

from __future__ import annotations

from polymock_schemas.journal.columns import Column, Parameter, Table
from polymock_schemas.journal.ddl import SCHEMA_VERSION, comments_on, ddl, readings, renewal
from polymock_schemas.journal.relations import MACROS, RELATIONS, VIEWS
from polymock_schemas.journal.status import JournalStatus
from polymock_schemas.journal.tables import (
    ARCHIVES,
    EVENTS,
    EXCHANGES,
    GAPS,
    META,
    OPERATIONS,
    REQUESTS,
    TABLES,
    requests,
)

__all__ = [
    "ARCHIVES",
    "EVENTS",
    "EXCHANGES",
    "GAPS",
    "MACROS",
    "META",
    "OPERATIONS",
    "RELATIONS",
    "REQUESTS",
    "SCHEMA_VERSION",
    "TABLES",
    "VIEWS",
    "Column",
    "JournalStatus",
    "Parameter",
    "Table",
    "comments_on",
    "ddl",
    "readings",
    "renewal",
    "requests",
]

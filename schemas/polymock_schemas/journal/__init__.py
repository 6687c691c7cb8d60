"""The journal's DuckDB schema: tables, views, and the words that explain each of them.

One structure (`TABLES`, `VIEWS`) gives the DDL, the comments inside the file (`COMMENT ON`) and
what `polymock logs schema` prints.
"""

from __future__ import annotations

from polymock_schemas.journal.columns import Column, Table
from polymock_schemas.journal.ddl import SCHEMA_VERSION, ddl, renewal
from polymock_schemas.journal.status import JournalStatus
from polymock_schemas.journal.tables import EVENTS, GAPS, META, OPERATIONS, REQUESTS, TABLES
from polymock_schemas.journal.views import VIEWS

__all__ = [
    "EVENTS",
    "GAPS",
    "META",
    "OPERATIONS",
    "REQUESTS",
    "SCHEMA_VERSION",
    "TABLES",
    "VIEWS",
    "Column",
    "JournalStatus",
    "Table",
    "ddl",
    "renewal",
]

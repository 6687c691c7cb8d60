"""All tables, views and macros of the journal, from the modules that define them."""

from __future__ import annotations

from polymock_schemas.journal import anomalies, coverage, reports, views
from polymock_schemas.journal.tables import REQUESTS, TABLES

VIEWS = (
    REQUESTS,
    *views.VIEWS,
    *coverage.VIEWS,
)
"""In the order that they are made: what another one reads stands before it."""

MACROS = (*views.MACROS, *reports.MACROS, *anomalies.MACROS, *coverage.MACROS)
"""Table macros, made after the views."""

RELATIONS = (*TABLES, *VIEWS, *MACROS)

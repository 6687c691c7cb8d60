"""Logs: questions to the journal, which this process owns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import post
from litestar.params import Body
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from polymock.errors import JournalError
from polymock.journal.writer import Journal
from polymock_schemas.commands import SqlResult


class SqlQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A question to the journal: one SELECT."""

    sql: Annotated[str, Meta(min_length=1, max_length=100_000)]
    limit: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    timeout_ms: Annotated[int, Meta(ge=1, le=60_000)] = 10_000


def logs_handlers(journal: Journal | None) -> Sequence[ControllerRouterHandler]:
    """`/api/v1/logs/…`."""

    @post("/api/v1/logs/sql", status_code=200, sync_to_thread=True)
    def run_sql(data: Annotated[SqlQuery, Body()]) -> SqlResult:
        if journal is None:
            raise JournalError("Nothing is recorded.", "Serve without --no-journal.")
        return journal.query(data.sql, limit=data.limit, timeout_ms=data.timeout_ms)

    return (run_sql,)

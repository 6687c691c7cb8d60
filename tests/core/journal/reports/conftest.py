"""Journals with exchanges of which little need be said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from polymock.journal.database import open_journal
from polymock.journal.reading import reading
from polymock.journal.reports.gathering import gather
from polymock_schemas.log_reports import Report, ReportQuery

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
USUAL: dict[str, Any] = {
    "id": "019ca990-0000-7000-8000-000000000000",
    "ts": NOON,
    "node": "here:0",
    "session": "",
    "protocol": "openapi",
    "mock": "shop",
    "operation": "GET /pets/{petId}",
    "method": "GET",
    "path": "/pets/1",
    "query": "",
    "status": 200,
    "outcome": "ok",
    "source": "example",
    "stub": "",
    "scenario": "",
    "principal": "",
    "client": "127.0.0.1",
    "user_agent": "curl/8",
    "latency_us": 1000,
    "request_bytes": 0,
    "response_bytes": 10,
    "request_headers": "{}",
    "response_headers": "{}",
    "request_body": None,
    "response_body": None,
    "truncated": False,
    "violations": [],
    "trace_id": "",
    "request_messages": 1,
    "response_messages": 1,
}

Add = Callable[..., None]


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty journal."""
    with open_journal(":memory:") as connection:
        yield connection


@pytest.fixture
def add(database: duckdb.DuckDBPyConnection) -> Add:
    """Adds an exchange that is usual but for what is said; `after` are seconds after noon."""

    def put(after: float = 0.0, **columns: Any) -> None:
        row = {**USUAL, "ts": NOON + timedelta(seconds=after), **columns}
        row["ts"] = row["ts"].replace(tzinfo=None)
        places = ", ".join(f"${name}" for name in row)
        database.execute(f"INSERT INTO exchanges ({', '.join(row)}) VALUES ({places})", row)

    return put


@pytest.fixture
def report(database: duckdb.DuckDBPyConnection) -> Callable[..., Report]:
    """Makes a report of the journal, an hour after noon."""

    def make(**query: Any) -> Report:
        with reading(database) as journal:
            return gather(journal, ReportQuery(**query), now=NOON + timedelta(hours=1))

    return make

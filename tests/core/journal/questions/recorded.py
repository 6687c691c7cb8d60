"""A journal in memory with exchanges that a test names."""

import contextlib
import datetime
import uuid

import duckdb

from polymock.journal.reading import reading
from polymock_schemas.journal import EVENTS, OPERATIONS, REQUESTS

START = datetime.datetime(2026, 3, 12, 9, 0)
DEFAULTS = {
    "node": "w1",
    "session": "",
    "protocol": "openapi",
    "mock": "shop",
    "operation": "",
    "method": "GET",
    "path": "/",
    "query": "",
    "status": 200,
    "outcome": "ok",
    "source": "sample",
    "stub": "",
    "scenario": "",
    "principal": "",
    "client": "127.0.0.1",
    "user_agent": "test",
    "latency_us": 1000,
    "request_bytes": 0,
    "response_bytes": 0,
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


def journal(rows, operations=()):
    """A database with these rows, a second apart; `operations` are (mock, protocol, name)."""
    connection = duckdb.connect()
    for table in (REQUESTS, OPERATIONS, EVENTS):
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
    names = [column.name for column in REQUESTS.columns]
    with connection.appender("requests") as appender:
        for number, row in enumerate(rows):
            full = {
                "id": uuid.UUID(int=number + 1),
                "ts": START + datetime.timedelta(seconds=number),
                **DEFAULTS,
                **row,
            }
            appender.append_rows([tuple(full[name] for name in names)])
    for mock, protocol, name in operations:
        connection.execute(
            "INSERT INTO operations (mock, protocol, operation) VALUES (?, ?, ?)",
            [mock, protocol, name],
        )
    return connection


@contextlib.contextmanager
def read(rows, operations=()):
    """The journal, read."""
    connection = journal(rows, operations)
    with reading(connection) as opened:
        yield opened
    connection.close()

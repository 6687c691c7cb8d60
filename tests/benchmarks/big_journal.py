"""A journal of ten million exchanges over a week, as traffic would leave it; deterministic.

    python tests/benchmarks/big_journal.py ten_million.duckdb [--rows 10000000] [--until INSTANT]

Three mocks (REST, GraphQL, gRPC) with 61 operations, some called a thousand times as often as
others; days and nights; 400 callers, 200 principals, 25 user agents, 40 sessions; bodies, headers,
violations; latencies log-normal. Rows are in order of time but for what several workers mix up.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from polymock_schemas.journal import SCHEMA_VERSION, ddl

ROWS = 10_000_000
CHUNK = 1_000_000
DAYS = 7
RESOURCES = ("product", "order", "customer", "carrier", "cart", "review", "invoice")
UNCALLED = 5
"""Operations that nobody calls."""

Operation = tuple[str, str, str, str, str, str, float, bool]
"""Mock, protocol, name, method, path, operation id, logarithm of its usual latency, writes."""


def operations() -> list[Operation]:
    """All operations, the most frequent first."""
    found: list[Operation] = []
    for rank, name in enumerate(RESOURCES):
        many, title = f"{name}s", name.capitalize()
        slow = 6.0 + rank * 0.25
        item = f"/{many}/{{{name}Id}}"
        rest = (
            (f"GET {item}", "GET", f"/{many}/@", f"get{title}", slow, False),
            (f"GET /{many}", "GET", f"/{many}", f"list{title}s", slow + 1.2, False),
            (f"POST /{many}", "POST", f"/{many}", f"create{title}", slow + 0.8, True),
            (f"PUT {item}", "PUT", f"/{many}/@", f"replace{title}", slow + 0.8, True),
            (f"DELETE {item}", "DELETE", f"/{many}/@", f"delete{title}", slow + 0.3, True),
        )
        found += [("shop", "openapi", *each) for each in rest]
        query, all_of, change = (
            (f"Query.{name}", False),
            (f"Query.{many}", False),
            (f"Mutation.create{title}", True),
        )
        for field, writes in (query, all_of) if rank > 4 else (query, all_of, change):
            found.append(
                ("shop-graph", "graphql", field, "POST", "/graphql", "", slow + 0.9, writes)
            )
        for verb in ("Get", "List") if rank < 6 else ():
            rpc = f"{verb}{title}"
            path = f"/shop.v1.Shop/{rpc}"
            found.append(("shop-rpc", "grpc", path[1:], "POST", path, rpc, slow - 0.3, False))
    return found


def make(path: Path, rows: int, until: datetime) -> None:
    """Write the journal; the newest row is of `until`."""
    with duckdb.connect(str(path)) as database:
        for statement in ddl():
            database.execute(statement)
        database.execute("INSERT INTO meta VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)])
        _declare(database)
        for first in range(0, rows, CHUNK):
            database.execute(
                _ROWS,
                {
                    "first": first,
                    "behind": min(first + CHUNK, rows),
                    "rows": rows,
                    "begin": until.replace(tzinfo=None),
                    "seconds": DAYS * 86_400.0,
                },
            )
            sys.stderr.write(f"{min(first + CHUNK, rows):,} rows\n")
        database.execute("CHECKPOINT")


def _declare(database: duckdb.DuckDBPyConnection) -> None:
    """The table `operations`, and one of what is called, with the share of each."""
    known = operations()
    database.execute(
        "CREATE TEMP TABLE called (number INTEGER, mock VARCHAR, protocol VARCHAR,"
        " operation VARCHAR, method VARCHAR, path VARCHAR, id VARCHAR, slow DOUBLE,"
        " writes BOOLEAN)"
    )
    for number, each in enumerate(known):
        database.execute(f"INSERT INTO called VALUES ({number}, {', '.join('?' * 8)})", each)
    database.execute(
        """
        INSERT INTO operations
        SELECT mock, protocol, operation, id, operation, CASE protocol
            WHEN 'openapi' THEN [CASE method WHEN 'POST' THEN '201' WHEN 'DELETE' THEN '204'
                ELSE '200' END, '404', '422', '5XX', 'default'] ELSE [] END
        FROM called
        """
    )
    database.execute(
        f"INSERT INTO operations SELECT 'shop', 'openapi', 'GET /reports/r' || i, 'report' || i,"
        f" '', ['200'] FROM range({UNCALLED}) t(i)"
    )


def _random(salt: int) -> str:
    """An SQL expression: a number from 0 up to 1, of the row's number `i`."""
    return f"((hash(i * 64 + {salt}) >> 11) / 9007199254740992.0)"


_COUNT = len(operations())
_ROWS = f"""
INSERT INTO exchanges
WITH drawn AS (
    SELECT i, {_random(1)} AS r_kind, {_random(2)} AS r_key, {_random(3)} AS r_caller,
        sqrt(-2 * ln({_random(4)} + 1e-12)) * cos(2 * pi() * {_random(5)}) AS normal,
        {_random(6)} AS r_agent, {_random(7)} AS r_session, {_random(8)} AS r_size,
        {_random(9)} AS r_worker,
        CAST(floor({_COUNT} * pow({_random(10)}, 3)) AS INTEGER) AS number,
        (i - $rows + 1) / CAST($rows AS DOUBLE) AS u
    FROM range($first, $behind) t(i)
), placed AS (
    SELECT *, CAST($begin AS TIMESTAMP) + to_microseconds(CAST(1e6 * (
        $seconds * (u + 0.6 * sin(2 * pi() * {DAYS} * u) / (2 * pi() * {DAYS}))
        - 0.25 * r_worker) AS BIGINT)) AS ts,
        CASE WHEN r_kind < 0.006 THEN 'unmatched' WHEN r_kind < 0.012 THEN 'broken'
            WHEN r_kind < 0.016 THEN 'fault' WHEN r_kind < 0.031 THEN 'invalid'
            WHEN r_kind < 0.055 THEN 'missing' WHEN r_kind < 0.061 THEN 'denied'
            ELSE 'ok' END AS kind,
        1 + CAST(floor(5000 * pow(r_key, 2)) AS INTEGER) AS key,
        CAST(floor(400 * pow(r_caller, 3)) AS INTEGER) AS caller
    FROM drawn
), known AS (
    SELECT p.*, c.mock, c.protocol, c.method, c.slow, c.writes,
        CASE WHEN kind = 'unmatched' AND c.protocol <> 'graphql' THEN '' ELSE c.operation
            END AS operation,
        CASE WHEN kind = 'unmatched' AND c.protocol = 'openapi' THEN '/' || CASE key % 5
                WHEN 0 THEN 'favicon.ico' WHEN 1 THEN 'product/' || key WHEN 2 THEN 'health'
                WHEN 3 THEN 'v2/orders' ELSE 'products/' || key || '/images' END
            WHEN kind = 'unmatched' AND c.protocol = 'grpc' THEN '/shop.v1.Shop/Find' || key % 7
            ELSE replace(c.path, '@', CAST(key AS VARCHAR)) END AS path,
        'shop-' || CASE WHEN caller % 3 = 0 THEN 'web' WHEN caller % 3 = 1 THEN 'app' ELSE 'job'
            END || '/' || (1 + caller % 4) || '.' || CAST(floor(r_agent * 2) AS INTEGER)
            AS user_agent
    FROM placed p JOIN called c USING (number)
), answered AS (
    SELECT *, CASE protocol
        WHEN 'grpc' THEN CASE kind WHEN 'unmatched' THEN 12 WHEN 'broken' THEN 13
            WHEN 'fault' THEN 14 WHEN 'invalid' THEN 3 WHEN 'missing' THEN 5 WHEN 'denied' THEN 16
            ELSE 0 END
        WHEN 'graphql' THEN CASE kind WHEN 'broken' THEN 500 WHEN 'fault' THEN 503 WHEN 'denied'
            THEN 401 WHEN 'unmatched' THEN 400 ELSE 200 END
        ELSE CASE kind WHEN 'unmatched' THEN 404 WHEN 'broken' THEN 500 WHEN 'fault' THEN 503
            WHEN 'invalid' THEN 422 WHEN 'missing' THEN 404 WHEN 'denied' THEN 401
            ELSE CASE method WHEN 'POST' THEN 201 WHEN 'DELETE' THEN 204 ELSE 200 END END
        END AS status,
        CASE kind WHEN 'ok' THEN 'ok' WHEN 'broken' THEN 'server_error' WHEN 'fault' THEN 'fault'
            ELSE 'client_error' END AS outcome,
        '{{"id":' || key || ',"name":"' || repeat('A lamp of brass, ', 1 + key % 9) || key
            || '","priceCents":' || key * 37 % 9000 || ',"currency":"EUR","tags":["new","sale"]}}'
            AS entity
    FROM known
)
SELECT
    CAST((CAST(epoch_ms(ts) AS UHUGEINT) * 1208925819614629174706176
        + 528905046081400263933952::UHUGEINT
        + 9223372036854775808::UHUGEINT + i::UHUGEINT) AS UUID) AS id,
    ts, 'mock-1:' || CAST(floor(r_worker * 2) AS INTEGER) AS node,
    CASE WHEN r_session < 0.8 THEN '' ELSE 'test-' || CAST(floor(r_session * 200) AS INTEGER) END
        AS session,
    protocol, mock, operation, method, path,
    CASE WHEN method = 'GET' AND contains(operation, '{{') THEN '' WHEN method = 'GET'
        THEN 'page=' || key % 40 || '&pageSize=25' ELSE '' END AS query,
    status, outcome,
    CASE WHEN kind IN ('unmatched', 'invalid', 'denied') THEN 'refusal' WHEN kind = 'fault'
        THEN 'stub' WHEN writes THEN 'world' WHEN key % 3 = 0 THEN 'sample' ELSE 'example' END
        AS source,
    CASE WHEN kind = 'fault' THEN 'slow-down' ELSE '' END AS stub, '' AS scenario,
    CASE WHEN kind = 'denied' OR caller % 5 = 0 THEN '' ELSE 'partner-' || caller // 2 END
        AS principal,
    '10.0.' || caller // 200 || '.' || 1 + caller % 200 AS client, user_agent,
    CAST(greatest(40, exp(slow + 0.55 * normal + CASE kind WHEN 'fault' THEN 2.5 ELSE 0 END))
        AS BIGINT) AS latency_us,
    CASE WHEN writes THEN strlen(entity) WHEN protocol = 'openapi' THEN 0 ELSE 60 + key % 40 END
        AS request_bytes,
    CASE WHEN kind <> 'ok' THEN 210 + key % 100 WHEN status = 204 THEN 0 ELSE strlen(entity) END
        AS response_bytes,
    '{{"host":"localhost:8080","user-agent":"' || user_agent || '","accept":"application/json",'
        || '"authorization":"(redacted)","x-request-id":"' || i % 1000 || '"}}' AS request_headers,
    '{{"content-type":"application/json","content-length":"' || strlen(entity) || '"}}'
        AS response_headers,
    CASE WHEN writes THEN entity WHEN protocol = 'openapi' THEN NULL
        ELSE '{{"query":"{{ product(id: ' || key || ') {{ id name priceCents }} }}"}}' END
        AS request_body,
    CASE WHEN kind <> 'ok' THEN '{{"type":"urn:polymock:problem:' || kind || '","status":' || status
        || ',"detail":"The request ' || key || ' is not answered."}}' WHEN status = 204 THEN NULL
        ELSE entity END AS response_body,
    false AS truncated,
    CASE WHEN kind = 'invalid' THEN [{{'location': CASE key % 3 WHEN 0 THEN 'body.name' WHEN 1
        THEN 'query.pageSize' ELSE 'body.priceCents' END,
        'message': key || ' is not what the contract allows'}}] ELSE [] END AS violations,
    CASE WHEN key % 4 = 0 THEN md5(CAST(i AS VARCHAR)) ELSE '' END AS trace_id,
    1 AS request_messages, 1 AS response_messages
FROM answered ORDER BY i
"""


def main() -> None:
    """Make the file that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--until", type=datetime.fromisoformat, default=None)
    options = parser.parse_args()
    if options.path.exists():
        parser.error(f"{options.path} exists")
    until = options.until or datetime.now(UTC)
    begun = time.monotonic()
    make(options.path, options.rows, until)
    size = options.path.stat().st_size / 1e9
    sys.stderr.write(f"{size:.2f} GB in {time.monotonic() - begun:.0f} s\n")


if __name__ == "__main__":
    main()

"""The journal's DuckDB schema: tables, views, and the words that explain each of them.

One structure (`TABLES`, `VIEWS`) gives the DDL, the comments inside the file (`COMMENT ON`) and
what `polymock logs schema` prints. Text columns are never NULL, '' where there is nothing to say;
the two bodies are, where the message had none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

SCHEMA_VERSION = 2
"""Written to the table `meta`. A file of an older version is renewed by whoever opens it to write,
a file of a newer one is not opened."""


class Column(msgspec.Struct, frozen=True):
    """A column: name, DuckDB type, and what stands in it."""

    name: str
    type: str
    comment: str


class Table(msgspec.Struct, frozen=True):
    """A table or view of the journal. `query` is the SQL of a view, "" for a table."""

    name: str
    kind: Literal["table", "view"]
    comment: str
    columns: tuple[Column, ...]
    query: str = ""


class JournalStatus(msgspec.Struct, frozen=True):
    """How the journal does. Counts are since this process opened it.

    `waiting_batches` and `waiting_rows` were received and are not yet committed; `dropped_rows`
    are those of `journal_gaps`; `last_error` is "" once writing works again.
    """

    path: str
    rows: int
    waiting_batches: int
    waiting_rows: int
    gaps: int
    dropped_rows: int
    last_error: str


def _table(name: str, comment: str, *columns: tuple[str, str, str]) -> Table:
    return Table(name, "table", comment, tuple(Column(*column) for column in columns))


def _view(name: str, comment: str, query: str, *columns: tuple[str, str, str]) -> Table:
    return Table(name, "view", comment, tuple(Column(*column) for column in columns), query)


REQUESTS = _table(
    "requests",
    "One row per exchange: a call, its reply and what the engine knew of it",
    ("id", "UUID", "UUIDv7: sorts by time"),
    ("ts", "TIMESTAMP", "When the call arrived; UTC, microseconds"),
    ("node", "VARCHAR", "The worker that answered: host and worker number"),
    ("session", "VARCHAR", "The caller's X-Polymock-Session; '' for the shared world"),
    ("protocol", "VARCHAR", "The plugin that read the contract: openapi, graphql, grpc"),
    ("mock", "VARCHAR", "The mock's name"),
    (
        "operation",
        "VARCHAR",
        "The operation's name (GET /pets/{petId}), or several joined by ' + '; '' where none "
        "matched",
    ),
    ("method", "VARCHAR", "HTTP method, as sent"),
    ("path", "VARCHAR", "Path, percent-encoded as sent, the mock's prefix included"),
    ("query", "VARCHAR", "Query without its ?, percent-encoded as sent, redacted"),
    ("status", "INTEGER", "HTTP status; for gRPC the gRPC code"),
    ("outcome", "VARCHAR", "ok, client_error, server_error or fault"),
    (
        "source",
        "VARCHAR",
        "Who made the answer: stub, handler, upstream, world, example, sample, refusal; '' where "
        "the server answered by itself (a CORS preflight)",
    ),
    ("stub", "VARCHAR", "The stub that answered"),
    ("scenario", "VARCHAR", "The scenario whose state allowed the stub"),
    ("principal", "VARCHAR", "Whom the credentials name"),
    ("client", "VARCHAR", "The caller's address"),
    ("user_agent", "VARCHAR", "The caller's User-Agent"),
    ("latency_us", "BIGINT", "From the call's arrival to the reply; microseconds"),
    ("request_bytes", "BIGINT", "Size of the request body on the wire"),
    ("response_bytes", "BIGINT", "Size of the response body on the wire"),
    (
        "request_headers",
        "JSON",
        "Object of lower-case names; a repeated header is a list; redacted",
    ),
    (
        "response_headers",
        "JSON",
        "Object of lower-case names; a repeated header is a list; redacted",
    ),
    (
        "request_body",
        "VARCHAR",
        "Text, cut and redacted as configured; base64:… where it is not UTF-8; NULL where there "
        "was none",
    ),
    (
        "response_body",
        "VARCHAR",
        "Text, cut and redacted as configured; base64:… where it is not UTF-8; NULL where there "
        "was none",
    ),
    ("truncated", "BOOLEAN", "Whether a body was cut at the journal's limit"),
    (
        "violations",
        "STRUCT(location VARCHAR, message VARCHAR)[]",
        "Why the call breaks the contract; empty where it does not",
    ),
    ("trace_id", "VARCHAR", "Trace id of the W3C traceparent header"),
    ("request_messages", "INTEGER", "Messages that a client's stream held; 1 where it was none"),
    ("response_messages", "INTEGER", "Messages that the answer's stream held; 1 where it was none"),
)

OPERATIONS = _table(
    "operations",
    "Every operation of every contract that is served now; replaced on reload",
    ("mock", "VARCHAR", "The mock's name"),
    ("protocol", "VARCHAR", "The plugin that read the contract"),
    ("operation", "VARCHAR", "The operation's name, as in requests.operation"),
    ("operation_id", "VARCHAR", "The document's own name for it"),
    ("summary", "VARCHAR", "The document's one line on it"),
    ("statuses", "VARCHAR[]", "The declared answers: 200, 4XX, default"),
)

GAPS = _table(
    "journal_gaps",
    "Exchanges that were answered but could not be recorded",
    ("ts", "TIMESTAMP", "When the first of them was dropped; UTC"),
    ("node", "VARCHAR", "The worker that dropped them"),
    ("dropped", "BIGINT", "How many exchanges"),
    ("bytes", "BIGINT", "About how many bytes of memory they took"),
    ("reason", "VARCHAR", "Why"),
)

EVENTS = _table(
    "events",
    "What happened to the server and its world: started, reloaded, a stub added",
    ("id", "UUID", "UUIDv7: sorts by time"),
    ("ts", "TIMESTAMP", "When; UTC, microseconds"),
    ("type", "VARCHAR", "What happened: noun.verb"),
    ("actor", "VARCHAR", "Who did it: a token's name, cli, server"),
    ("subject", "VARCHAR", "To what: a mock, a stub, a session"),
    ("data", "JSON", "The rest, by type"),
)

META = _table(
    "meta",
    "About this file",
    ("key", "VARCHAR", "schema_version, created_by"),
    ("value", "VARCHAR", "Its value"),
)

TABLES = (REQUESTS, OPERATIONS, GAPS, EVENTS, META)

LATENCY = _view(
    "latency",
    "Latency per operation, microseconds",
    """
    SELECT mock, operation, count(*) AS calls,
        CAST(round(avg(latency_us)) AS BIGINT) AS mean_us,
        quantile_disc(latency_us, 0.5) AS p50_us,
        quantile_disc(latency_us, 0.95) AS p95_us,
        quantile_disc(latency_us, 0.99) AS p99_us,
        max(latency_us) AS max_us
    FROM requests GROUP BY mock, operation ORDER BY p95_us DESC, mock, operation
    """,
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name"),
    ("calls", "BIGINT", "How many calls"),
    ("mean_us", "BIGINT", "Mean"),
    ("p50_us", "BIGINT", "Half of the calls took at most this"),
    ("p95_us", "BIGINT", "95 of 100 calls took at most this"),
    ("p99_us", "BIGINT", "99 of 100 calls took at most this"),
    ("max_us", "BIGINT", "The slowest call"),
)

ERRORS = _view(
    "errors",
    "Answers other than ok, grouped; the newest first",
    """
    SELECT mock, operation, status, outcome, source, count(*) AS calls,
        min(ts) AS first_ts, max(ts) AS last_ts, arg_max(id, ts) AS last_id,
        arg_max(violations, ts) AS last_violations
    FROM requests WHERE outcome <> 'ok'
    GROUP BY mock, operation, status, outcome, source ORDER BY last_ts DESC
    """,
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name; '' where none matched"),
    ("status", "INTEGER", "The status answered"),
    ("outcome", "VARCHAR", "client_error, server_error or fault"),
    ("source", "VARCHAR", "Who made the answer"),
    ("calls", "BIGINT", "How many calls"),
    ("first_ts", "TIMESTAMP", "The first of them"),
    ("last_ts", "TIMESTAMP", "The last of them"),
    ("last_id", "UUID", "Id of the last, in requests"),
    (
        "last_violations",
        "STRUCT(location VARCHAR, message VARCHAR)[]",
        "Why the last broke the contract",
    ),
)

COVERAGE = _view(
    "coverage",
    "Which operations and declared statuses have been exercised",
    # A call of several operations counts for each of them, once; its name as a whole is asked for
    # too, as an operation's own name might hold what joins them.
    """
    SELECT o.mock, o.operation, o.operation_id, coalesce(r.calls, 0) AS calls,
        coalesce(r.calls, 0) > 0 AS covered, o.statuses AS declared,
        coalesce(r.seen, []) AS seen,
        list_filter(o.statuses, lambda status: CASE
            WHEN upper(status) SIMILAR TO '[1-5]XX'
                THEN NOT list_contains(
                    list_transform(coalesce(r.seen, []), lambda code: left(code, 1)),
                    left(status, 1))
            WHEN status = 'default'
                THEN len(list_filter(coalesce(r.seen, []), lambda code:
                    NOT list_contains(o.statuses, code)
                    AND NOT list_contains(o.statuses, left(code, 1) || 'XX'))) = 0
            ELSE NOT list_contains(coalesce(r.seen, []), status) END) AS missing,
        r.last_ts
    FROM operations o LEFT JOIN (
        SELECT mock, operation, count(*) AS calls, max(ts) AS last_ts,
            list_sort(list(DISTINCT CAST(status AS VARCHAR))) AS seen
        FROM (
            SELECT mock, status, ts, unnest(list_distinct(
                list_append(string_split(operation, ' + '), operation))) AS operation
            FROM requests
        ) GROUP BY mock, operation
    ) r USING (mock, operation) ORDER BY o.mock, o.operation
    """,
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name"),
    ("operation_id", "VARCHAR", "The document's own name for it"),
    ("calls", "BIGINT", "How many calls asked for it"),
    ("covered", "BOOLEAN", "Whether there was any"),
    ("declared", "VARCHAR[]", "The declared statuses"),
    ("seen", "VARCHAR[]", "The statuses answered"),
    ("missing", "VARCHAR[]", "Declared statuses that were never answered"),
    ("last_ts", "TIMESTAMP", "The last call; NULL where there was none"),
)

TRAFFIC = _view(
    "traffic_per_minute",
    "Calls, errors and bytes per minute and mock",
    """
    SELECT date_trunc('minute', ts) AS minute, mock, count(*) AS calls,
        count(*) FILTER (outcome <> 'ok') AS errors,
        CAST(sum(request_bytes) AS BIGINT) AS request_bytes,
        CAST(sum(response_bytes) AS BIGINT) AS response_bytes,
        quantile_disc(latency_us, 0.95) AS p95_us
    FROM requests GROUP BY minute, mock ORDER BY minute, mock
    """,
    ("minute", "TIMESTAMP", "Start of the minute; UTC"),
    ("mock", "VARCHAR", "The mock's name"),
    ("calls", "BIGINT", "How many calls"),
    ("errors", "BIGINT", "How many were answered other than ok"),
    ("request_bytes", "BIGINT", "Bytes of request bodies"),
    ("response_bytes", "BIGINT", "Bytes of response bodies"),
    ("p95_us", "BIGINT", "95 of 100 calls took at most this; microseconds"),
)

UNMATCHED = _view(
    "unmatched",
    "Calls that no operation answers, grouped; the most frequent first",
    """
    SELECT mock, method, path, status, count(*) AS calls, max(ts) AS last_ts
    FROM requests WHERE operation = '' AND source <> ''
    GROUP BY mock, method, path, status ORDER BY calls DESC, last_ts DESC
    """,
    ("mock", "VARCHAR", "The mock that was addressed"),
    ("method", "VARCHAR", "HTTP method"),
    ("path", "VARCHAR", "Path, the mock's prefix included"),
    ("status", "INTEGER", "The status answered"),
    ("calls", "BIGINT", "How many calls"),
    ("last_ts", "TIMESTAMP", "The last of them"),
)

VIEWS = (LATENCY, ERRORS, COVERAGE, TRAFFIC, UNMATCHED)


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

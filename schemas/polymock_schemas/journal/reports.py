"""Macros that say how traffic was: per mock, operation, caller and time."""

from __future__ import annotations

from polymock_schemas.journal.columns import Parameter, Table, macro
from polymock_schemas.journal.figures import LATENCIES, QUANTILE_COLUMNS, quantiles
from polymock_schemas.journal.selection import SELECTION, selected

STEP = Parameter("step", "INTERVAL 1 MINUTE", "How long a step is: an INTERVAL, or text such as 5m")
MOST = Parameter("most", "20", "At most so many rows")

Columns = tuple[tuple[str, str, str], ...]

FIGURES: Columns = (
    ("calls", "BIGINT", "How many calls"),
    ("share", "DOUBLE", "Of all calls that were asked about; 0 to 1"),
    (
        "per_second",
        "DOUBLE",
        "Calls in a second, from the first to the last call that was asked about; NULL where all "
        "were at one instant",
    ),
    ("errors", "BIGINT", "How many were answered other than ok"),
    ("error_ratio", "DOUBLE", "errors / calls; 0 to 1"),
    ("client_errors", "BIGINT", "Errors of the caller"),
    ("server_errors", "BIGINT", "Errors of the mock"),
    ("faults", "BIGINT", "Errors that somebody asked for"),
    ("mean_us", "BIGINT", "Mean latency; microseconds"),
    *QUANTILE_COLUMNS,
    ("max_us", "BIGINT", "The slowest call"),
    ("request_bytes", "BIGINT", "Bytes of request bodies"),
    ("response_bytes", "BIGINT", "Bytes of response bodies"),
    ("largest_request", "BIGINT", "Bytes of the largest request body"),
    ("largest_response", "BIGINT", "Bytes of the largest response body"),
    ("first_ts", "TIMESTAMP", "The first call; UTC"),
    ("last_ts", "TIMESTAMP", "The last call; UTC"),
)

COUNTED = """
    count(*) AS calls, count(*) FILTER (r.outcome <> 'ok') AS errors,
    count(*) FILTER (r.outcome = 'client_error') AS client_errors,
    count(*) FILTER (r.outcome = 'server_error') AS server_errors,
    count(*) FILTER (r.outcome = 'fault') AS faults,
    CAST(round(avg(r.latency_us)) AS BIGINT) AS mean_us, max(r.latency_us) AS max_us,
    CAST(sum(r.request_bytes) AS BIGINT) AS request_bytes,
    CAST(sum(r.response_bytes) AS BIGINT) AS response_bytes,
    max(r.request_bytes) AS largest_request, max(r.response_bytes) AS largest_response,
    min(r.ts) AS first_ts, max(r.ts) AS last_ts"""

_SHOWN = f"""
    g.calls, g.calls / sum(g.calls) OVER () AS share,
    1e6 * g.calls
        / nullif(epoch_us(max(g.last_ts) OVER ()) - epoch_us(min(g.first_ts) OVER ()), 0)
        AS per_second,
    g.errors, g.errors / g.calls AS error_ratio, g.client_errors, g.server_errors, g.faults,
    g.mean_us, {quantiles("g.latencies")}, g.max_us,
    g.request_bytes, g.response_bytes, g.largest_request, g.largest_response,
    g.first_ts, g.last_ts"""


def _per(name: str, comment: str, keys: Columns) -> Table:
    """A macro with the figures of each group of calls that are alike in `keys`."""
    columns = ", ".join(f"r.{key}" for key, _, _ in keys)
    shown = ", ".join(f"g.{key}" for key, _, _ in keys)
    return macro(
        name,
        f"{comment}, with calls, rates, errors, latencies and sizes; the most frequent first",
        SELECTION,
        f"""
    SELECT {shown}, {_SHOWN}
    FROM (
        SELECT {columns}, {COUNTED}, {LATENCIES} AS latencies
        FROM requests r WHERE {selected()} GROUP BY {columns}
    ) g ORDER BY g.calls DESC, {shown}
    """,
        *keys,
        *FIGURES,
    )


_MOCK_KEYS: Columns = (
    ("mock", "VARCHAR", "The mock's name"),
    ("protocol", "VARCHAR", "The plugin that read its contract"),
)
_OPERATION_KEYS: Columns = (
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name; '' where none matched"),
)
_PRINCIPAL_KEYS: Columns = (
    ("principal", "VARCHAR", "Whom the credentials name; '' for those of none"),
)
_SESSION_KEYS: Columns = (("session", "VARCHAR", "The session; '' for the shared world"),)
_CALLER_KEYS: Columns = (
    ("principal", "VARCHAR", "Whom the credentials name; '' for those of none"),
    ("client", "VARCHAR", "The caller's address"),
    ("user_agent", "VARCHAR", "The caller's User-Agent"),
)

REPORT_STATUSES = macro(
    "report_statuses",
    "What was answered, and by whom, per operation",
    SELECTION,
    f"""
    SELECT r.mock, r.operation, r.protocol, r.status, r.outcome, r.source, count(*) AS calls,
        min(r.ts) AS first_ts, max(r.ts) AS last_ts, arg_max(r.id, r.ts) AS last_id
    FROM requests r WHERE {selected()}
    GROUP BY r.mock, r.operation, r.protocol, r.status, r.outcome, r.source
    ORDER BY calls DESC, r.mock, r.operation, r.status
    """,
    *_OPERATION_KEYS,
    ("protocol", "VARCHAR", "The plugin that read the contract"),
    ("status", "INTEGER", "HTTP status; for gRPC the gRPC code"),
    ("outcome", "VARCHAR", "ok, client_error, server_error or fault"),
    ("source", "VARCHAR", "Who made the answer"),
    ("calls", "BIGINT", "How many calls"),
    ("first_ts", "TIMESTAMP", "The first of them; UTC"),
    ("last_ts", "TIMESTAMP", "The last of them; UTC"),
    ("last_id", "UUID", "Id of the last, in requests"),
)

REPORT_TIMELINE = macro(
    "report_timeline",
    "Calls, errors, bytes and latencies step by step, per mock",
    (*SELECTION, STEP),
    f"""
    SELECT t.step_ts, t.mock, t.calls, t.errors, t.client_errors, t.server_errors, t.faults,
        t.request_bytes, t.response_bytes, t.mean_us, {quantiles("t.latencies")}, t.max_us
    FROM (
        SELECT time_bucket(CAST({STEP.name} AS INTERVAL), r.ts) AS step_ts, r.mock, {COUNTED},
            {LATENCIES} AS latencies
        FROM requests r WHERE {selected()} GROUP BY step_ts, r.mock
    ) t ORDER BY t.step_ts, t.mock
    """,
    ("step_ts", "TIMESTAMP", "Start of the step; UTC"),
    ("mock", "VARCHAR", "The mock's name"),
    ("calls", "BIGINT", "How many calls"),
    ("errors", "BIGINT", "How many were answered other than ok"),
    ("client_errors", "BIGINT", "Errors of the caller"),
    ("server_errors", "BIGINT", "Errors of the mock"),
    ("faults", "BIGINT", "Errors that somebody asked for"),
    ("request_bytes", "BIGINT", "Bytes of request bodies"),
    ("response_bytes", "BIGINT", "Bytes of response bodies"),
    ("mean_us", "BIGINT", "Mean latency; microseconds"),
    *QUANTILE_COLUMNS,
    ("max_us", "BIGINT", "The slowest call"),
)

REPORT_SLOWEST = macro(
    "report_slowest",
    "The slowest calls",
    (*SELECTION, MOST),
    f"""
    SELECT r.id, r.ts, r.mock, r.operation, r.method, r.path, r.status, r.outcome, r.source,
        r.principal, r.client, r.user_agent, r.latency_us, r.response_bytes
    FROM requests r WHERE {selected()} ORDER BY r.latency_us DESC, r.ts LIMIT {MOST.name}
    """,
    ("id", "UUID", "Its id, in requests"),
    ("ts", "TIMESTAMP", "When it arrived; UTC"),
    *_OPERATION_KEYS,
    ("method", "VARCHAR", "HTTP method"),
    ("path", "VARCHAR", "Path, the mock's prefix included"),
    ("status", "INTEGER", "The status answered"),
    ("outcome", "VARCHAR", "ok, client_error, server_error or fault"),
    ("source", "VARCHAR", "Who made the answer"),
    *_CALLER_KEYS,
    ("latency_us", "BIGINT", "How long it took; microseconds"),
    ("response_bytes", "BIGINT", "Size of the response body"),
)

MACROS = (
    _per("report_operations", "Operations", _OPERATION_KEYS),
    _per("report_mocks", "Mocks", _MOCK_KEYS),
    _per("report_principals", "Principals", _PRINCIPAL_KEYS),
    _per("report_sessions", "Sessions", _SESSION_KEYS),
    _per("report_callers", "Callers", _CALLER_KEYS),
    REPORT_STATUSES,
    REPORT_TIMELINE,
    REPORT_SLOWEST,
)

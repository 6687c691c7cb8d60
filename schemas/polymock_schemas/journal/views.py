"""The ready views of the journal, and macros of the same names that take a time and a mock."""

from __future__ import annotations

from polymock_schemas.journal.columns import Table, macro, view
from polymock_schemas.journal.figures import LATENCIES, QUANTILE_COLUMNS, quantiles
from polymock_schemas.journal.selection import JOINED, MOCK, OPERATION, SELECTION, selected

_MINE = f"WHERE {selected()}"
_SAME = "; of the calls that the parameters name"

_LATENCY = f"""
    SELECT l.mock, l.operation, l.calls, l.mean_us, {quantiles("l.latencies")}, l.max_us
    FROM (
        SELECT r.mock, r.operation, count(*) AS calls,
            CAST(round(avg(r.latency_us)) AS BIGINT) AS mean_us,
            {LATENCIES} AS latencies, max(r.latency_us) AS max_us
        FROM requests r {{where}} GROUP BY r.mock, r.operation
    ) l ORDER BY p95_us DESC, l.mock, l.operation
    """

_LATENCY_COLUMNS = (
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name"),
    ("calls", "BIGINT", "How many calls"),
    ("mean_us", "BIGINT", "Mean; microseconds"),
    *QUANTILE_COLUMNS,
    ("max_us", "BIGINT", "The slowest call"),
)

_ERRORS = """
    SELECT r.mock, r.operation, r.status, r.outcome, r.source, count(*) AS calls,
        min(r.ts) AS first_ts, max(r.ts) AS last_ts, arg_max(r.id, r.ts) AS last_id,
        arg_max(r.violations, r.ts) AS last_violations
    FROM requests r {where}
    GROUP BY r.mock, r.operation, r.status, r.outcome, r.source ORDER BY last_ts DESC
    """

_ERRORS_COLUMNS = (
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

# A call of several operations counts for each of them, once; its name as a whole is asked for too,
# as an operation's own name might hold what joins them.
_COVERAGE = f"""
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
        SELECT e.mock, e.name, CAST(sum(e.calls) AS BIGINT) AS calls, max(e.last_ts) AS last_ts,
            list_sort(list(DISTINCT CAST(e.status AS VARCHAR))) AS seen
        FROM (
            SELECT g.mock, g.status, g.calls, g.last_ts, unnest(list_distinct(
                list_append(string_split(g.operation, '{JOINED}'), g.operation))) AS name
            FROM (
                SELECT r.mock, r.operation, r.status, count(*) AS calls, max(r.ts) AS last_ts
                FROM requests r {{where}} GROUP BY r.mock, r.operation, r.status
            ) g
        ) e GROUP BY e.mock, e.name
    ) r ON r.mock = o.mock AND r.name = o.operation {{of}} ORDER BY o.mock, o.operation
    """

_OF = (
    f"WHERE ({MOCK.name} IS NULL OR o.mock = {MOCK.name}) "
    f"AND ({OPERATION.name} IS NULL OR o.operation = {OPERATION.name})"
)

_COVERAGE_COLUMNS = (
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

_TRAFFIC = """
    SELECT date_trunc('minute', r.ts) AS minute, r.mock, count(*) AS calls,
        count(*) FILTER (r.outcome <> 'ok') AS errors,
        CAST(sum(r.request_bytes) AS BIGINT) AS request_bytes,
        CAST(sum(r.response_bytes) AS BIGINT) AS response_bytes,
        CAST(quantile_disc(CAST(r.latency_us AS FLOAT), 0.95) AS BIGINT) AS p95_us
    FROM requests r {where} GROUP BY minute, r.mock ORDER BY minute, r.mock
    """

_TRAFFIC_COLUMNS = (
    ("minute", "TIMESTAMP", "Start of the minute; UTC"),
    ("mock", "VARCHAR", "The mock's name"),
    ("calls", "BIGINT", "How many calls"),
    ("errors", "BIGINT", "How many were answered other than ok"),
    ("request_bytes", "BIGINT", "Bytes of request bodies"),
    ("response_bytes", "BIGINT", "Bytes of response bodies"),
    ("p95_us", "BIGINT", "95 of 100 calls took at most this; microseconds"),
)

_UNMATCHED = """
    SELECT r.mock, r.method, r.path, r.status, count(*) AS calls, max(r.ts) AS last_ts
    FROM requests r {where}
    GROUP BY r.mock, r.method, r.path, r.status ORDER BY calls DESC, last_ts DESC
    """

_UNMATCHED_COLUMNS = (
    ("mock", "VARCHAR", "The mock that was addressed"),
    ("method", "VARCHAR", "HTTP method"),
    ("path", "VARCHAR", "Path, the mock's prefix included"),
    ("status", "INTEGER", "The status answered"),
    ("calls", "BIGINT", "How many calls"),
    ("last_ts", "TIMESTAMP", "The last of them"),
)


def _both(
    name: str,
    comment: str,
    query: str,
    columns: tuple[tuple[str, str, str], ...],
    of: str = "",
) -> tuple[Table, Table]:
    """The view, and the macro of the same name; `of` is a condition that both have."""
    whole = query.format(where=f"WHERE {of}" if of else "", of="")
    part = query.format(where=f"{_MINE} AND {of}" if of else _MINE, of=_OF)
    return (
        view(name, comment, whole, *columns),
        macro(name, comment + _SAME, SELECTION, part, *columns),
    )


_PAIRS = (
    _both("latency", "Latency per operation, microseconds", _LATENCY, _LATENCY_COLUMNS),
    _both(
        "errors",
        "Answers other than ok, grouped; the newest first",
        _ERRORS,
        _ERRORS_COLUMNS,
        "r.outcome <> 'ok'",
    ),
    _both(
        "coverage",
        "Which operations and declared statuses have been exercised",
        _COVERAGE,
        _COVERAGE_COLUMNS,
    ),
    _both(
        "traffic_per_minute",
        "Calls, errors and bytes per minute and mock",
        _TRAFFIC,
        _TRAFFIC_COLUMNS,
    ),
    _both(
        "unmatched",
        "Calls that no operation answers, grouped; the most frequent first",
        _UNMATCHED,
        _UNMATCHED_COLUMNS,
        "r.operation = '' AND r.source <> ''",
    ),
)

VIEWS = tuple(view for view, _ in _PAIRS)
MACROS = tuple(macro for _, macro in _PAIRS)

"""The ready views of the journal."""

from __future__ import annotations

from polymock_schemas.journal.columns import view

LATENCY = view(
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

ERRORS = view(
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

COVERAGE = view(
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

TRAFFIC = view(
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

UNMATCHED = view(
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

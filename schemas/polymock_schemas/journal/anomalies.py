"""Macros that say what is odd, roughly: the command `logs anomalies` looks closer.

An operation's windows are compared with all of its windows by median and median deviation, without
regard to the time of the day.
"""

from __future__ import annotations

from polymock_schemas.journal.columns import Parameter, macro
from polymock_schemas.journal.selection import SELECTION, SINCE, moment, selected

STEP = Parameter("step", "INTERVAL 5 MINUTE", "How long a window is")
_LEAST_WINDOWS = 12
_FAR = 6

_JUDGED = f"""
    WITH figures AS (
        SELECT r.mock, r.operation, time_bucket(CAST(step AS INTERVAL), r.ts) AS starts,
            count(*) AS calls, count(*) FILTER (r.outcome <> 'ok') AS errors,
            avg(ln(greatest(r.latency_us, 1))) AS log_us
        FROM requests r WHERE r.operation <> '' AND {selected()} GROUP BY ALL
    ), usual AS (
        SELECT f.mock, f.operation, median(f.calls) AS calls, mad(f.calls) AS calls_mad,
            sum(f.errors) / sum(f.calls) AS errors,
            median(f.log_us) AS log_us, mad(f.log_us) AS log_mad
        FROM figures f GROUP BY f.mock, f.operation HAVING count(*) >= {_LEAST_WINDOWS}
    ), judged AS (
        SELECT f.starts, f.mock, f.operation, f.calls,
            (f.calls - u.calls) / greatest(1.4826 * u.calls_mad, sqrt(u.calls), 2) AS by_rate,
            (f.errors - u.errors * f.calls)
                / sqrt(u.errors * (1 - u.errors) * f.calls + 0.5) AS by_errors,
            (f.log_us - u.log_us)
                / greatest(1.4826 * u.log_mad, 0.05, 0.5 / sqrt(f.calls)) AS by_latency,
            u.calls AS usual_calls, u.errors AS usual_errors, exp(u.log_us) AS usual_us,
            f.errors / f.calls AS seen_errors, exp(f.log_us) AS seen_us
        FROM figures f JOIN usual u ON f.mock = u.mock AND f.operation = u.operation
    )
    SELECT o.* FROM (SELECT j.starts, j.mock, j.operation, 'rate' AS measure,
        j.usual_calls AS baseline,
        CAST(j.calls AS DOUBLE) AS seen, j.by_rate AS deviation, j.calls
    FROM judged j WHERE abs(j.by_rate) >= {_FAR} AND j.calls > 2 * j.usual_calls
    UNION ALL
    SELECT j.starts, j.mock, j.operation, 'errors', j.usual_errors, j.seen_errors, j.by_errors,
        j.calls
    FROM judged j WHERE j.by_errors >= {_FAR} AND j.calls >= 5
    UNION ALL
    SELECT j.starts, j.mock, j.operation, 'latency', j.usual_us, j.seen_us, j.by_latency, j.calls
    FROM judged j WHERE abs(j.by_latency) >= {_FAR} AND j.calls >= 8
        AND greatest(j.seen_us / j.usual_us, j.usual_us / j.seen_us) >= 1.5
    ) o ORDER BY o.starts, o.mock, o.operation, o.measure
    """

ANOMALIES = macro(
    "anomalies",
    "Windows in which an operation was called more often, failed more often, or took longer or "
    "less long than it usually does (median and median deviation of all its windows)",
    (*SELECTION, STEP),
    _JUDGED,
    ("starts", "TIMESTAMP", "Start of the window; UTC"),
    ("mock", "VARCHAR", "The mock's name"),
    ("operation", "VARCHAR", "The operation's name"),
    ("measure", "VARCHAR", "rate, errors or latency"),
    ("baseline", "DOUBLE", "What is usual: calls in a window, a share of calls, or microseconds"),
    ("seen", "DOUBLE", "What it was instead"),
    ("deviation", "DOUBLE", "How far that is off: in robust standard deviations"),
    ("calls", "BIGINT", "How many calls the window has"),
)

NEW_CALLERS = macro(
    "new_callers",
    "Clients, User-Agents and principals whose first call came after some time",
    (SINCE,),
    f"""
    SELECT c.kind, c.name, c.calls, c.first_ts, c.last_ts FROM (
        SELECT CASE WHEN r.client IS NOT NULL THEN 'client'
                WHEN r.user_agent IS NOT NULL THEN 'user_agent' ELSE 'principal' END AS kind,
            coalesce(r.client, r.user_agent, r.principal) AS name, count(*) AS calls,
            min(r.ts) AS first_ts, max(r.ts) AS last_ts
        FROM requests r GROUP BY GROUPING SETS ((r.client), (r.user_agent), (r.principal))
    ) c WHERE c.name <> '' AND ({SINCE.name} IS NULL OR c.first_ts >= {moment(SINCE.name)})
    ORDER BY c.first_ts, c.kind, c.name
    """,
    ("kind", "VARCHAR", "client, user_agent or principal"),
    ("name", "VARCHAR", "Who"),
    ("calls", "BIGINT", "How many calls"),
    ("first_ts", "TIMESTAMP", "The first of them; UTC"),
    ("last_ts", "TIMESTAMP", "The last of them; UTC"),
)

SCANS = macro(
    "scans",
    "Clients by how many different addresses they asked for that no operation answers",
    SELECTION,
    f"""
    SELECT r.client, count(DISTINCT r.path) AS addresses, count(*) AS calls,
        min(r.ts) AS first_ts, max(r.ts) AS last_ts
    FROM requests r WHERE r.operation = '' AND r.source <> '' AND {selected()}
    GROUP BY r.client ORDER BY addresses DESC, r.client
    """,
    ("client", "VARCHAR", "The caller's address"),
    ("addresses", "BIGINT", "How many different paths"),
    ("calls", "BIGINT", "How many calls"),
    ("first_ts", "TIMESTAMP", "The first of them; UTC"),
    ("last_ts", "TIMESTAMP", "The last of them; UTC"),
)

MACROS = (ANOMALIES, NEW_CALLERS, SCANS)

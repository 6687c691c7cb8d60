"""The query that shows an anomaly, for `polymock logs sql`: every value in it is quoted."""

from __future__ import annotations

import math
from collections.abc import Mapping

from polymock.journal.anomalies.gathering import Scope, instant
from polymock.journal.anomalies.newcomers import Newcomers
from polymock.journal.anomalies.operations import Oddity
from polymock.journal.anomalies.scans import Scan

_AROUND = 4
_LEAST_WINDOWS = 12
_MOST_WINDOWS = 60
_SAMPLE = 50


def quoted(text: str) -> str:
    """Text as a literal of DuckDB's SQL; what cannot stand in one is put in by number."""
    parts: list[str] = []
    plain = ""
    for char in text:
        if char < " " or char == "\x7f":
            parts += [f"'{plain}'", f"chr({ord(char)})"]
            plain = ""
        else:
            plain += "''" if char == "'" else char
    parts.append(f"'{plain}'")
    parts = [part for part in parts if part != "''"] or ["''"]
    return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"


def of_oddity(oddity: Oddity, scope: Scope, selected: Mapping[str, str]) -> str:
    """The figure in the windows of an episode and around it; `odd` marks its own."""
    frame, episode = oddity.frame, oddity.episode
    start, stop = span(oddity)
    around = min(max(_AROUND * (stop - start), _LEAST_WINDOWS * frame.width), _far(oddity))
    low = max(scope.start, start - math.ceil(around / frame.width) * frame.width)
    high = min(scope.end, stop + around)
    seconds = frame.width / 1_000_000
    conditions = _conditions(oddity.series.mock, oddity.series.operation, selected)
    if oddity.series.operation == "":
        conditions.append("source <> ''")
    del episode
    return (
        f"SELECT time_bucket(INTERVAL '{seconds:g} seconds', ts, {moment(start)}) AS starts, "
        f"{_FIGURES[oddity.measure]}, starts >= {moment(start)} AND starts < {moment(stop)} AS odd "
        f"FROM requests WHERE {' AND '.join([*conditions, _between(low, high)])} "
        "GROUP BY starts ORDER BY starts"
    )


def of_newcomers(found: Newcomers, selected: Mapping[str, str]) -> str:
    """Who came, with what they asked for."""
    names = ", ".join(map(quoted, found.names[:_SAMPLE]))
    conditions = [*_conditions(None, None, selected), f"{found.kind} IN ({names})"]
    return (
        f"SELECT {found.kind}, mock, operation, status, count(*) AS calls, min(ts) AS first_ts, "
        f"max(ts) AS last_ts FROM requests WHERE {' AND '.join(conditions)} "
        "GROUP BY ALL ORDER BY first_ts, calls DESC"
    )


def of_scan(scan: Scan, selected: Mapping[str, str]) -> str:
    """What was asked for, one by one."""
    conditions = [
        *_conditions(scan.mock or None, scan.operation, selected),
        f"client = {quoted(scan.client)}",
        _between(scan.first, scan.last + 1),
    ]
    things = "path" if scan.sort == "paths" else "path, query, left(request_body, 200) AS body"
    return (
        f"SELECT {things}, count(*) AS calls, min(ts) AS first_ts FROM requests "
        f"WHERE {' AND '.join(conditions)} GROUP BY ALL ORDER BY first_ts"
    )


def moment(micros: int) -> str:
    """An instant as a literal."""
    return f"TIMESTAMP '{instant(micros).isoformat(sep=' ')}'"


def span(oddity: Oddity) -> tuple[int, int]:
    """Where an episode begins and ends; microseconds since 1970."""
    frame, episode = oddity.frame, oddity.episode
    return frame.start_of(episode.start), frame.start_of(episode.stop - 1) + frame.width


_FIGURES = {
    "rate": "count(*) AS calls",
    "errors": "count(*) AS calls, count(*) FILTER (outcome <> 'ok') AS failed",
    "faults": "count(*) AS calls, count(*) FILTER (outcome IN ('server_error', 'fault')) AS failed",
    "violations": "count(*) AS calls, count(*) FILTER (len(violations) > 0) AS violating",
    "latency": "count(*) AS calls, quantile_disc(latency_us, 0.5) AS p50_us, "
    "quantile_disc(latency_us, 0.95) AS p95_us",
    "slow": "count(*) AS calls, quantile_disc(latency_us, 0.5) AS p50_us, "
    "quantile_disc(latency_us, 0.95) AS p95_us, max(latency_us) AS longest_us",
}


def _far(oddity: Oddity) -> int:
    start, stop = span(oddity)
    return max(_MOST_WINDOWS * oddity.frame.width, stop - start)


def _conditions(mock: str | None, operation: str | None, selected: Mapping[str, str]) -> list[str]:
    """The conditions of the rows meant; an operation `*` is all but the unmatched."""
    wanted = dict(selected)
    if mock:
        wanted["mock"] = mock
    conditions = [f"{name} = {quoted(value)}" for name, value in wanted.items()]
    if operation == "*":
        conditions.append("operation <> ''")
    elif operation is not None:
        conditions = [c for c in conditions if not c.startswith("operation = ")]
        conditions.append(f"operation = {quoted(operation)}")
    return conditions


def _between(start: int, stop: int) -> str:
    return f"ts >= {moment(start)} AND ts < {moment(stop)}"

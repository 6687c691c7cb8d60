"""Reading counts from the journal: two walks over the table, grouped by DuckDB."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from polymock.journal.anomalies.newcomers import Caller
from polymock.journal.anomalies.traffic import DAY, Frame, Series, Traffic, choose_width
from polymock.journal.reading import Reading

MAX_CALLERS = 100_000
"""Of more only those are looked at who call most."""
ENOUGH_CALLS = 4_000_000
SLOW, SLOW_US = 3, 1000
"""A call is slow that takes so many times as long as 99 % of its operation's, and as many
microseconds."""
_ENOUGH_DAYS = 3
_UNKNOWN_KINDS = 30
_EPOCH = datetime.datetime(1970, 1, 1)


class Scope(msgspec.Struct, frozen=True):
    """Which rows of `requests r`: a condition with its parameters, and the times that they lie
    between.

    `start` and `end` (not included) are microseconds since 1970; from `examined` on traffic is
    judged, before it is what is usual. `examined` is `start` where all of it is both. `calls` are
    the rows, of `kinds` operations.
    """

    where: str
    parameters: dict[str, Any]
    start: int
    end: int
    examined: int
    calls: int
    kinds: int

    def nearer(self) -> Scope:
        """With less of the past, where there is more of it than is needed to know what is usual:
        some days at least."""
        past = self.examined - self.start
        if not past or self.calls <= ENOUGH_CALLS:
            return self
        kept = min(past, max(_ENOUGH_DAYS * DAY, past * ENOUGH_CALLS // self.calls))
        share = (self.end - self.examined + kept) / (self.end - self.start)
        return msgspec.structs.replace(
            self, start=self.examined - kept, calls=round(self.calls * share)
        )

    def between(self, start: int, end: int) -> tuple[str, dict[str, Any]]:
        """The condition for the rows of a shorter time, and its parameters."""
        return (
            f"{self.where} AND r.ts >= $from_ts AND r.ts < $to_ts",
            {**self.parameters, "from_ts": instant(start), "to_ts": instant(end)},
        )


def instant(micros: int) -> datetime.datetime:
    """Microseconds since 1970 as DuckDB takes a TIMESTAMP."""
    return _EPOCH + datetime.timedelta(microseconds=micros)


def micros(moment: datetime.datetime) -> int:
    """A moment (UTC where it says nothing) as microseconds since 1970."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return (moment - _EPOCH) // datetime.timedelta(microseconds=1)


def survey(
    reading: Reading,
    where: str,
    parameters: dict[str, Any],
    since: int | None,
    until: int | None,
    baseline: int,
) -> Scope | None:
    """What there is to look at, with up to `baseline` microseconds before `since`; None where
    there is nothing."""
    conditions, given = [where], dict(parameters)
    if since is not None:
        conditions.append("r.ts >= $from_ts")
        given["from_ts"] = instant(since - baseline)
    if until is not None:
        conditions.append("r.ts < $to_ts")
        given["to_ts"] = instant(until)
    condition = " AND ".join(conditions)
    ((first, last, calls, kinds),) = reading.rows(
        "SELECT epoch_us(min(ts)), epoch_us(max(ts)), count(*), "
        f"(SELECT count(*) FROM operations) FROM requests r WHERE {condition}",
        given,
    )
    if not calls:
        return None
    end = until if since is not None and until is not None else last + 1
    examined = max(first, since) if since is not None else first
    return Scope(where, parameters, first, end, examined, calls, kinds or _UNKNOWN_KINDS)


def gather(reading: Reading, scope: Scope) -> Traffic:
    """The counts of each operation, window by window."""
    width = choose_width(scope.end - scope.start, scope.calls, scope.kinds)
    count = max(1, (scope.end - scope.start) // width)
    start = scope.end - count * width
    examined = min(max(0, (scope.examined - start) // width), count - 1)
    where, parameters = scope.between(start, scope.end)
    rows = reading.stream(
        "WITH usual AS (SELECT mock AS of_mock, operation AS of_operation, "
        f"greatest({SLOW} * approx_quantile(latency_us, 0.99), {SLOW_US}) AS slow_us "
        f"FROM requests r WHERE {where} GROUP BY ALL) "
        "SELECT mock, operation, (epoch_us(ts) - $start) // $width, count(*), "
        "count(*) FILTER (outcome <> 'ok'), "
        "count(*) FILTER (outcome IN ('server_error', 'fault')), "
        "count(*) FILTER (len(violations) > 0), count(*) FILTER (latency_us > slow_us), "
        "sum(ln(greatest(latency_us, 1))), sum(ln(greatest(latency_us, 1)) ** 2) "
        "FROM requests r LEFT JOIN usual ON of_mock = mock AND of_operation = operation "
        f"WHERE {where} GROUP BY ALL",
        {"start": start, "width": width, **parameters},
    )
    series: dict[tuple[str, str], Series] = {}
    for mock, operation, window, *figures in rows:
        key = (mock, operation)
        if key not in series:
            series[key] = Series.empty(mock, operation, count)
        one = series[key]
        for column, figure in zip(one.columns(), figures, strict=True):
            column[window] = figure
    return Traffic(Frame(scope.end, width, count, examined), list(series.values()))


def calls_in_past(reading: Reading, scope: Scope) -> int:
    """How many calls came before those that are judged."""
    where, parameters = scope.between(scope.start, scope.examined)
    ((calls,),) = reading.rows(f"SELECT count(*) FROM requests r WHERE {where}", parameters)
    return int(calls)


def gather_callers(reading: Reading, scope: Scope) -> list[Caller]:
    """Who called: every client, User-Agent and principal."""
    where, parameters = scope.between(scope.start, scope.end)
    return [
        Caller(*row)
        for row in reading.stream(
            "SELECT CASE WHEN client IS NOT NULL THEN 'client' WHEN user_agent IS NOT NULL "
            "THEN 'user_agent' ELSE 'principal' END, coalesce(client, user_agent, principal), "
            "count(*) AS calls, epoch_us(min(ts)), epoch_us(max(ts)) "
            f"FROM requests r WHERE {where} "
            "GROUP BY GROUPING SETS ((client), (user_agent), (principal)) "
            f"ORDER BY calls DESC LIMIT {MAX_CALLERS}",
            parameters,
        )
    ]

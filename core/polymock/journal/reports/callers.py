"""Who calls: principals, sessions, and callers with their addresses and user agents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from polymock.journal.reading import Reading
from polymock.journal.reports.answers import latency_of, utc
from polymock.journal.reports.percentiles import Levels, percentiles
from polymock.journal.selecting import Chosen
from polymock_schemas.journal.figures import QUANTILES
from polymock_schemas.log_reports import Caller, CallerFigures

LONGEST = 300
"""Characters of a user agent that are shown."""

_SUMS = """
    CAST(sum(c.calls) AS BIGINT) AS calls, CAST(sum(c.errors) AS BIGINT) AS errors,
    CAST(sum(c.latency) AS BIGINT) AS latency, max(c.slowest) AS slowest,
    max(c.last_ts) AS last_ts"""
_COUNTED = """
    count(*) AS calls, count_if(r.outcome <> 'ok') AS errors,
    CAST(sum(r.latency_us) AS BIGINT) AS latency, max(r.latency_us) AS slowest,
    max(r.ts) AS last_ts"""
_ORDER = "calls DESC, principal, client, agent"


class Calling(msgspec.Struct, frozen=True):
    """The lists of who calls most, and by name of the list how many more there are."""

    principals: tuple[CallerFigures, ...]
    sessions: tuple[CallerFigures, ...]
    callers: tuple[Caller, ...]
    left_out: dict[str, int]


class Of(msgspec.Struct, frozen=True):
    """What shares and rates are of: all calls, and the report's time; and how exact latencies are
    (see `percentiles`)."""

    calls: int
    seconds: float
    buckets: int | None


class _Row(NamedTuple):
    kind: str
    principal: str
    client: str
    agent: str
    calls: int
    errors: int
    latency: int
    slowest: int
    last_ts: datetime
    all: int


def who_calls(reading: Reading, chosen: Chosen, most: int, of: Of) -> Calling:
    """Those who call most. There are no principals, or sessions, where nobody names any."""
    rows = _read(reading, chosen, most)
    callers = [row for row in rows if row.kind == "caller"]
    principals = [row for row in rows if row.kind == "principal"]
    if [row.principal for row in principals] == [""]:
        principals = []
    sessions = _sessions(reading, chosen, most)
    lists = {"callers": callers, "principals": principals, "sessions": sessions}
    return Calling(
        _named(reading, chosen, "principal", principals, of),
        _named(reading, chosen, "session", sessions, of),
        tuple(_caller(row, of) for row in callers),
        {name: found[0].all - len(found) for name, found in lists.items() if found},
    )


def _read(reading: Reading, chosen: Chosen, most: int) -> list[_Row]:
    """The callers and the principals that call most, in one pass."""
    rows = reading.rows(
        f"""
        WITH calling AS MATERIALIZED (
            SELECT any_value(r.principal) AS principal, any_value(r.client) AS client,
                any_value(r.user_agent) AS user_agent, {_COUNTED}
            FROM requests r WHERE {chosen.where}
            GROUP BY hash(r.principal, r.client, r.user_agent)
        ), callers AS (
            SELECT 'caller' AS kind, c.principal, c.client, left(c.user_agent, {LONGEST}) AS agent,
                {_SUMS}, count(*) OVER () AS all_of_them
            FROM calling c GROUP BY c.principal, c.client, agent ORDER BY {_ORDER} LIMIT {most}
        ), principals AS (
            SELECT 'principal' AS kind, c.principal, '' AS client, '' AS agent,
                {_SUMS}, count(*) OVER () AS all_of_them
            FROM calling c GROUP BY c.principal ORDER BY calls DESC, c.principal LIMIT {most}
        )
        FROM (FROM callers UNION ALL FROM principals) ORDER BY kind, {_ORDER}
        """,
        chosen.parameters,
    )
    return [_Row(*row) for row in rows]


def _sessions(reading: Reading, chosen: Chosen, most: int) -> list[_Row]:
    named = chosen.also("r.session <> ''")
    rows = reading.rows(
        f"""
        SELECT 'session', r.session, '', '', {_COUNTED}, count(*) OVER ()
        FROM requests r WHERE {named.where} GROUP BY r.session
        ORDER BY calls DESC, r.session LIMIT {most}
        """,
        named.parameters,
    )
    return [_Row(*row) for row in rows]


def _named(
    reading: Reading, chosen: Chosen, column: str, rows: Sequence[_Row], of: Of
) -> tuple[CallerFigures, ...]:
    if not rows:
        return ()
    latencies = _latencies(reading, chosen, column, [row.principal for row in rows], of.buckets)
    return tuple(
        CallerFigures(
            name=row.principal,
            calls=row.calls,
            share=row.calls / of.calls,
            per_second=row.calls / of.seconds if of.seconds else 0.0,
            errors=row.errors,
            error_ratio=row.errors / row.calls,
            latency=latency_of(row.latency / row.calls, latencies[(row.principal,)], row.slowest),
            last_ts=utc(row.last_ts),
        )
        for row in rows
    )


def _latencies(
    reading: Reading, chosen: Chosen, column: str, names: Sequence[str], buckets: int | None
) -> Levels:
    given: dict[str, Any] = {f"name{number}": name for number, name in enumerate(names)}
    listed = ", ".join(f"${each}" for each in given)
    shown = chosen.also(f"r.{column} IN ({listed})", **given)
    return percentiles(reading, shown, (f"r.{column}",), QUANTILES, buckets=buckets)


def _caller(row: _Row, of: Of) -> Caller:
    return Caller(
        row.principal,
        row.client,
        row.agent,
        row.calls,
        row.calls / of.calls,
        row.errors,
        row.errors / row.calls,
        utc(row.last_ts),
    )

"""One caller who asks for many different things: addresses that are not there, or one id after
another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from polymock.journal.anomalies.gathering import Scope, instant
from polymock.journal.anomalies.operations import Oddity
from polymock.journal.reading import Reading

_PATHS, _IDS = 15, 40
_TIMES_USUAL = 4
_LOUDER = 4.0
_LOOKED_AT = 12
_MOST_CALLS = 1_500_000
_BY_FEW, _TIMES_OTHERS = 2, 5
_OWN_WINDOWS = 8
_WIDER = 10
_ALWAYS = 2
_MORE = 1.5
"""A longer time must hold so many times the addresses to be told instead of a part of it."""
_STEADY = 3
"""A caller that is there in one of so many windows has a usual of its own."""
_DENSE, _MARGIN_SECONDS = 0.25, 20
"""A scan of which most lies within such a share of its time is told without the rest, but for a
margin."""
_MAINLY = 0.5
_BASELINE_WINDOWS, _BASELINE_WINDOWS_OF_MANY = 24, 4
_READS = (
    "(method IN ('GET', 'HEAD') OR operation LIKE 'Query.%' "
    "OR regexp_matches(operation, '/(Get|List|Find|Search|Read|Fetch|Lookup|Query)'))"
)
_WHAT = "hash(path, query, CASE WHEN method IN ('GET', 'HEAD') THEN '' ELSE request_body END)"


class Scan(msgspec.Struct, frozen=True):
    """So many `distinct` things in `calls` calls by `client`, where `usual` would be as many.

    `mock` and `operation` are '' where several, or none, answered.
    """

    sort: Literal["paths", "ids"]
    client: str
    mock: str
    operation: str
    calls: int
    distinct: int
    usual: int
    first: int
    last: int


def path_scans(
    reading: Reading, scope: Scope, width: int, calls_of: Mapping[str, int]
) -> Iterator[Scan]:
    """Callers who asked for many addresses that no operation answers, in a window or in all.

    `calls_of` are all calls of each client.
    """
    where, parameters = scope.between(scope.start, scope.end)
    rows = reading.rows(
        "WITH missed AS MATERIALIZED (SELECT client, mock, path, "
        "(epoch_us(ts) - $start) // $width AS part, (epoch_us(ts) - $start) // $wider AS stretch, "
        "count(*) AS calls, epoch_us(min(ts)) AS first, epoch_us(max(ts)) AS last "
        f"FROM requests r WHERE operation = '' AND source <> '' AND {where} GROUP BY ALL) "
        "SELECT client, part, stretch, min(mock), max(mock), CAST(sum(calls) AS BIGINT), "
        "count(DISTINCT path), min(first), max(last) FROM missed "
        "GROUP BY GROUPING SETS ((client, part), (client, stretch), (client)) LIMIT 300000",
        {"start": scope.start, "width": width, "wider": width * _WIDER, **parameters},
    )
    # For each length of time, how many addresses each client asked for in it.
    asked: tuple[dict[str, list[int]], ...] = ({}, {}, {})
    for client, part, stretch, _, _, _, distinct, _, _ in rows:
        asked[_length(part, stretch)].setdefault(client, []).append(distinct)
    found: dict[str, tuple[int, Scan]] = {}
    for client, part, stretch, mock, other_mock, calls, distinct, first, last in sorted(
        rows, key=lambda row: _length(row[1], row[2])
    ):
        if last < scope.examined or distinct < _PATHS:
            continue
        length = _length(part, stretch)
        if length == _ALWAYS and calls < _MAINLY * calls_of.get(client, 0):
            continue
        usual = _usual(asked[length], client)
        known, best = found.get(client, (length, None))
        least = 0 if best is None else best.distinct * (1 if known == length else _MORE)
        if distinct >= _TIMES_USUAL * usual and distinct > least:
            same = mock if mock == other_mock else ""
            scan = Scan("paths", client, same, "", calls, distinct, usual, first, last)
            found[client] = length, scan
    yield from (scan for _, scan in found.values())


def _length(part: int | None, stretch: int | None) -> int:
    return 0 if part is not None else 1 if stretch is not None else _ALWAYS


def _usual(asked: Mapping[str, Sequence[int]], client: str) -> int:
    """For how many addresses others ask, or the client itself where it calls often: one that
    always asks for many, as a crawler does, is no news."""
    others = sorted(count for one, counts in asked.items() if one != client for count in counts)
    own = sorted(asked[client])
    usual = others[int(0.9 * (len(others) - 1))] if others else 0
    return max(usual, own[len(own) // 2]) if len(own) >= _OWN_WINDOWS else usual


def id_scans(
    reading: Reading, scope: Scope, width: int, bursts: Iterable[Oddity]
) -> Iterator[Scan]:
    """Callers who asked one operation for many different ids, in a time when they, or it, were
    much busier than usual."""
    places = [(client, "", start, stop) for client, start, stop in _loud(reading, scope, width)]
    if scope.calls <= _MOST_CALLS:
        curious = _curious(reading, scope, width * _WIDER)
        places += [(client, "", start, stop) for client, start, stop in curious]
    for burst in sorted(bursts, key=lambda one: -one.episode.surprise)[:_LOOKED_AT]:
        start = burst.frame.start_of(burst.episode.start)
        stop = burst.frame.start_of(burst.episode.stop - 1) + burst.frame.width
        if stop - start <= width * _WIDER:
            places.append(("", burst.series.operation, start, stop))
    found: dict[tuple[str, str, str], Scan] = {}
    for client, operation, start, stop in places:
        for scan in _asked(reading, scope, client, operation, start, stop):
            key = (scan.client, scan.mock, scan.operation)
            known = found.get(key)
            if known is None or scan.distinct > known.distinct:
                found[key] = scan
    scans = []
    for scan in sorted(found.values(), key=lambda one: -one.distinct)[:_LOOKED_AT]:
        usual = _usually(reading, scope, scan)
        if scan.distinct >= max(_IDS, _TIMES_USUAL * usual):
            whole = _dense(reading, scope, _whole(reading, scope, scan, width * _WIDER))
            scans.append(msgspec.structs.replace(whole, usual=usual))
    yield from _by_one(scans)


def _by_one(scans: Sequence[Scan]) -> Iterator[Scan]:
    """Those by one caller, or two: where many ask an operation for more than usual, it is busy,
    not scanned. One that asks for far more than all others stands out still."""
    of_operation: dict[tuple[str, str], list[Scan]] = {}
    for scan in scans:
        of_operation.setdefault((scan.mock, scan.operation), []).append(scan)
    for same in of_operation.values():
        if len(same) <= _BY_FEW:
            yield from same
        elif same[0].distinct >= _TIMES_OTHERS * same[1].distinct:
            yield same[0]


def _loud(reading: Reading, scope: Scope, width: int) -> list[tuple[str, int, int]]:
    """Windows in which a caller called far more than it, or others, usually do; loudest first."""
    where, parameters = scope.between(scope.start, scope.end)
    rows = reading.rows(
        "WITH visits AS MATERIALIZED (SELECT client, (epoch_us(ts) - $start) // $width AS part, "
        f"count(*) AS calls FROM requests r WHERE {where} GROUP BY ALL), "
        "crowd AS (SELECT quantile_disc(calls, 0.95) AS usual FROM visits), "
        "own AS (SELECT client, count(*) AS parts, quantile_disc(calls, 0.5) AS usual "
        "FROM visits GROUP BY client) "
        "SELECT client, part, calls / CASE WHEN own.parts >= $own_parts THEN $louder * own.usual "
        "ELSE crowd.usual END AS excess FROM visits JOIN own USING (client), crowd "
        f"WHERE part >= $examined AND calls >= {_IDS} AND excess >= 1 "
        f"ORDER BY excess DESC LIMIT {_LOOKED_AT}",
        {
            "start": scope.start,
            "width": width,
            "examined": (scope.examined - scope.start) // width,
            "louder": _LOUDER,
            "own_parts": _OWN_WINDOWS,
            **parameters,
        },
    )
    return [
        (client, scope.start + part * width, scope.start + (part + 1) * width)
        for client, part, _ in rows
    ]


def _curious(reading: Reading, scope: Scope, width: int) -> list[tuple[str, int, int]]:
    """Windows in which a caller asked an operation for far more different things than others."""
    where, parameters = scope.between(scope.start, scope.end)
    rows = reading.rows(
        "WITH asked AS MATERIALIZED (SELECT client, mock, operation, "
        f"(epoch_us(ts) - $start) // $width AS part, count(DISTINCT {_WHAT}) AS things, "
        f"count(*) AS calls FROM requests r WHERE operation <> '' AND {_READS} AND {where} "
        "GROUP BY ALL), usual AS (SELECT mock, operation, quantile_disc(things, 0.9) AS things "
        "FROM asked GROUP BY mock, operation) "
        "SELECT client, part, asked.things / greatest(usual.things, 1) AS excess "
        "FROM asked JOIN usual USING (mock, operation) WHERE part >= $examined "
        f"AND asked.things >= {_IDS} AND asked.things >= 0.5 * calls AND excess >= 2 "
        f"ORDER BY excess DESC LIMIT {_LOOKED_AT}",
        {
            "start": scope.start,
            "width": width,
            "examined": (scope.examined - scope.start) // width,
            **parameters,
        },
    )
    return [
        (client, scope.start + part * width, scope.start + (part + 1) * width)
        for client, part, _ in rows
    ]


def _asked(
    reading: Reading, scope: Scope, client: str, operation: str, start: int, stop: int
) -> list[Scan]:
    """Who asked for many things then, in the time that is examined: a client, or anybody an
    operation."""
    where, parameters = scope.between(max(start, scope.examined), stop)
    for column, value in (("client", client), ("operation", operation)):
        if value:
            where += f" AND r.{column} = $asked_{column}"
            parameters[f"asked_{column}"] = value
    rows = reading.rows(
        f"SELECT client, mock, operation, count(*), count(DISTINCT {_WHAT}) AS things, "
        f"epoch_us(min(ts)), epoch_us(max(ts)) FROM requests r WHERE {_READS} "
        f"AND operation <> '' AND {where} GROUP BY ALL "
        f"HAVING things >= {_IDS} AND things >= 0.5 * count(*) ORDER BY things DESC LIMIT 5",
        parameters,
    )
    return [Scan("ids", row[0], row[1], row[2], row[3], row[4], 0, row[5], row[6]) for row in rows]


def _whole(reading: Reading, scope: Scope, scan: Scan, around: int) -> Scan:
    """A scan with what the same caller asked for just before and after."""
    stop = min(scope.end, scan.last + around)
    more = _asked(reading, scope, scan.client, scan.operation, scan.first - around, stop)
    same = [one for one in more if one.mock == scan.mock and one.distinct >= scan.distinct]
    return same[0] if same else scan


def _dense(reading: Reading, scope: Scope, scan: Scan) -> Scan:
    """The scan without what its caller asked for long before or after most of it."""
    where, parameters = scope.between(scan.first, scan.last + 1)
    ((low, high),) = reading.rows(
        "SELECT quantile_disc(epoch_us(ts), 0.1), quantile_disc(epoch_us(ts), 0.9) "
        "FROM requests r WHERE r.client = $scanned_client AND r.mock = $scanned_mock "
        f"AND r.operation = $scanned AND {where}",
        {
            "scanned_client": scan.client,
            "scanned_mock": scan.mock,
            "scanned": scan.operation,
            **parameters,
        },
    )
    if low is None or high - low >= _DENSE * (scan.last - scan.first):
        return scan
    margin = (high - low) // 4 + _MARGIN_SECONDS * 1_000_000
    start, stop = max(scan.first, low - margin), min(scan.last, high + margin)
    same = [
        one
        for one in _asked(reading, scope, scan.client, scan.operation, start, stop + 1)
        if one.mock == scan.mock
    ]
    return same[0] if same else scan


def _usually(reading: Reading, scope: Scope, scan: Scan) -> int:
    """How many different things callers usually ask that operation for in as long a time, or the
    scan's own caller does, where it calls steadily."""
    length = max(scan.last - scan.first, 1_000_000)
    around = _BASELINE_WINDOWS if scope.calls <= _MOST_CALLS else _BASELINE_WINDOWS_OF_MANY
    start = max(scope.start, scan.first - around * length)
    stop = min(scope.end, scan.last + around * length)
    if scope.examined > scope.start:
        stop = scan.first
    where, parameters = scope.between(start, stop)
    ((usual, own, windows),) = reading.rows(
        "SELECT coalesce(quantile_disc(things, 0.95), 0), "
        "coalesce(quantile_disc(things, 0.5) FILTER (client = $scanned_client), 0), "
        "count(*) FILTER (client = $scanned_client) FROM (SELECT client, "
        f"approx_count_distinct({_WHAT}) AS things FROM requests r WHERE r.mock = $scanned_mock "
        "AND r.operation = $scanned AND (ts < $first_ts OR ts > $last_ts) "
        f"AND {where} GROUP BY client, (epoch_us(ts) - $start) // $length)",
        {
            "scanned_client": scan.client,
            "scanned_mock": scan.mock,
            "scanned": scan.operation,
            "first_ts": instant(scan.first),
            "last_ts": instant(scan.last),
            "start": start,
            "length": length,
            **parameters,
        },
    )
    is_steady = windows >= max(2, around // _STEADY)
    return max(int(usual), int(own)) if is_steady else int(usual)

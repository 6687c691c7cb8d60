"""Everything that is odd in a journal, or a part of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from polymock.journal.anomalies.combining import combine
from polymock.journal.anomalies.gathering import (
    Scope,
    calls_in_past,
    gather,
    gather_callers,
    survey,
)
from polymock.journal.anomalies.newcomers import Kind, newcomers
from polymock.journal.anomalies.operations import Oddity, latencies, rates, shares
from polymock.journal.anomalies.scans import id_scans, path_scans
from polymock.journal.anomalies.traffic import (
    Series,
    Traffic,
    after_pauses,
    calls_before,
    coarser,
    together,
    without_idle,
)
from polymock.journal.anomalies.words import tell_newcomers, tell_oddity, tell_scan, utc
from polymock.journal.reading import Reading
from polymock_schemas.anomalies import Anomaly, AnomalyQuery, AnomalyReport

FALSE_ALARMS = 0.01
"""How many would be expected in a whole report by chance alone."""
_SCALES = (1, 4, 16)
_FEWEST_WINDOWS = 12
_MEASURES = 5
_CALLS_IN_WINDOW = 0.25
_SCAN_WINDOWS = 200
_FEW_CALLS = 200
_SEVERITIES = ("high", "medium", "low")
_CALLERS: tuple[Kind, ...] = ("client", "user_agent", "principal")


def detect(
    reading: Reading,
    query: AnomalyQuery,
    where: str,
    parameters: Mapping[str, Any],
    since: int | None,
    until: int | None,
) -> AnomalyReport:
    """What is odd among the rows of `requests r` that a condition chooses.

    `since` and `until` are microseconds since 1970, and not in the condition. Raises JournalError.
    """
    scope = survey(reading, where, dict(parameters), since, until, round(query.baseline * 1e6))
    if scope is None:
        return AnomalyReport(
            since=None,
            until=None,
            baseline_since=None,
            window_seconds=0.0,
            calls=0,
            anomalies=(),
            notes=("Nothing was recorded there.",),
        )
    selected = _selected(query)
    near = scope.nearer()
    traffic = gather(reading, near)
    oddities = list(_oddities(traffic))
    found = [tell_oddity(one, parts, near, selected) for one, parts in combine(oddities)]
    found += _callers(reading, scope, selected, traffic, oddities)
    wanted = [
        one
        for one in found
        if (not query.kinds or one.kind in query.kinds)
        and _SEVERITIES.index(one.severity) <= _SEVERITIES.index(query.severity)
    ]
    wanted.sort(key=lambda one: (_SEVERITIES.index(one.severity), -(one.surprise or 0.0)))
    return AnomalyReport(
        since=utc(scope.examined),
        until=utc(scope.end),
        baseline_since=utc(scope.start),
        window_seconds=traffic.frame.width / 1e6,
        calls=scope.calls,
        anomalies=tuple(wanted[: query.limit]),
        notes=tuple(_notes(scope, since)),
        more=max(0, len(wanted) - query.limit),
    )


def _oddities(traffic: Traffic) -> Iterator[Oddity]:
    """Those of each operation and of each mock, at several widths of windows."""
    whole = _with_mocks(without_idle(traffic))
    needed = _needed(whole)
    wide = whole.frame.continuous
    scales = [
        scale
        for scale in _SCALES
        if scale == 1 or (wide and whole.frame.count // scale >= _FEWEST_WINDOWS)
    ]
    for scale in scales:
        at = _busy(whole, last=scale == scales[-1], scale=scale)
        yield from rates(at, needed)
        yield from shares(at, "errors", needed, _errors)
        yield from shares(at, "faults", needed, _faults)
        yield from shares(at, "violations", needed, _violated)
        yield from shares(at, "slow", needed, _slow)
        yield from latencies(at, needed)


def _busy(traffic: Traffic, *, last: bool, scale: int) -> Traffic:
    """In wider windows, without the operations that hardly anybody calls in one: those are judged
    in the widest."""
    least = 0 if last else _CALLS_IN_WINDOW * traffic.frame.count // scale
    kept = [one for one in traffic.series if one.operation == "" or sum(one.calls) >= least]
    chosen = Traffic(traffic.frame, kept, traffic.cold)
    return chosen if scale == 1 else coarser(chosen, scale)


def _with_mocks(traffic: Traffic) -> Traffic:
    """With each mock as a whole, where it has several operations."""
    mocks: dict[str, list[Series]] = {}
    for series in traffic.series:
        if series.operation:
            mocks.setdefault(series.mock, []).append(series)
    wholes = [
        together(series, mock, traffic.frame.count)
        for mock, series in mocks.items()
        if len(series) > 1
    ]
    return Traffic(traffic.frame, [*traffic.series, *wholes], after_pauses(traffic))


def _needed(traffic: Traffic) -> float:
    """-log of how improbable something must be, as so many things are looked at."""
    judged = traffic.frame.count - traffic.frame.examined
    tests = max(1, judged * len(traffic.series) * _MEASURES)
    return math.log(tests / FALSE_ALARMS)


def _callers(
    reading: Reading,
    scope: Scope,
    selected: Mapping[str, str],
    traffic: Traffic,
    oddities: Sequence[Oddity],
) -> Iterator[Anomaly]:
    near = scope.nearer()
    width = max(1_000_000, -(-(near.end - near.start) // _SCAN_WINDOWS))
    callers = gather_callers(reading, scope)
    calls_of = {one.name: one.calls for one in callers if one.kind == "client"}
    scans = [*path_scans(reading, near, width, calls_of)]
    bursts = [
        one
        for one in oddities
        if one.measure == "rate" and one.episode.sign > 0 and one.series.operation not in ("", "*")
    ]
    scans += id_scans(reading, near, width, bursts)
    yield from (tell_scan(scan, selected) for scan in scans)
    examined, before = None, calls_before(traffic)
    if scope.examined > scope.start:
        examined, past = scope.examined, calls_in_past(reading, scope)

        def before(_moment: int) -> int:
            return past

    for kind in _CALLERS:
        for one in newcomers(callers, kind, examined, before, scope.calls):
            yield tell_newcomers(one, selected)


def _notes(scope: Scope, since: int | None) -> Iterator[str]:
    if scope.calls < _FEW_CALLS:
        yield f"Only {scope.calls} calls were recorded: too few to tell what is usual."
    if since is not None and scope.examined == scope.start:
        yield "Nothing was recorded before: each part is judged by the rest."


def _selected(query: AnomalyQuery) -> dict[str, str]:
    chosen = {name: getattr(query, name) for name in ("mock", "operation", "principal", "session")}
    return {name: value for name, value in chosen.items() if value is not None}


def _errors(series: Series) -> list[int]:
    return series.errors


def _faults(series: Series) -> list[int]:
    return series.faults


def _slow(series: Series) -> list[int]:
    return series.slow


def _violated(series: Series) -> list[int]:
    return series.violated

"""Each operation against its own past: how often it is called, how it fares, how long it takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from polymock.journal.anomalies.episodes import CANDIDATE, Episode, episodes
from polymock.journal.anomalies.references import by_pace, by_time_of_day, pace, recent
from polymock.journal.anomalies.residuals import nearest, of_count, of_counts, of_share, of_shares
from polymock.journal.anomalies.traffic import Frame, Series, Traffic

Measure = Literal["rate", "errors", "faults", "violations", "latency", "slow"]

RATE_UP, RATE_DOWN, RATE_DROP = 1.7, 0.4, 0.6
_RATE_EXCESS = 10
_EDGE, _EDGE_CALLS, _SUDDEN = 4, 200, 1.7
_RHYTHM = 90 * 60 * 1_000_000
_RATE_BUSY_WINDOWS = 8
_OUTAGE, _OUTAGE_OF_ALL = 30_000_000, 60_000_000
_SHARE_UP, _SHARE_MORE, _SHARE_EXCESS = 2.0, 0.03, 5.0
_LATENCY_UP, _LATENCY_DOWN = 1.5, 0.5
_LATENCY_CALLS, _LATENCY_EPISODE, _LATENCY_OUTLIER = 4, 15, 0.6
_LATENCY_MORE_US, _LATENCY_DRIFT, _LATENCY_SPREAD = 300.0, 0.04, 0.1


class Oddity(msgspec.Struct, frozen=True):
    """An episode of an operation: `usual` and `seen` are calls per window, a share of calls, or the
    typical (geometric mean) latency in microseconds; `calls` were made, `excess` more than usual
    were of the kind that is measured."""

    measure: Measure
    series: Series
    frame: Frame
    episode: Episode
    usual: float
    seen: float
    calls: int
    excess: float


def rates(traffic: Traffic, needed: float) -> Iterator[Oddity]:
    """Operations that were called much more, or much less, than usual."""
    frame = traffic.frame
    busy = pace(traffic.series)
    for series in traffic.series:
        expected = _usual_counts(frame, series, busy)
        known = of_counts(series.calls, expected[0])
        for reference in expected[1:]:
            other = of_counts(series.calls, reference)
            known = [
                (a if a < b else b) if a > 0 < b else (a if a > b else b) if a < 0 > b else 0.0
                for a, b in zip(known, other, strict=True)
            ]

        def refined(
            at: int, odd: list[bool], series: Series = series
        ) -> tuple[float, float] | None:
            before = recent(frame, at, odd, _any_window)
            if not before:
                return None
            usual = sorted(series.calls[window] for window in before)
            middle = (usual[len(usual) // 2] + usual[(len(usual) - 1) // 2]) / 2
            return of_count(series.calls[at], middle), middle

        residuals, local = _refine(frame, known, refined)
        # With nothing to compare it with but its own level, a rhythm must not pass for an episode.
        slow = not frame.has_days and len(expected) == 1
        for episode in episodes(frame, residuals, needed):
            lasts = (episode.stop - episode.start) * frame.width
            if slow and (lasts > _RHYTHM or not _is_sudden(series.calls, episode)):
                continue
            made = _rate(frame, series, episode, expected, local)
            if made is not None:
                yield made


def shares(
    traffic: Traffic, measure: Measure, needed: float, counts: Callable[[Series], list[int]]
) -> Iterator[Oddity]:
    """Operations of whose calls more than usual were of a kind: failed, broke the contract, took
    far longer than others."""
    frame = traffic.frame
    for series in traffic.series:
        kind = counts(series)
        if not series.operation or sum(kind) < _SHARE_EXCESS:
            continue
        if measure == "slow" and series.operation == "*":  # each has its own measure of it
            continue
        overall = _usual_share(frame, kind, series.calls)
        known = of_shares(kind, series.calls, overall)
        if max(known[frame.examined :], default=0.0) < CANDIDATE:
            continue

        def refined(
            at: int, odd: list[bool], series: Series = series, kind: list[int] = kind
        ) -> tuple[float, float] | None:
            before = recent(frame, at, odd, lambda window: series.calls[window] > 0)
            if not before:
                return None
            calls = sum(series.calls[window] for window in before)
            share = sum(kind[window] for window in before) / calls
            return max(0.0, of_share(kind[at], series.calls[at], share)), share

        residuals, local = _refine(frame, known, refined)
        for episode in episodes(frame, residuals, needed):
            inside = range(episode.start, episode.stop)
            calls = sum(series.calls[at] for at in inside)
            seen = sum(kind[at] for at in inside)
            usual = max(overall, *(local.get(at, overall) for at in inside))
            excess = seen - usual * calls
            share = seen / calls
            if excess >= _SHARE_EXCESS and share >= max(_SHARE_UP * usual, usual + _SHARE_MORE):
                yield Oddity(measure, series, frame, episode, usual, share, calls, excess)


def latencies(traffic: Traffic, needed: float) -> Iterator[Oddity]:
    """Operations that took much longer, or much less long, than usual."""
    frame = traffic.frame
    cold = traffic.cold
    for series in traffic.series:
        if series.operation in ("", "*") or sum(series.calls) < 3 * _LATENCY_CALLS:
            continue
        means = [
            total / calls if calls else 0.0
            for total, calls in zip(series.log_sum, series.calls, strict=True)
        ]
        enough = [
            calls >= _LATENCY_CALLS and at not in cold for at, calls in enumerate(series.calls)
        ]
        told = [at for at in range(frame.examined or frame.count) if enough[at]]
        if len(told) < 3:
            continue
        overall = sorted(means[at] for at in told)[len(told) // 2]
        deviation = _log_deviation(series, told)

        def residual(
            at: int,
            usual: float,
            series: Series = series,
            means: list[float] = means,
            deviation: float = deviation,
        ) -> float:
            calls = series.calls[at]
            # The last term: of few calls a single slow one makes much.
            error = math.hypot(
                deviation / math.sqrt(calls), _LATENCY_DRIFT, _LATENCY_OUTLIER / calls
            )
            return (means[at] - usual) / error

        known = [residual(at, overall) if enough[at] else 0.0 for at in range(frame.count)]

        def refined(
            at: int,
            odd: list[bool],
            means: list[float] = means,
            enough: list[bool] = enough,
            residual: Callable[[int, float], float] = residual,
        ) -> tuple[float, float] | None:
            before = recent(frame, at, odd, enough.__getitem__)
            if not before:
                return None
            usual = sorted(means[window] for window in before)[len(before) // 2]
            return residual(at, usual), usual

        residuals, local = _refine(frame, known, refined)
        usable = [residuals[at] for at in range(frame.count) if enough[at]]
        if len(usable) < 8:
            continue
        for episode in episodes(frame, residuals, needed):
            made = _latency(frame, series, episode, overall, local)
            if made is not None:
                yield made


def _refine(
    frame: Frame,
    known: Sequence[float],
    refined: Callable[[int, list[bool]], tuple[float, float] | None],
) -> tuple[list[float], dict[int, float]]:
    """Residuals of candidates by what was usual just before, too; and what that was."""
    odd = [False] * frame.count
    residuals = list(known)
    local: dict[int, float] = {}
    for at, residual in enumerate(known):
        if abs(residual) < CANDIDATE:
            continue
        found = refined(at, odd)
        if found is None:
            residuals[at] = 0.0
            continue
        residuals[at] = nearest((residual, found[0]))
        local[at] = found[1]
        odd[at] = abs(residuals[at]) >= CANDIDATE
    return residuals, local


def _usual_counts(
    frame: Frame, series: Series, busy: Sequence[float] | None
) -> list[Sequence[float]]:
    expected: list[Sequence[float]] = []
    if frame.has_days:
        expected.append(by_time_of_day(frame, series.calls))
    if busy is not None and series.operation not in ("", "*"):
        expected.append(by_pace(series.calls, busy))
    if not expected:
        usual = sorted(series.calls[: frame.examined] or series.calls)
        expected.append([float(usual[len(usual) // 2])] * frame.count)
    return expected


def _rate(
    frame: Frame,
    series: Series,
    episode: Episode,
    expected: Sequence[Sequence[float]],
    local: dict[int, float],
) -> Oddity | None:
    inside = range(episode.start, episode.stop)
    length = len(inside)
    seen = sum(series.calls[at] for at in inside)
    references = [sum(reference[at] for at in inside) for reference in expected]
    references.append(sum(local.get(at, expected[0][at]) for at in inside))
    usual = max(references) if episode.sign > 0 else min(references)
    outside = [calls for at, calls in enumerate(series.calls) if at not in inside]
    known = len(outside) if series.operation == "" else sum(calls > 0 for calls in outside)
    if known < _RATE_BUSY_WINDOWS:
        return None
    if episode.sign > 0:
        if seen < RATE_UP * usual or seen - usual < _RATE_EXCESS:
            return None
    else:
        least = _OUTAGE_OF_ALL if series.operation == "*" else _OUTAGE
        if seen > RATE_DROP * usual or usual - seen < _RATE_EXCESS:
            return None
        # Weekends and nights halve traffic too, but not for an hour, from one minute to the next.
        is_drop = length * frame.width <= _RHYTHM and _is_sudden(series.calls, episode)
        if seen > RATE_DOWN * usual and not is_drop:
            return None
        if length * frame.width < least:
            return None
        if not frame.continuous and series.operation == "*":
            return None
    return Oddity("rate", series, frame, episode, usual / length, seen / length, seen, seen - usual)


def _is_sudden(calls: Sequence[int], episode: Episode) -> bool:
    """Whether an episode begins at once, or ends so where the journal begins with it."""
    usual = sorted(calls)[len(calls) // 2]
    edge = min(max(_EDGE, round(_EDGE_CALLS / max(usual, 1))), len(calls) // 4)
    start, stop = episode.start, episode.stop
    before = calls[max(0, start - 1 - edge) : max(0, start - 1)]
    first = calls[start : min(start + edge, stop)]
    after = calls[stop + 1 : stop + 1 + edge]
    last = calls[max(stop - edge, start) : stop]
    for outer, inner in ((before, first), (after, last)):
        if len(outer) >= _EDGE:
            factor = (sum(inner) / len(inner) + 0.5) / (sum(outer) / len(outer) + 0.5)
            return factor >= _SUDDEN if episode.sign > 0 else factor <= 1 / _SUDDEN
    return False


def _latency(
    frame: Frame, series: Series, episode: Episode, overall: float, local: dict[int, float]
) -> Oddity | None:
    inside = range(episode.start, episode.stop)
    calls = sum(series.calls[at] for at in inside)
    seen = sum(series.log_sum[at] for at in inside) / calls
    references = [overall, *(local[at] for at in inside if at in local)]
    usual = max(references) if episode.sign > 0 else min(references)
    ratio = math.exp(seen - usual)
    more = math.exp(seen) - math.exp(usual)
    is_far = ratio >= _LATENCY_UP if episode.sign > 0 else ratio <= _LATENCY_DOWN
    if not is_far or abs(more) < _LATENCY_MORE_US or calls < _LATENCY_EPISODE:
        return None
    return Oddity("latency", series, frame, episode, math.exp(usual), math.exp(seen), calls, more)


def _usual_share(frame: Frame, kind: Sequence[int], calls: Sequence[int]) -> float:
    """The share in usual windows: twice without those in which it was far too high."""
    kind = kind[: frame.examined or None]
    calls = calls[: frame.examined or None]
    share = sum(kind) / max(sum(calls), 1)
    for _ in range(2):
        residuals = of_shares(kind, calls, share)
        odd = [at for at, residual in enumerate(residuals) if residual >= CANDIDATE]
        if not odd:
            break
        total = sum(calls) - sum(calls[at] for at in odd)
        share = (sum(kind) - sum(kind[at] for at in odd)) / max(total, 1)
    return share


def _log_deviation(series: Series, told: Sequence[int]) -> float:
    """The spread of single calls within windows (standard deviation of logarithms): a median."""
    deviations = []
    for at in told:
        calls = series.calls[at]
        square = series.log_squares[at] - series.log_sum[at] ** 2 / calls
        deviations.append(max(square, 0.0) / (calls - 1))
    deviations.sort()
    return max(_LATENCY_SPREAD, math.sqrt(deviations[len(deviations) // 2]))


def _any_window(_window: int) -> bool:
    return True

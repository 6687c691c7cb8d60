"""One thing that happened, told once: over several widths of windows, measures and operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from polymock.journal.anomalies.evidence import span
from polymock.journal.anomalies.operations import Oddity

_MOST_OF_IT = 0.6
_SEVERAL = 3
_AS_GOOD = 0.6
_MUCH_SLOWER = 2.0


def combine(oddities: Iterable[Oddity]) -> list[tuple[Oddity, tuple[Oddity, ...]]]:
    """The oddities that remain, each with those of single operations that it stands for."""
    distinct = _without_slow_twice(_without_faults_twice(_once_each(oddities)))
    told: list[tuple[Oddity, tuple[Oddity, ...]]] = []
    dropped: set[int] = set()
    for whole in (one for one in distinct if one.series.operation == "*"):
        parts = [one for one in distinct if _is_part(one, whole)]
        most = max((abs(part.excess) for part in parts), default=0.0)
        if most >= _MOST_OF_IT * abs(whole.excess):
            dropped.add(id(whole))
        elif len(parts) >= _SEVERAL:
            dropped.update(map(id, parts))
            told.append((whole, tuple(parts)))
    kept = [one for one in distinct if id(one) not in dropped and id(one) not in _ids(told)]
    told += _slow_together([one for one in kept if one.measure == "latency"])
    told += [(one, ()) for one in kept if one.measure != "latency"]
    return told


def _once_each(oddities: Iterable[Oddity]) -> list[Oddity]:
    """Of those that overlap, of the same operation, measure and direction, the most surprising."""
    kept: list[Oddity] = []
    for one in sorted(oddities, key=lambda oddity: -oddity.episode.surprise):
        if not any(_is_same(one, other) and _overlap(one, other) for other in kept):
            kept.append(one)
    return kept


def _without_faults_twice(oddities: Sequence[Oddity]) -> list[Oddity]:
    """Server errors are errors too: the one of the two that says more."""
    dropped: set[int] = set()
    for fault in (one for one in oddities if one.measure == "faults"):
        for error in (one for one in oddities if one.measure == "errors"):
            if _operation(fault) == _operation(error) and _overlap(fault, error):
                is_better = fault.episode.surprise >= _AS_GOOD * error.episode.surprise
                dropped.add(id(error) if is_better else id(fault))
    return [one for one in oddities if id(one) not in dropped]


def _without_slow_twice(oddities: Sequence[Oddity]) -> list[Oddity]:
    """Where an operation as a whole is slower, some of its calls are much slower too: the one of
    the two that says more."""
    dropped: set[int] = set()
    for slow in (one for one in oddities if one.measure == "slow"):
        for slower in (one for one in oddities if one.measure == "latency"):
            if _operation(slow) == _operation(slower) and _overlap(slow, slower):
                is_much = slower.seen >= _MUCH_SLOWER * slower.usual
                dropped.add(id(slow) if is_much else id(slower))
    return [one for one in oddities if id(one) not in dropped]


def _slow_together(slow: Sequence[Oddity]) -> list[tuple[Oddity, tuple[Oddity, ...]]]:
    """Operations of a mock that were slow at the same time, as one."""
    told: list[tuple[Oddity, tuple[Oddity, ...]]] = []
    waiting = list(slow)
    while waiting:
        first = waiting.pop(0)
        parts = [
            one
            for one in waiting
            if one.series.mock == first.series.mock
            and one.episode.sign == first.episode.sign
            and _overlap(one, first)
        ]
        if len(parts) + 1 < _SEVERAL:
            told.append((first, ()))
            continue
        waiting = [one for one in waiting if one not in parts]
        told.append((first, (first, *parts)))
    return told


def _is_part(one: Oddity, whole: Oddity) -> bool:
    return (
        one.series.operation not in ("", "*")
        and one.series.mock == whole.series.mock
        and one.measure == whole.measure
        and one.episode.sign == whole.episode.sign
        and _overlap(one, whole)
    )


def _is_same(one: Oddity, other: Oddity) -> bool:
    return (
        _operation(one) == _operation(other)
        and one.measure == other.measure
        and one.episode.sign == other.episode.sign
    )


def _operation(one: Oddity) -> tuple[str, str]:
    return one.series.mock, one.series.operation


def _overlap(one: Oddity, other: Oddity) -> bool:
    (start, stop), (other_start, other_stop) = span(one), span(other)
    return start < other_stop and other_start < stop


def _ids(told: Iterable[tuple[Oddity, tuple[Oddity, ...]]]) -> set[int]:
    return {id(one) for one, _ in told}

"""What would be usual in a window: by the windows before it, other days, and other operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from polymock.journal.anomalies.traffic import DAY, Frame, Series

RECENT = 12
"""Windows before one that say what was usual of late."""
_LONGEST = 4
_LEAST_PEERS = 4
_BUSY_PEERS = 15
_PEER_CALLS = 4.0


def by_time_of_day(frame: Frame, figures: Sequence[float]) -> list[float]:
    """For each window the median of the windows at about its time on all days."""
    slots = DAY // frame.width
    at: list[list[float]] = [[] for _ in range(slots)]
    first = frame.start_of(0) // frame.width
    for window, figure in enumerate(figures):
        at[(first + window) % slots].append(figure)
    usual = [
        median(at[slot - 1] + at[slot] + at[(slot + 1) % slots]) if at[slot] else 0.0
        for slot in range(slots)
    ]
    return [usual[(first + window) % slots] for window in range(frame.count)]


def pace(series: Sequence[Series]) -> list[float] | None:
    """How busy each window was, by the median of what its operations had to do: 1.0 is the mean.

    One operation that does something of its own does not change it. None where there are too few
    operations to tell.
    """
    count = len(series[0].calls) if series else 0
    peers = sorted(
        ((sum(one.calls) / count, one.calls) for one in series if one.operation), reverse=True
    )
    peers = [peer for peer in peers if peer[0] >= _PEER_CALLS][:_BUSY_PEERS]
    if len(peers) < _LEAST_PEERS:
        return None
    ratios = [[calls / mean for calls in column] for mean, column in peers]
    return [_middle(window) for window in zip(*ratios, strict=True)]


def by_pace(calls: Sequence[int], busy: Sequence[float]) -> list[float]:
    """For each window what an operation would be called if it went with the others."""
    ratios = sorted(
        (seen / usual, seen, usual) for seen, usual in zip(calls, busy, strict=True) if usual > 0
    )
    # Without the busiest and the quietest, so that an episode does not count as usual.
    cut = len(ratios) // 5
    kept = ratios[cut : len(ratios) - cut] if cut else ratios
    weight = sum(usual for _, _, usual in kept)
    level = sum(seen for _, seen, _ in kept) / weight if weight else 0.0
    if not level:
        weight = sum(usual for _, _, usual in ratios)
        level = sum(seen for _, seen, _ in ratios) / weight if weight else 0.0
    return [level * usual for usual in busy]


def recent(
    frame: Frame, window: int, odd: Sequence[bool], usable: Callable[[int], bool]
) -> list[int]:
    """The windows that say what was usual just before one, none of them odd themselves.

    At the beginning of the journal those after it. [] where it has been odd for so long that it is
    the usual by now.
    """
    found: list[int] = []
    earliest = max(0, window - max(_LONGEST * RECENT, frame.count // 4))
    for before in range(window - 1, earliest - 1, -1):
        if not odd[before] and usable(before):
            found.append(before)
            if len(found) == RECENT:
                return found
    if len(found) >= RECENT // 2:
        return found
    if earliest == 0:
        for after in range(window + 1, min(frame.count, window + 3 * RECENT)):
            if not odd[after] and usable(after):
                found.append(after)
                if len(found) == RECENT:
                    break
    return found if len(found) >= RECENT // 2 else []


def _middle(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

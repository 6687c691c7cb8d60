"""Counts of calls per window of time: what most anomalies are found in."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Sequence

import msgspec

DAY = 86_400_000_000
"""Microseconds."""

_WIDTHS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
"""Seconds of a window; each divides a day."""
_FEWEST, _MOST = 40, 2100
_CALLS = 30.0
_CONTINUOUS = 0.9
_PAUSE = 0.3
_MOST_KINDS = 150
_WARM_UP = 30_000_000


class Frame(msgspec.Struct, frozen=True):
    """The windows: `count` of them, `width` microseconds wide, the last of which ends at `end`.

    Those from `examined` on are judged, those before only say what is usual. Windows are numbered
    from the oldest. `slots` are their times of the day, in windows; () where windows do not divide
    a day or are fewer than three days. `continuous` tells whether there were calls nearly always.
    """

    end: int
    width: int
    count: int
    examined: int = 0
    places: tuple[int, ...] = ()
    """Of each window its place on the time line; windows in which nobody called can be left out."""
    continuous: bool = True

    @property
    def has_days(self) -> bool:
        """Whether a time of the day can be compared with that of other days."""
        return self.continuous and self.count * self.width >= 3 * DAY and DAY % self.width == 0

    def start_of(self, window: int) -> int:
        """When a window begins; microseconds since 1970."""
        place = self.places[window] if self.places else window
        total = self.places[-1] + 1 if self.places else self.count
        return self.end - (total - place) * self.width

    def adjoins(self, window: int, other: int) -> bool:
        """Whether there is no time left out between two windows."""
        return not self.places or self.places[other] - self.places[window] == other - window


class Series(msgspec.Struct):
    """One operation's figures, window by window (an operation '' is that of calls unmatched).

    `slow` are the calls that took far longer than nearly all of the operation's, `log_sum` is the
    sum of the logarithms of latencies in microseconds, `log_squares` that of their squares.
    """

    mock: str
    operation: str
    calls: list[int]
    errors: list[int]
    faults: list[int]
    violated: list[int]
    slow: list[int]
    log_sum: list[float]
    log_squares: list[float]

    @classmethod
    def empty(cls, mock: str, operation: str, count: int) -> Series:
        """A series of windows without calls."""
        return cls(
            mock,
            operation,
            [0] * count,
            [0] * count,
            [0] * count,
            [0] * count,
            [0] * count,
            [0.0] * count,
            [0.0] * count,
        )

    def columns(self) -> tuple[list[int] | list[float], ...]:
        """All figures, in the order of the fields."""
        return (
            self.calls,
            self.errors,
            self.faults,
            self.violated,
            self.slow,
            self.log_sum,
            self.log_squares,
        )


class Traffic(msgspec.Struct):
    """All series of a frame; all of them have as many windows as it says.

    `cold` are the windows of a server that has just begun (see `after_pauses`).
    """

    frame: Frame
    series: list[Series]
    cold: frozenset[int] = frozenset()


def choose_width(span: int, calls: int, kinds: int) -> int:
    """The width of windows, microseconds, for so many calls of so many operations in `span`.

    Wide enough that most windows hold some calls, narrow enough that something short shows.
    """
    most = min(_MOST, max(_FEWEST, round(90_000 / min(max(kinds, 1), _MOST_KINDS))))
    for seconds in _WIDTHS:
        width = seconds * 1_000_000
        count = span / width
        if count <= most and calls / max(count, 1.0) >= min(_CALLS, calls / _FEWEST):
            return width
    return _WIDTHS[-1] * 1_000_000


def without_idle(traffic: Traffic) -> Traffic:
    """The same without the windows in which nobody called, where there are many of them.

    A server that runs only now and then is not judged by the time between.
    """
    frame = traffic.frame
    busy = [any(calls) for calls in zip(*(s.calls for s in traffic.series), strict=True)]
    kept = [window for window, is_busy in enumerate(busy) if is_busy]
    if len(kept) >= _CONTINUOUS * frame.count or not kept:
        return traffic
    if kept[-1] != frame.count - 1:
        kept.append(frame.count - 1)
    return Traffic(
        Frame(
            end=frame.end,
            width=frame.width,
            count=len(kept),
            examined=sum(window < frame.examined for window in kept),
            places=tuple(kept),
            continuous=False,
        ),
        [_chosen(series, kept) for series in traffic.series],
    )


def calls_before(traffic: Traffic) -> Callable[[int], int]:
    """Tells how many calls came before the window that a moment is in."""
    totals = [sum(calls) for calls in zip(*(s.calls for s in traffic.series), strict=True)]
    running = [0, *itertools.accumulate(totals)]
    frame = traffic.frame

    def before(moment: int) -> int:
        window = frame.count - -(-(frame.end - moment) // frame.width)
        return int(running[min(max(window, 0), frame.count)])

    return before


def after_pauses(traffic: Traffic) -> frozenset[int]:
    """The windows in which, or just before which, hardly anybody could call: a server that has
    just begun answers slowly."""
    frame = traffic.frame
    totals = [sum(calls) for calls in zip(*(s.calls for s in traffic.series), strict=True)]
    ordered = sorted(totals)
    least = _PAUSE * ordered[len(ordered) // 4]
    warm_up = -(-_WARM_UP // frame.width)
    found: set[int] = set()
    for window, total in enumerate(totals):
        if total < least or (window > 0 and not frame.adjoins(window - 1, window)):
            found.update(range(window, window + warm_up + 1))
    return frozenset(found)


def coarser(traffic: Traffic, factor: int) -> Traffic:
    """The same in windows `factor` times as wide; the oldest that are too few for one are cut."""
    frame = traffic.frame
    count = frame.count // factor
    cut = frame.count - count * factor
    made = Frame(
        end=frame.end,
        width=frame.width * factor,
        count=count,
        examined=max(0, -(-(frame.examined - cut) // factor)),
        continuous=frame.continuous,
    )
    cold = frozenset((window - cut) // factor for window in traffic.cold)
    return Traffic(made, [_summed(series, cut, factor) for series in traffic.series], cold)


def together(series: Iterable[Series], mock: str, count: int) -> Series:
    """The sum of several series: that of a mock as a whole."""
    total = Series.empty(mock, "*", count)
    for one in series:
        for into, column in zip(total.columns(), one.columns(), strict=True):
            into[:] = map(operator.add, into, column)
    return total


def _chosen(series: Series, kept: Sequence[int]) -> Series:
    return Series(
        series.mock,
        series.operation,
        *([column[window] for window in kept] for column in series.columns()),  # type: ignore[arg-type]
    )


def _summed(series: Series, cut: int, factor: int) -> Series:
    return Series(
        series.mock,
        series.operation,
        *(
            [sum(column[start : start + factor]) for start in range(cut, len(column), factor)]
            for column in series.columns()
        ),  # type: ignore[arg-type]
    )

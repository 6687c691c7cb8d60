"""How far a figure is from what is usual, and how far is too far.

Residuals are signed and, where counts come by chance alone, distributed about as a standard normal
variable. Traffic is burstier than that; so they are measured by those of the series itself: its
own spread, and how its own tail falls off (the peaks over a threshold fall about exponentially).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

_TAIL = 0.05
_TAIL_NORMAL = 1.96
_EXCESS_NORMAL = 0.38
"""Of a standard normal variable: what is exceeded in 5 % of cases, and by how much on average."""
_FEWEST = 8
_EXACT = 2.5


class Spread(msgspec.Struct, frozen=True):
    """How residuals scatter when nothing happens: `tail` is exceeded in 5 % of windows, by
    `excess` on average."""

    tail: float = _TAIL_NORMAL
    excess: float = _EXCESS_NORMAL

    def surprise(self, residual: float) -> float:
        """-log of how probable so large a residual is; 0 where it is nothing special."""
        beyond = abs(residual) - self.tail
        if beyond <= 0:
            return 0.0
        by_tail = beyond / self.excess - math.log(_TAIL)
        sigmas = abs(residual) * _TAIL_NORMAL / self.tail
        by_normal = 0.5 * sigmas**2 + math.log(sigmas * 2.5)
        return min(by_tail, by_normal)


def spread(residuals: Sequence[float]) -> Spread:
    """The spread of usual residuals, never less than chance alone makes it."""
    if len(residuals) < _FEWEST:
        return Spread()
    sizes = sorted(map(abs, residuals))
    count = len(sizes)
    typical = 1.4826 * sizes[count // 2] * _TAIL_NORMAL
    tail = max(_TAIL_NORMAL, typical, sizes[min(math.ceil(count * (1 - _TAIL)), count - 1)])
    beyond = [size - tail for size in sizes if size > tail]
    excess = _EXCESS_NORMAL * tail / _TAIL_NORMAL
    if beyond:
        # The median, so that another anomaly among them does not hide this one.
        excess = max(excess, beyond[len(beyond) // 2] / math.log(2))
    return Spread(tail, excess)


def of_count(seen: float, expected: float) -> float:
    """The deviance residual of a count where `expected` were expected (Poisson)."""
    expected = max(expected, 0.02)
    difference = seen - expected
    deviance = 2 * ((seen * math.log(seen / expected) if seen > 0 else 0.0) - difference)
    return math.copysign(math.sqrt(max(deviance, 0.0)), difference)


def of_counts(seen: Sequence[float], expected: Sequence[float]) -> list[float]:
    """The residuals of many counts; the small ones by an approximation that is quick."""
    root = math.sqrt
    quick = [
        2 * (root(count + 0.375) - root(usual + 0.375))
        for count, usual in zip(seen, expected, strict=True)
    ]
    for at, residual in enumerate(quick):
        if not -_EXACT < residual < _EXACT:
            quick[at] = of_count(seen[at], expected[at])
    return quick


def of_shares(seen: Sequence[int], calls: Sequence[int], share: float) -> list[float]:
    """The residuals of many counts among calls, those that are not too high as 0."""
    return [
        of_share(count, among, share)
        if count and (more := count - share * among) > 0 and more * more > share * among
        else 0.0
        for count, among in zip(seen, calls, strict=True)
    ]


def of_share(seen: float, calls: float, share: float) -> float:
    """The deviance residual of `seen` among `calls` where a share of them was expected."""
    if calls <= 0:
        return 0.0
    share = min(max(share, 0.01 / calls, 1e-6), 1 - 1e-6)
    rest = calls - seen
    deviance = 0.0
    if seen > 0:
        deviance += seen * math.log(seen / (calls * share))
    if rest > 0:
        deviance += rest * math.log(rest / (calls * (1 - share)))
    return math.copysign(math.sqrt(max(2 * deviance, 0.0)), seen - calls * share)


def nearest(residuals: Sequence[float]) -> float:
    """Of residuals from several references the smallest; 0 where they do not agree on its sign."""
    low, high = min(residuals), max(residuals)
    if low > 0:
        return low
    return high if high < 0 else 0.0

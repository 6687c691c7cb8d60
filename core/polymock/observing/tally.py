"""Exchanges counted by kind: the figures of `/metrics`, as cheap as they can be had."""

from __future__ import annotations

from bisect import bisect_left

import msgspec

from polymock_schemas.observers import Series

BOUNDS_US = (
    *(100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000),
    *(250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000),
)
"""Upper bounds of the buckets of latencies, in microseconds."""
MAX_KINDS = 2000
"""So many kinds are told apart; what comes after them counts as one of OTHER."""
OTHER = "(other)"


class Kind(msgspec.Struct, frozen=True):
    """What exchanges are told apart by."""

    protocol: str
    mock: str
    operation: str
    status: int
    outcome: str


class Count:
    """The exchanges of one kind. `buckets` are those of BOUNDS_US, and one for what is slower."""

    __slots__ = ("buckets", "is_error", "kind", "number", "sum_us")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.is_error = kind.outcome != "ok"
        self.number = 0
        self.sum_us = 0
        self.buckets = [0] * (len(BOUNDS_US) + 1)

    def add(self, latency_us: int) -> None:
        """Count one exchange."""
        self.number += 1
        self.sum_us += latency_us
        self.buckets[bisect_left(BOUNDS_US, latency_us)] += 1


class Tally:
    """All kinds. Written on one thread; `series` may be asked for from any."""

    def __init__(self) -> None:
        self._counts: dict[Kind, Count] = {}

    def count_of(self, kind: Kind) -> Count:
        """Where the exchanges of a kind are counted."""
        found = self._counts.get(kind)
        if found is None:
            if len(self._counts) >= MAX_KINDS and kind.operation != OTHER:
                return self.count_of(Kind(kind.protocol, kind.mock, OTHER, 0, kind.outcome))
            found = self._counts[kind] = Count(kind)
        return found

    def series(self) -> tuple[Series, ...]:
        """What was counted so far."""
        return tuple(_series(count) for count in tuple(self._counts.values()) if count.number)


def _series(count: Count) -> Series:
    """The figures of one kind: those of `count` and `buckets` agree, as its buckets say."""
    kind, buckets = count.kind, tuple(count.buckets)
    return Series(
        protocol=kind.protocol,
        mock=kind.mock,
        operation=kind.operation,
        status=kind.status,
        outcome=kind.outcome,
        count=sum(buckets),
        sum_us=count.sum_us,
        buckets=buckets,
    )

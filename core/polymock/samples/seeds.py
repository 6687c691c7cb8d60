"""Seeds that depend on content alone, and the stream of numbers drawn from one.

Nothing here depends on the process, on hash randomisation, on the order of calls or on the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

ItemT = TypeVar("ItemT")

MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def salt(text: str) -> int:
    """A 64-bit number for a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def derive(seed: int, salted: int) -> int:
    """The 64-bit seed of a part, from its owner's seed and the part's own salt."""
    return _mix((seed ^ (salted * _GOLDEN)) & MASK)


def _mix(number: int) -> int:
    """The finaliser of splitmix64: every bit of the input changes half of the output."""
    number = (number + _GOLDEN) & MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & MASK
    return number ^ (number >> 31)


class Stream:
    """Numbers drawn one after another from a seed (splitmix64). Cheap to make."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & MASK

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + _GOLDEN) & MASK
        return _mix(self._state)

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1; `limit` is at least 1 and may be of any size."""
        drawn, size = self.bits(), 64
        while limit.bit_length() + 16 > size:
            drawn, size = (drawn << 64) | self.bits(), size + 64
        return (drawn * limit) >> size

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def unit(self) -> float:
        """A number from 0.0 up to, and without, 1.0."""
        return (self.bits() >> 11) * (1.0 / (1 << 53))

    def pick(self, items: Sequence[ItemT]) -> ItemT:
        """One of the items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[ItemT]) -> list[ItemT]:
        """The items in another order."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

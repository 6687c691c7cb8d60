"""Regular expressions as trees. Every node knows the shortest and the longest string it makes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

UNBOUNDED = 1 << 40
"""Stands for "any length"; sums and products are cut to it."""
Ranges = tuple[tuple[int, int], ...]
"""Code points that a character may have: inclusive ranges, sorted, apart from one another."""


class Chars(msgspec.Struct, frozen=True):
    """One character out of some ranges."""

    ranges: Ranges
    shortest: int = 1
    longest: int = 1


class Sequenced(msgspec.Struct, frozen=True):
    """Parts one after another."""

    parts: tuple[Node, ...]
    shortest: int
    longest: int


class Either(msgspec.Struct, frozen=True):
    """One of several alternatives."""

    options: tuple[Node, ...]
    shortest: int
    longest: int


class Repeat(msgspec.Struct, frozen=True):
    """A part, `least` to `most` times."""

    part: Node
    least: int
    most: int
    shortest: int
    longest: int


class Group(msgspec.Struct, frozen=True):
    """A part whose text a back reference can repeat, under its number and perhaps a name."""

    part: Node
    keys: tuple[str, ...]
    shortest: int
    longest: int


class Reference(msgspec.Struct, frozen=True):
    """The text of an earlier group again."""

    key: str
    shortest: int = 0
    longest: int = UNBOUNDED


class Ahead(msgspec.Struct, frozen=True):
    """A look-ahead: what follows must match `part` as well (or must not)."""

    part: Node
    positive: bool
    shortest: int = 0
    longest: int = 0


class Mark(msgspec.Struct, frozen=True):
    """A place without text: `^`, `$`, `b`, `B`, or `<` for a look-behind."""

    kind: str
    shortest: int = 0
    longest: int = 0


Node = Chars | Sequenced | Either | Repeat | Group | Reference | Ahead | Mark


def complement(ranges: Sequence[tuple[int, int]]) -> Ranges:
    """All code points outside some ranges."""
    outside, start = [], 0
    for low, high in union(ranges):
        if low > start:
            outside.append((start, low - 1))
        start = high + 1
    if start <= 0x10FFFF:
        outside.append((start, 0x10FFFF))
    return tuple(outside)


def union(ranges: Sequence[tuple[int, int]]) -> Ranges:
    """The ranges sorted and joined where they touch."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)

"""Rows counted by blocks of positions, so that a page far behind is found without a long way.

Each collection is counted as a whole, by wide blocks of positions, and by narrow blocks, of which a
wide one has `RATIO`. Who skips many rows adds up counts: of wide blocks, then of narrow ones within
one of them, and then steps over what is left row by row. Only rows that do not expire are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from polymock_storage import sql

NARROW = 256
"""How many positions a narrow block has. Files hold counts by it and by `RATIO`, so that another
value of one of them needs a migration."""
RATIO = 128
FAR = 2 * NARROW
"""From here on it pays to add up counts; fewer rows are stepped over faster."""

Read = Callable[[str, Sequence[Any]], list[Any]]
"""The rows that a statement finds, as tuples."""


class Tallies:
    """What a batch changes in the counts: gathered row by row, and written together."""

    def __init__(self, execute: Callable[..., Any]) -> None:
        self._execute = execute
        self._changes: dict[tuple[int, int], tuple[int, int]] = {}

    def add(self, collection: int, position: int, rows: int, live: int) -> None:
        """Count rows in, or out with numbers below 0."""
        block = (collection, position // NARROW)
        changes = self._changes
        if block in changes:
            rows, live = rows + changes[block][0], live + changes[block][1]
        changes[block] = (rows, live)

    def write(self) -> None:
        """Write what was gathered."""
        for (collection, number), (rows, live) in self._changes.items():
            if rows or live:
                wide = number // RATIO
                self._execute(sql.TALLY, (collection, rows, live, wide, number))
                if rows < 0:
                    self._erase_empty(collection, (2, number), (1, wide), (0, 0))
        self._changes.clear()

    def forget(self) -> None:
        """Drop what was gathered for a batch that is not written."""
        self._changes.clear()

    def _erase_empty(self, collection: int, *blocks: tuple[int, int]) -> None:
        """Erase blocks without rows, each of which is in the next one."""
        for block in blocks:
            if not self._execute(sql.ERASE_EMPTY_BLOCK, (collection, *block)).rowcount:
                return


def nearer(
    read: Read, collection: int, after: int, skip: int, *, live: bool
) -> tuple[int, int] | None:
    """Another `after` with a smaller `skip` that are followed by the same rows.

    None where no rows follow. The collection must have no rows that expire, and nobody may write
    to it meanwhile.
    """
    first = after + 1
    narrow = first // NARROW
    wide = narrow // RATIO
    if first % NARROW:
        skip += read(sql.COUNT_ROWS, (collection, narrow * NARROW, first, live))[0][0]
    if narrow % RATIO:
        skip += read(sql.COUNT_BLOCKS, (live, collection, wide * RATIO, narrow))[0][0]
    found = _block(read(sql.WIDE_BLOCKS, (live, collection, wide)), skip)
    if found is None:
        return None
    wide, skip = found
    within = (wide * RATIO, (wide + 1) * RATIO)
    found = _block(read(sql.NARROW_BLOCKS, (live, collection, *within)), skip)
    if found is None:
        return None
    narrow, skip = found
    return narrow * NARROW - 1, skip


def _block(counts: Sequence[tuple[int, int]], skip: int) -> tuple[int, int] | None:
    """The number of the block where a page begins, and how many rows to skip in it.

    `counts` are the blocks' numbers and how many rows they have. None where `skip` is beyond them.
    """
    for number, count in counts:
        if skip < count:
            return number, skip
        skip -= count
    return None

"""The revisions of a world's SQLite file: numbers that come once, kept in store by the hundred."""

from __future__ import annotations

from polymock_storage import sql
from polymock_storage.database import Database

RESERVE = 1000
"""So many are taken from the file at a time, for one connection alone."""


class Revisions:
    """Gives numbers that no connection to the file ever gave before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next = 1
        self._last = 0
        self._undone = 0

    def take(self, count: int = 1) -> int:
        """The first of some numbers in a row. Raises Unavailable."""
        first = self._next
        if first + count - 1 > self._last or self._undone != self._database.undone:
            first = self._refill(max(count, RESERVE))
        self._next = first + count
        return first

    def _refill(self, count: int) -> int:
        """Take more from the file. What was taken in a transaction that is undone counts no more:
        others may get it again."""
        self._undone = self._database.undone
        self._last = self._next = 0
        ((last,),) = self._database.once(sql.TAKE_REVISIONS, (count,))
        self._last = last
        return int(last) - count + 1

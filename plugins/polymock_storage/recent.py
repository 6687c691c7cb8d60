"""Rows that a connection has read or written, as long as nobody else writes.

They are true as long as the bell has not been rung by anybody else: a row that was just written
need not be read again to be written once more. What the connection itself writes it must tell.
"""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum, auto

from polymock.stores import Row
from polymock_storage.database import Database

MAX_ROWS = 4096
MAX_VALUE = 4096
"""Bytes of the value of a row that is kept."""


class Unknown(Enum):
    """What is said of a place of which nothing is known."""

    UNKNOWN = auto()


UNKNOWN = Unknown.UNKNOWN
Place = tuple[str, str, str]
"""The space, the collection and the key of a row."""


class RecentRows:
    """The rows by their places, and the places that have none. Those that expire are not among
    them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._as_of: Hashable = None
        self._rows: dict[Place, Row | None] = {}

    def find(self, place: Place, looked: int) -> Row | Unknown | None:
        """The row of a place, or None where it has none, if that is known. `looked` is what SQLite
        itself told last of others' writes."""
        as_of = (self._database.others(), looked)
        if as_of != self._as_of:
            self._rows.clear()
            self._as_of = as_of
            return UNKNOWN
        return self._rows.get(place, UNKNOWN)

    def keep(self, place: Place, row: Row | None) -> None:
        """Know what was read after `find` did not know it, or was written."""
        self._rows.pop(place, None)
        if row is not None and (
            row.expires is not None or (row.value is not None and len(row.value) > MAX_VALUE)
        ):
            return
        if len(self._rows) >= MAX_ROWS:
            self._rows.clear()
        self._rows[place] = row

    def forget(self, place: Place) -> None:
        """Know no more of a place that is about to be written."""
        self._rows.pop(place, None)

    def forget_all(self) -> None:
        """Know nothing more, as much is about to be written."""
        self._rows.clear()

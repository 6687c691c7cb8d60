"""One row of a world's SQLite file, written by one statement.

A statement that stands alone is a transaction of its own: nothing is locked before it begins, and
SQLite is called once. What needs more than one is written by `row_writer`.
"""

from __future__ import annotations

from polymock.stores import FIRST_POSITION, Change, Row
from polymock_storage import blocks, sql
from polymock_storage.database import Database, Unfit
from polymock_storage.revisions import Revisions
from polymock_storage.row_writer import encode_links

MAX_COLLECTIONS = 10_000
"""Collections of which it is known where the next row stands."""
_NO_NUMBER = (None, None, None)


class SingleRowWriter:
    """Writes the most usual changes: a new row, and another value of one that was seen.

    Where a new row will stand is known from the last one; where that is wrong, the statement says
    so, and `learn` is told where the row came to stand.
    """

    def __init__(self, database: Database, revisions: Revisions) -> None:
        self._database = database
        self._revisions = revisions
        self._next: dict[tuple[str, str], int] = {}

    def write(self, space: str, change: Change) -> Row | None:
        """The row as it stands now; None, and nothing is written, where it is no usual change or
        the row is not as expected. Raises Unavailable."""
        if change.erase or change.expires is not None:
            return None
        if change.expected == 0:
            return self._add(space, change)
        if not change.expected or change.value is None or change.position is None or change.number:
            return None
        return self._replace(space, change, change.position)

    def learn(self, space: str, change: Change, row: Row) -> None:
        """Know where a row stands that was written otherwise."""
        if change.expected == 0 and change.position is None and not change.erase:
            if len(self._next) >= MAX_COLLECTIONS:
                self._next.clear()
            self._next[space, change.collection] = row.position + 1

    def _add(self, space: str, change: Change) -> Row | None:
        place = (space, change.collection)
        position, behind = change.position, None
        if position is None:
            position, behind = self._next.get(place), FIRST_POSITION
            if position is None:
                return None
        taken, revision = change.number, self._revisions.take()
        values = (
            *place,
            change.key,
            revision,
            position,
            behind,
            encode_links(change.links) if change.links else None,
            change.value,
            blocks.NARROW,
            blocks.NARROW * blocks.RATIO,
            *(_NO_NUMBER if taken is None else (taken.space, taken.sequence, taken.number)),
        )
        try:
            self._database.add_once(sql.ADD_ALONE, values)
        except Unfit:
            return None
        if behind is not None:
            self._next[place] = position + 1
        return Row(change.collection, change.key, change.value, revision, position)

    def _replace(self, space: str, change: Change, position: int) -> Row | None:
        revision = self._revisions.take()
        replaced = self._database.change_once(
            sql.REPLACE_ALONE,
            (
                revision,
                change.value,
                space,
                change.collection,
                change.key,
                change.expected,
                position,
                encode_links(change.links) if change.links else None,
            ),
        )
        if not replaced:
            return None
        return Row(change.collection, change.key, change.value, revision, position)

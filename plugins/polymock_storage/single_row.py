"""One row of a world's SQLite file, written by one statement.

A statement that stands alone is a transaction of its own: nothing is locked before it begins, and
SQLite is called once. What needs more than one is written by `row_writer`.
"""

from __future__ import annotations

from polymock.stores import FIRST_POSITION, Change, Row
from polymock_storage import blocks, sql
from polymock_storage.database import Database
from polymock_storage.revisions import Revisions
from polymock_storage.row_writer import encode_links

_NO_NUMBER = (None, None, None)


class SingleRowWriter:
    """Writes the most usual changes: a new row, and another value of one that was seen."""

    def __init__(self, database: Database, revisions: Revisions) -> None:
        self._database = database
        self._revisions = revisions

    def write(self, space: str, change: Change) -> Row | None:
        """The row as it stands now; None, and nothing is written, where it is no usual change or
        the row is not as expected. Raises Unavailable."""
        if change.erase or change.expires is not None or change.expected is None:
            return None
        if change.expected == 0:
            return self._add(space, change)
        if change.value is None or change.position is None or change.number is not None:
            return None
        return self._replace(space, change)

    def _add(self, space: str, change: Change) -> Row | None:
        revision = self._revisions.take()
        taken = change.number
        number = _NO_NUMBER if taken is None else (taken.space, taken.sequence, taken.number)
        found, _ = self._database.once(
            sql.ADD_ALONE,
            (
                change.key,
                revision,
                encode_links(change.links) if change.links else None,
                change.value,
                blocks.NARROW,
                blocks.NARROW * blocks.RATIO,
                *number,
                change.position,
                FIRST_POSITION,
                space,
                change.collection,
            ),
        )
        if not found:
            return None
        return Row(change.collection, change.key, change.value, revision, found[0][0])

    def _replace(self, space: str, change: Change) -> Row | None:
        revision, position = self._revisions.take(), change.position
        assert position is not None
        _, written = self._database.once(
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
        if not written:
            return None
        return Row(change.collection, change.key, change.value, revision, position)

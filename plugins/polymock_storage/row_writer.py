"""Rows of a world's SQLite file: written and erased, with their links and counts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from polymock.stores import FIRST_POSITION, Change, Conflict, Number, Row
from polymock_storage import sql
from polymock_storage.blocks import Tallies
from polymock_storage.database import Database
from polymock_storage.revisions import Revisions

encode_links = msgspec.json.Encoder(order="sorted").encode
decode_links = msgspec.json.Decoder(dict[str, str]).decode


class _Standing(msgspec.Struct, frozen=True, gc=False):
    """What stands in the file before a change: the row by its number, 0 where there is none."""

    collection: int
    id: int = 0
    revision: int = 0
    position: int = 0
    live: int = 0
    expires: float | None = None
    links: bytes | None = None

    def is_there(self, now: float) -> bool:
        """Whether there is a row whose time is not over."""
        return self.id != 0 and (self.expires is None or self.expires > now)


class RowWriter:
    """Writes rows by the statements of `sql`, inside a transaction that somebody else began."""

    def __init__(self, database: Database, revisions: Revisions) -> None:
        self._execute = database.execute
        self._revisions = revisions
        self._tallies = Tallies(database.execute)

    def write(self, space: str, changes: Sequence[Change], now: float) -> list[Row]:
        """Write a batch; each row as it stands now. Raises Conflict, Unavailable."""
        first = self._revisions.take(len(changes))
        try:
            rows = [
                self._change(space, change, revision, now)
                for revision, change in enumerate(changes, start=first)
            ]
            self._tallies.write()
        finally:
            self._tallies.forget()
        return rows

    def _change(self, space: str, change: Change, revision: int, now: float) -> Row:
        """Write one row, or erase it; as it stands now. Raises Conflict."""
        standing = self._standing(space, change)
        is_there = standing is not None and standing.is_there(now)
        if change.expected is not None:
            held = standing.revision if standing is not None and is_there else 0
            if change.expected != held:
                raise Conflict(change, self._row(space, change) if is_there else None)
        if change.number is not None and not self._take(change.number):
            raise Conflict(change, self._row(space, change) if is_there else None)
        if change.erase:
            return self._erase(standing, change, is_there=is_there)
        if standing is None:
            return self._add(self._add_collection(space, change.collection), change, revision)
        if not standing.id:
            return self._add(standing.collection, change, revision)
        return self._replace(standing, change, revision, is_there=is_there)

    def _take(self, number: Number) -> bool:
        """Take a number from its sequence, if it is the next one."""
        values = (number.space, number.sequence, number.number)
        return self._execute(sql.TAKE_NUMBER, values).rowcount == 1

    def expire(self, now: float) -> int:
        """Erase the rows whose time is over; how many they were. No count has them."""
        expired = self._execute(sql.EXPIRED, (now,)).fetchall()
        for number, collection, key, position, links in expired:
            self._unlink(collection, key, position, links)
            self._execute(sql.ERASE_ROW, (number,))
        return len(expired)

    def _standing(self, space: str, change: Change) -> _Standing | None:
        """What a change meets: None where not even the collection is there."""
        found = self._execute(sql.STANDING, (change.key, space, change.collection)).fetchall()
        if not found:
            return None
        fields = found[0]
        return _Standing(fields[0]) if fields[1] is None else _Standing(*fields)

    def _row(self, space: str, change: Change) -> Row:
        """The row of a change, which is there."""
        (fields,) = self._execute(sql.GET, (space, change.collection, change.key)).fetchall()
        return Row(change.collection, change.key, *fields)

    def _add_collection(self, space: str, name: str) -> int:
        return self._execute(sql.ADD_COLLECTION, (space, name)).lastrowid or 0

    def _add(self, collection: int, change: Change, revision: int) -> Row:
        key, value, position, expires = change.key, change.value, change.position, change.expires
        if position is None:
            position = self._behind(collection)
        links = encode_links(change.links) if change.links else None
        live = int(value is not None)
        fields = (collection, key, revision, position, live, expires, links, value)
        number = self._execute(sql.ADD_ROW, fields).lastrowid or 0
        if links is not None:
            self._link(_Standing(collection, number, revision, position, live, expires), change)
        if expires is None:
            self._tallies.add(collection, position, 1, live)
        return Row(change.collection, key, value, revision, position, expires)

    def _replace(
        self, standing: _Standing, change: Change, revision: int, *, is_there: bool
    ) -> Row:
        """Write a row over another one, whose time may be over."""
        value, expires = change.value, change.expires
        position = change.position
        if position is None:
            position = standing.position if is_there else self._behind(standing.collection)
        links = encode_links(change.links) if change.links else None
        live = int(value is not None)
        new = _Standing(standing.collection, standing.id, revision, position, live, expires, links)
        if _is_indexed_alike(standing, new):
            self._execute(sql.REPLACE_VALUE, (revision, value, standing.id))
        else:
            self._unlink(standing.collection, change.key, standing.position, standing.links)
            self._execute(
                sql.REPLACE_ROW, (revision, position, live, expires, links, value, standing.id)
            )
            self._link(new, change)
            self._tally(standing, new)
        return Row(change.collection, change.key, value, revision, position, expires)

    def _erase(self, standing: _Standing | None, change: Change, *, is_there: bool) -> Row:
        if standing is None or not standing.id:
            return _nothing(change)
        self._unlink(standing.collection, change.key, standing.position, standing.links)
        self._execute(sql.ERASE_ROW, (standing.id,))
        self._tally(standing, None)
        if not is_there:
            return _nothing(change)
        return Row(
            change.collection,
            change.key,
            None,
            standing.revision,
            standing.position,
            standing.expires,
        )

    def _behind(self, collection: int) -> int:
        """The position behind all rows of a collection."""
        ((position,),) = self._execute(sql.NEXT_POSITION, (FIRST_POSITION, collection)).fetchall()
        return int(position)

    def _link(self, row: _Standing, change: Change) -> None:
        for name, text in change.links.items():
            self._execute(
                sql.ADD_LINK,
                (
                    row.collection,
                    name,
                    text,
                    row.position,
                    change.key,
                    row.id,
                    row.live,
                    row.expires,
                ),
            )

    def _unlink(self, collection: int, key: str, position: int, links: bytes | None) -> None:
        if links is None:
            return
        for name, text in decode_links(links).items():
            self._execute(sql.ERASE_LINK, (collection, name, text, position, key))

    def _tally(self, before: _Standing, after: _Standing | None) -> None:
        """Keep the counts of a collection: rows that expire are not in them."""
        if before.expires is None:
            self._tallies.add(before.collection, before.position, -1, -before.live)
        if after is not None and after.expires is None:
            self._tallies.add(after.collection, after.position, 1, after.live)


def _is_indexed_alike(one: _Standing, other: _Standing) -> bool:
    """Whether only the value and the revision differ, which no index knows of."""
    return (
        one.position == other.position
        and one.live == other.live
        and one.expires == other.expires
        and one.links == other.links
    )


def _nothing(change: Change) -> Row:
    """What is given for an erased row that was not there."""
    return Row(change.collection, change.key, None, 0, 0)

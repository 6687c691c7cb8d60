"""The store `memory`: a world that one process has for itself, and that ends with it.

world: {store: memory}
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import inf
from time import time

from polymock.interfaces import NoSettings, Plugin
from polymock.stores import Change, Conflict, Number, Row, StorePlace
from polymock_storage.collection import Collection


class MemoryStorage:
    """Opens an empty store each time."""

    shared = False

    def __init__(self, settings: NoSettings) -> None:
        self._settings = settings

    def open(self, place: StorePlace) -> MemoryStore:
        """An empty store; it needs no place."""
        return MemoryStore()


class _Space:
    """The collections and the sequences of one space."""

    def __init__(self) -> None:
        self.collections: dict[str, Collection] = {}
        self.sequences: dict[str, int] = {}

    def copy(self) -> _Space:
        other = _Space()
        other.collections = {name: rows.copy() for name, rows in self.collections.items()}
        other.sequences = dict(self.sequences)
        return other


class MemoryStore:
    """A `polymock.stores.Store` of dicts and sorted lists.

    Rows whose time is over are taken away before anything is read or written, so that nothing else
    has to look at the clock. Rows that expire are taken to be few.
    """

    def __init__(self) -> None:
        self._spaces: dict[str, _Space] = {}
        self._expiring: dict[tuple[str, str, str], float] = {}
        self._soonest = inf
        self._expired = 0
        self._revision = 0
        self._writes = 0

    def version(self) -> Hashable:
        """How often something was written."""
        return self._writes

    def get(self, space: str, collection: str, key: str) -> Row | None:
        """The row of a key."""
        rows = self._rows(space, collection)
        return rows.rows.get(key) if rows is not None else None

    def many(self, space: str, collection: str, keys: Sequence[str]) -> dict[str, Row]:
        """The rows of those keys that have one."""
        rows = self._rows(space, collection)
        if rows is None:
            return {}
        return {key: rows.rows[key] for key in keys if key in rows.rows}

    def scan(
        self,
        space: str,
        collection: str,
        *,
        after: int = -1,
        skip: int = 0,
        limit: int = 100,
        live: bool = False,
        link: tuple[str, str] | None = None,
    ) -> list[Row]:
        """Rows in the order of their positions."""
        rows = self._rows(space, collection)
        return [] if rows is None else rows.page(after, skip, limit, live=live, link=link)

    def count(self, space: str, collection: str) -> int:
        """How many rows of a collection are no tombstones."""
        rows = self._rows(space, collection)
        return 0 if rows is None else len(rows.order.live)

    def collections(self, space: str) -> list[str]:
        """The names of the collections that have rows, sorted."""
        self._expire()
        found = self._spaces.get(space)
        return [] if found is None else sorted(found.collections)

    def spaces(self, prefix: str = "") -> list[str]:
        """The names of the spaces that begin so and have rows, sorted."""
        self._expire()
        return sorted(
            name
            for name, space in self._spaces.items()
            if space.collections and name.startswith(prefix)
        )

    def apply(self, space: str, changes: Sequence[Change]) -> list[Row]:
        """Write a batch, all of it or nothing. Raises Conflict."""
        self._expire()
        for change in changes:
            if change.expected is not None:
                row = self.get(space, change.collection, change.key)
                if change.expected != (row.revision if row is not None else 0):
                    raise Conflict(change, row)
            if change.number is not None and not self._is_next(change.number):
                raise Conflict(change, self.get(space, change.collection, change.key))
        if changes:
            self._writes += 1
        for change in changes:
            if change.number is not None:
                number = change.number
                self._space(number.space).sequences[number.sequence] = number.number
        return [
            self._erase(space, change) if change.erase else self._write(space, change)
            for change in changes
        ]

    def together(self) -> AbstractContextManager[None]:
        """Nobody else writes here anyway, and each batch is checked before it is written."""
        return nullcontext()

    def take(self, space: str, name: str, least: int = 1) -> int:
        """The next number of a sequence."""
        sequences = self._space(space).sequences
        last = sequences.get(name)
        sequences[name] = number = least if last is None else max(last + 1, least)
        self._writes += 1
        return number

    def copy(self, source: str, target: str) -> None:
        """Make a space the same as another."""
        if source == target:
            return
        self.drop(target)
        found = self._spaces.get(source)
        if found is None:
            return
        self._spaces[target] = found.copy()
        for (space, collection, key), expires in list(self._expiring.items()):
            if space == source:
                self._expiring[target, collection, key] = expires

    def drop(self, space: str) -> None:
        """Take a space away, with all that is in it."""
        self._expire()
        self._spaces.pop(space, None)
        self._expiring = {at: when for at, when in self._expiring.items() if at[0] != space}
        self._writes += 1

    def sweep(self) -> int:
        """How many rows have been taken away since the last time, as their time was over."""
        self._expire()
        expired, self._expired = self._expired, 0
        return expired

    def close(self) -> None:
        """Forget everything."""
        self._spaces.clear()
        self._expiring.clear()

    def _is_next(self, number: Number) -> bool:
        last = self._space(number.space).sequences.get(number.sequence)
        return last is not None and number.number == last + 1

    def _space(self, name: str) -> _Space:
        found = self._spaces.get(name)
        if found is None:
            found = self._spaces[name] = _Space()
        return found

    def _rows(self, space: str, collection: str) -> Collection | None:
        if self._soonest <= time():
            self._expire()
        found = self._spaces.get(space)
        return found.collections.get(collection) if found is not None else None

    def _write(self, space: str, change: Change) -> Row:
        collections = self._space(space).collections
        rows = collections.get(change.collection)
        if rows is None:
            rows = collections[change.collection] = Collection()
        key, position, expires = change.key, change.position, change.expires
        old = rows.rows.get(key)
        if position is None:
            position = rows.next_position if old is None else old.position
        self._revision += 1
        row = Row(change.collection, key, change.value, self._revision, position, expires)
        rows.write(row, change.links)
        if expires is not None:
            self._expiring[space, change.collection, key] = expires
            self._soonest = min(self._soonest, expires)
        elif old is not None and old.expires is not None:
            del self._expiring[space, change.collection, key]
        return row

    def _erase(self, space: str, change: Change) -> Row:
        row = self.get(space, change.collection, change.key)
        if row is None:
            return Row(change.collection, change.key, None, 0, 0)
        self._forget(space, change.collection, change.key)
        self._expiring.pop((space, change.collection, change.key), None)
        return Row(row.collection, row.key, None, row.revision, row.position, row.expires)

    def _forget(self, space: str, collection: str, key: str) -> None:
        """Take a row away, and its collection where it was the last one."""
        collections = self._spaces[space].collections
        rows = collections[collection]
        rows.erase(key)
        if not rows.rows:
            del collections[collection]

    def _expire(self) -> None:
        """Take away the rows whose time is over."""
        now = time()
        if self._soonest > now:
            return
        over = [at for at, expires in self._expiring.items() if expires <= now]
        for at in over:
            self._forget(*at)
            del self._expiring[at]
        self._expired += len(over)
        self._soonest = min(self._expiring.values(), default=inf)


plugin = Plugin(config=NoSettings, build=MemoryStorage)

"""The rows of a world: those of a session laid over those of the base, as one reads them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from polymock.errors import Unavailable
from polymock.stores import FIRST_POSITION, Row, Store

BASE = "base"
"""The space of what everybody sees who has no session."""
MAX_HINTS = 10_000
CHUNK = 200
"""Rows that are fetched at a time where many have to be looked at."""

Known = TypeVar("Known")


class Stored(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An entity as a row holds it: its document, and whether it was created rather than changed."""

    value: dict[str, Any]
    born: bool = False


_encode = msgspec.json.Encoder().encode
decode_value = msgspec.json.Decoder(Stored).decode
"""What the bytes of a row's value say."""


def encode(stored: Stored) -> bytes:
    """The bytes of a row's value."""
    return _encode(stored)


def decode(row: Row) -> Stored:
    """What a live row holds. Raises Unavailable where it is none of ours."""
    assert row.value is not None
    try:
        return decode_value(row.value)
    except msgspec.DecodeError as error:
        raise Unavailable(
            f"The world's store holds what cannot be read as {row.collection}/{row.key[:200]} "
            f"({error}). Reset the world, or begin with a new store."
        ) from error


class Memory:
    """What was worked out of a store, as long as nothing is written to it.

    `entities` are those that nobody wrote, which no write changes.
    """

    def __init__(self, store: Store, most: int = 4096) -> None:
        self._store = store
        self._most = most
        self._version: Hashable = None
        self._known: dict[Hashable, Any] = {}
        self.entities: dict[tuple[str, str], Any] = {}
        self.written: set[tuple[str, str]] = set()
        """Collections of spaces that had rows once."""
        self.numbers: dict[str, int] = {}
        """The last number of a sequence of the base, as far as this process knows."""

    def keep(self, collection: str, key: str, entity: Any) -> None:
        """Keep an entity that nobody wrote."""
        if len(self.entities) >= self._most:
            self.entities.clear()
        self.entities[collection, key] = entity

    def recall(self, key: Hashable, make: Callable[[], Known]) -> Known:
        """What `make` gives, or gave before."""
        version = self._store.version()
        if version != self._version or len(self._known) >= self._most:
            self._version = version
            self._known.clear()
        if key not in self._known:
            self._known[key] = make()
        found: Known = self._known[key]
        return found


class Rows:
    """Reads and numbers the rows of one world. `space` is BASE, or a session's."""

    def __init__(self, store: Store, space: str, memory: Memory) -> None:
        self.store = store
        self.space = space
        self._memory = memory

    def is_written(self, collection: str) -> bool:
        """Whether anything of a collection was ever written, or deleted."""
        spaces = (self.space,) if self.space == BASE else (self.space, BASE)
        return any(collection in self._collections(space) for space in spaces)

    def may_hold(self, collection: str) -> bool:
        """Whether it is worth asking for rows of a collection: after the first of them it is, and
        costs nothing to tell."""
        known = self._memory.written
        if (self.space, collection) in known:
            return True
        if not self.is_written(collection):
            return False
        if len(known) >= MAX_HINTS:
            known.clear()
        known.add((self.space, collection))
        return True

    def get(self, collection: str, key: str) -> Row | None:
        """The row of a key."""
        if self.space != BASE:
            row = self.store.get(self.space, collection, key)
            if row is not None:
                return row
        return self.store.get(BASE, collection, key)

    def many(self, collection: str, keys: Sequence[str]) -> Mapping[str, Row]:
        """The rows of those keys that have one."""
        if self.space == BASE or not self._is_own(collection):
            return self.store.many(BASE, collection, keys)
        return {
            **self.store.many(BASE, collection, keys),
            **self.store.many(self.space, collection, keys),
        }

    def walk(
        self,
        collection: str,
        *,
        after: int = -1,
        skip: int = 0,
        link: tuple[str, str] | None = None,
        first: int = CHUNK,
    ) -> Iterator[Row]:
        """The live rows in order, fetched as they are asked for, the `first` ones at once."""
        if self.space == BASE or not self._is_own(collection):
            yield from self._fetch(BASE, collection, after, skip, link, first=first)
            return
        own = self._fetch(self.space, collection, after, 0, link)
        below = self._fetch(BASE, collection, after, 0, link, hidden_by=self.space)
        for row in _merged(own, below):
            if skip:
                skip -= 1
            else:
                yield row

    def count(self, collection: str) -> int:
        """How many live rows there are."""
        total = self.store.count(BASE, collection)
        if self.space == BASE or not self._is_own(collection):
            return total
        key = ("count", self.space, collection)
        return self._memory.recall(key, lambda: total + self._difference(collection))

    def own(self, collection: str, key: str) -> Row | None:
        """The row of a key in this very space."""
        return self.store.get(self.space, collection, key)

    def _difference(self, collection: str) -> int:
        """How many more live rows a session sees than the base holds."""
        difference, after, skip = 0, -1, 0
        while rows := self.store.scan(self.space, collection, after=after, skip=skip, limit=CHUNK):
            below = self.store.many(BASE, collection, [row.key for row in rows])
            for row in rows:
                under = below.get(row.key)
                difference += row.value is not None
                difference -= under is not None and under.value is not None
            skip += len(rows)
        return difference

    def _fetch(
        self,
        space: str,
        collection: str,
        after: int,
        skip: int,
        link: tuple[str, str] | None,
        hidden_by: str = "",
        first: int = CHUNK,
    ) -> Iterator[Row]:
        size = max(1, first)
        while rows := self.store.scan(
            space, collection, after=after, skip=skip, limit=size, live=True, link=link
        ):
            size = CHUNK
            hidden = (
                self.store.many(hidden_by, collection, [row.key for row in rows])
                if hidden_by
                else {}
            )
            for row in rows:
                if row.key not in hidden:
                    yield row
            skip += len(rows)

    def _is_own(self, collection: str) -> bool:
        return collection in self._collections(self.space)

    def _collections(self, space: str) -> frozenset[str]:
        key = ("collections", space)
        return self._memory.recall(key, lambda: frozenset(self.store.collections(space)))


def _merged(a: Iterator[Row], b: Iterator[Row]) -> Iterator[Row]:
    """Two runs of rows as one, by position and key."""
    x, y = next(a, None), next(b, None)
    while x is not None or y is not None:
        if y is None or (x is not None and (x.position, x.key) <= (y.position, y.key)):
            assert x is not None
            yield x
            x = next(a, None)
        else:
            yield y
            y = next(b, None)


MAX_NUMBERED = FIRST_POSITION // 10
"""Entities that nobody wrote stand at their number, as long as it is below."""

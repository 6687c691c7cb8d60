"""The shapes of storage plugins: where the world keeps its rows, and what holds for all of them.

The entry point of a `polymock.storage` plugin builds a `Storage`, which opens a `Store`. A store is
a small ordered key-value store with atomic batches: it knows nothing of entities, sessions or
protocols. `polymock.testing.stores` is the conformance kit for who writes one.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import msgspec


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row as it stands in a store.

    `value` is None where the row says that there is nothing (a tombstone). `revision` is 1 or more
    and another one after each write of the row. `position` is where it stands in its collection.
    `expires` is when it ceases to be there, in seconds since 1970.
    """

    collection: str
    key: str
    value: bytes | None
    revision: int
    position: int
    expires: float | None = None


class Number(msgspec.Struct, frozen=True, gc=False):
    """A number of a sequence that a row is written with; it must be one more than the last."""

    space: str
    sequence: str
    number: int


class Change(msgspec.Struct, frozen=True, gc=False):
    """One row to write, as part of a batch.

    `value` None writes a tombstone; with `erase` the row is taken away instead, and whatever it
    hid is seen again. `expected` is the revision that the row must have: 0 where there must be
    none (a tombstone is one), None where it does not matter. `position` None keeps the row where
    it stands, and puts a new one behind all others of its collection, at `FIRST_POSITION` or
    later. `links` are the texts that `Store.scan` finds the row by, by their names; they replace
    those that it had. `number` is taken from its sequence by the same batch; where it is not the
    next one, that is a conflict as well.
    """

    collection: str
    key: str
    value: bytes | None = None
    expected: int | None = None
    position: int | None = None
    links: Mapping[str, str] = {}
    expires: float | None = None
    erase: bool = False
    number: Number | None = None


FIRST_POSITION = 1_000_000
"""Positions below are for those who name them: a new row of whose position nothing is said stands
here or behind."""


class Conflict(Exception):
    """A row of a batch has another revision than was expected, or its number is not the next one;
    nothing of the batch is written.

    `row` is the row as it is now, None where there is none.
    """

    def __init__(self, change: Change, row: Row | None) -> None:
        super().__init__(f"{change.collection}/{change.key} was written by somebody else")
        self.change = change
        self.row = row


class Store(Protocol):
    """Rows by space, collection and key. Used from one thread; other processes may share it.

    A space is a world of rows of its own, and is there as soon as something is written to it.
    Spaces, collections and keys are any text without NUL, of up to 1,000 characters. A row whose
    time is over is as if it were not there. Whatever cannot be done because of the medium (a full
    disk, a lost connection) raises `polymock.errors.Unavailable`, and then nothing was written.
    """

    def version(self) -> Hashable:
        """Another value than before, after anything was written by any process. Cheap."""
        ...

    def get(self, space: str, collection: str, key: str) -> Row | None:
        """The row of a key."""
        ...

    def many(self, space: str, collection: str, keys: Sequence[str]) -> dict[str, Row]:
        """The rows of those keys that have one."""
        ...

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
        """Rows in the order of their positions (of their keys, where these are equal).

        Those behind the position `after`, without the first `skip` of them, at most `limit`.
        `live` leaves out tombstones; `link` (name, text) leaves only rows that were written with
        this link.
        """
        ...

    def count(self, space: str, collection: str) -> int:
        """How many rows of a collection are no tombstones. Does not take longer for more rows."""
        ...

    def collections(self, space: str) -> list[str]:
        """The names of the collections that have rows, tombstones too, sorted."""
        ...

    def apply(self, space: str, changes: Sequence[Change]) -> list[Row]:
        """Write a batch, all of it or nothing; each row as it stands now, in the same order.

        An erased row is given as it was, with the value None. A key occurs once in a batch. Raises
        Conflict. A batch that was acknowledged survives kill -9 of the process, where the store
        survives processes at all.
        """
        ...

    def together(self) -> AbstractContextManager[None]:
        """`with store.together():` lets nobody else write between what is read and written in it.

        It begins with what all others have written so far, and one batch may be written in it, at
        its end. Raises Unavailable.
        """
        ...

    def take(self, space: str, name: str, least: int = 1) -> int:
        """The next number of a sequence: `least`, or one more than the last; never the same twice.

        The sequences of a space are copied and dropped with it.
        """
        ...

    def spaces(self, prefix: str = "") -> list[str]:
        """The names of the spaces that begin so and have rows, sorted."""
        ...

    def copy(self, source: str, target: str) -> None:
        """Make a space the same as another, revisions and positions too; what it held is gone."""
        ...

    def drop(self, space: str) -> None:
        """Take a space away, with all that is in it."""
        ...

    def sweep(self) -> int:
        """Take away the rows whose time is over; how many they were."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class StorePlace(msgspec.Struct, frozen=True):
    """Where a store may keep files: relative paths start in `folder`, the config's.

    `scratch` is a folder that all workers share and that goes with the server. `alone`: there is
    one worker, so that no other process opens what is in it.
    """

    folder: Path
    scratch: Path
    alone: bool = False


class Storage(Protocol):
    """What a plugin of `polymock.storage` builds."""

    @property
    def shared(self) -> bool:
        """Whether the stores that several processes open hold the same rows."""
        ...

    def open(self, place: StorePlace) -> Store:
        """Open the store, and make it where it is not there yet. Raises StoreError."""
        ...

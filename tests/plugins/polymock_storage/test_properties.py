"""Both stores do, step by step, what a plain dict does."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from time import time
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from polymock import plugins
from polymock.stores import FIRST_POSITION, Change, Conflict, Row, Storage, StorePlace
from polymock_storage import blocks

SPACES = st.sampled_from(["base", "base/ann", "Base"])
COLLECTIONS = st.sampled_from(["pets", "owners"])
NAMES = ["1", "2", "10", "é", "%", "a"]
KEYS = st.sampled_from(NAMES)
VALUES = st.none() | st.binary(max_size=4)
POSITIONS = st.none() | st.integers(0, 5) | st.integers(0, 40) | st.just(FIRST_POSITION + 3)
LINKS = st.dictionaries(st.sampled_from(["owner", "kind"]), st.sampled_from(["a", "b"]), max_size=2)
EXPIRES = st.sampled_from([*[None] * 12, 1.0, 4e9])
EXPECTED = st.sampled_from([None, None, None, "none", "right", "old"])


def make_small(patch: pytest.MonkeyPatch) -> None:
    """Blocks of 2 and of 6 positions, used from the first row that is skipped."""
    patch.setattr(blocks, "NARROW", 2)
    patch.setattr(blocks, "RATIO", 3)
    patch.setattr(blocks, "FAR", 1)


Place = tuple[str, str]
Held = tuple[Row, dict[str, str]]
"""A row, and the links that it was written with."""


@st.composite
def batches(draw: st.DrawFn) -> list[tuple[Change, str | None]]:
    """Changes of several keys, each with what its `expected` shall be."""
    places = draw(st.lists(st.tuples(COLLECTIONS, KEYS), min_size=1, max_size=10, unique=True))
    return [
        (
            Change(
                collection,
                key,
                draw(VALUES),
                position=draw(POSITIONS),
                links=draw(LINKS),
                expires=draw(EXPIRES),
                erase=draw(st.integers(0, 4)) == 0,
            ),
            draw(EXPECTED),
        )
        for collection, key in places
    ]


class StoreMachine(RuleBasedStateMachine):
    """A store, and what should be in it: the rows of each space whose time is not over."""

    storage: str

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        built: Storage = plugins.build("polymock.storage", self.storage, {})
        self.store = built.open(StorePlace(self.folder, self.folder))
        self.spaces: dict[str, dict[Place, Held]] = {}
        self.sequences: dict[tuple[str, str], int] = {}
        self.over = 0
        self.revisions: dict[Place, set[int]] = {}

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def nothing(self) -> None:
        assert self.store.spaces() == []

    @rule(space=SPACES, batch=batches())
    def apply(self, space: str, batch: list[tuple[Change, str | None]]) -> None:
        held = dict(self.spaces.get(space, {}))
        changes = [self.expecting(change, held, kind) for change, kind in batch]
        for change in changes:
            found = held.get((change.collection, change.key))
            if change.expected not in (None, found[0].revision if found else 0):
                with pytest.raises(Conflict) as raised:
                    self.store.apply(space, changes)
                assert raised.value.change == change
                assert raised.value.row == (found[0] if found else None)
                return
        version = self.store.version()
        rows = self.store.apply(space, changes)
        assert self.store.version() != version
        assert len(rows) == len(changes)
        for change, row in zip(changes, rows, strict=True):
            self.written(held, change, row)
        self.spaces[space] = held

    def expecting(self, change: Change, held: dict[Place, Held], kind: str | None) -> Change:
        place = (change.collection, change.key)
        old = self.revisions.get(place, {999})
        revision = held[place][0].revision if place in held else 0
        expected = {None: None, "none": 0, "right": revision, "old": max(old)}[kind]
        return Change(
            change.collection,
            change.key,
            change.value,
            expected,
            change.position,
            change.links,
            change.expires,
            change.erase,
        )

    def written(self, held: dict[Place, Held], change: Change, row: Row) -> None:
        """Check a row that was given back, and hold it."""
        place = (change.collection, change.key)
        old = held[place][0] if place in held else None
        assert (row.collection, row.key) == place
        if change.erase:
            assert row.value is None
            if old is not None:
                assert (row.revision, row.position) == (old.revision, old.position)
                del held[place]
            return
        assert (row.value, row.expires) == (change.value, change.expires)
        seen = self.revisions.setdefault(place, set())
        assert row.revision >= 1
        assert row.revision not in seen
        seen.add(row.revision)
        if change.position is not None:
            assert row.position == change.position
        elif old is not None:
            assert row.position == old.position
        else:
            others = [at.position for (name, _), (at, _) in held.items() if name == row.collection]
            assert row.position >= max([FIRST_POSITION, *(other + 1 for other in others)])
        held.pop(place, None)
        if row.expires is None or row.expires > time():
            held[place] = (row, dict(change.links))

    @rule(space=SPACES, name=COLLECTIONS, least=st.integers(1, 4))
    def take(self, space: str, name: str, least: int) -> None:
        last = self.sequences.get((space, name), 0)
        number = self.store.take(space, name, least)
        assert number == max(least, last + 1)
        self.sequences[space, name] = number

    @rule(source=SPACES, to=SPACES)
    def copy(self, source: str, to: str) -> None:
        self.store.copy(source, to)
        self.spaces[to] = dict(self.spaces.get(source, {}))
        copied = {name: last for (space, name), last in self.sequences.items() if space == source}
        self.forget_sequences(to)
        self.sequences |= {(to, name): last for name, last in copied.items()}

    @rule(space=SPACES)
    def drop(self, space: str) -> None:
        self.store.drop(space)
        self.spaces.pop(space, None)
        self.forget_sequences(space)

    def forget_sequences(self, of: str) -> None:
        self.sequences = {at: last for at, last in self.sequences.items() if at[0] != of}

    @rule()
    def sweep(self) -> None:
        self.store.sweep()
        assert self.store.sweep() == 0

    @rule(
        space=SPACES,
        collection=COLLECTIONS,
        after=st.integers(-1, 6)
        | st.integers(-1, 40)
        | st.integers(FIRST_POSITION - 1, FIRST_POSITION + 5),
        skip=st.integers(0, 6),
        limit=st.integers(0, 5),
        live=st.booleans(),
        link=st.none() | st.tuples(st.sampled_from(["owner", "kind"]), st.sampled_from(["a", "b"])),
    )
    def scan(self, space: str, collection: str, **window: Any) -> None:
        after, skip, limit = window["after"], window["skip"], window["limit"]
        link = window["link"]
        rows = [
            row
            for row, links in self.ordered(space, collection)
            if row.position > after
            and (row.value is not None or not window["live"])
            and (link is None or links.get(link[0]) == link[1])
        ]
        found = self.store.scan(space, collection, **window)
        assert found == rows[skip : skip + limit]

    def ordered(self, space: str, collection: str) -> list[Held]:
        held = [one for at, one in self.spaces.get(space, {}).items() if at[0] == collection]
        return sorted(held, key=lambda one: (one[0].position, one[0].key))

    @invariant()
    def all_is_there(self) -> None:
        assert self.store.spaces() == sorted(name for name, held in self.spaces.items() if held)
        for space, held in self.spaces.items():
            assert self.store.collections(space) == sorted({name for name, _ in held})
            for collection in ("pets", "owners"):
                rows = [row for row, _ in self.ordered(space, collection)]
                assert self.store.scan(space, collection) == rows
                assert self.store.scan(space, collection, skip=2) == rows[2:]
                live = [row for row in rows if row.value is not None and row.position > 2]
                found_live = self.store.scan(space, collection, after=2, skip=1, live=True)
                assert found_live == live[1:]
                assert self.store.count(space, collection) == sum(
                    row.value is not None for row in rows
                )
                found = self.store.many(space, collection, [*NAMES, "no"])
                assert found == {row.key: row for row in rows}
                assert [self.store.get(space, collection, row.key) for row in rows] == rows


class MemoryMachine(StoreMachine):
    storage = "memory"


class SqliteMachine(StoreMachine):
    storage = "sqlite"


class SmallBlocksMachine(StoreMachine):
    """Blocks are so small that most pages are found by their counts."""

    storage = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        make_small(self.patch)

    def teardown(self) -> None:
        self.patch.undo()
        super().teardown()


THOROUGHLY = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestMemory = MemoryMachine.TestCase
TestMemory.settings = THOROUGHLY
TestSqlite = SqliteMachine.TestCase
TestSqlite.settings = THOROUGHLY
TestSmallBlocks = SmallBlocksMachine.TestCase
TestSmallBlocks.settings = THOROUGHLY

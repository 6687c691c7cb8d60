"""A page far behind is the same as one counted row by row, and is found without a long way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polymock import plugins
from polymock.errors import Unavailable
from polymock.stores import FIRST_POSITION, Change, Row, Storage, Store, StorePlace
from polymock_storage import blocks, sql
from polymock_storage.sqlite import SqliteStore

NARROW, RATIO = blocks.NARROW, blocks.RATIO
WIDE = NARROW * RATIO


def opened(folder: Path, storage: str = "sqlite") -> Store:
    built: Storage = plugins.build("polymock.storage", storage, {})
    return built.open(StorePlace(folder, folder))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = opened(tmp_path)
    assert isinstance(store, SqliteStore)
    yield store
    store.close()


KEPT = """
SELECT collection, level, number, rows, live FROM blocks ORDER BY collection, level, number"""
COUNTED = """
SELECT collection, 0, 0, count(*), sum(live) FROM rows WHERE expires IS NULL GROUP BY 1
UNION ALL
SELECT collection, 1, position / ?1 / ?2 AS number, count(*), sum(live) FROM rows
WHERE expires IS NULL GROUP BY 1, 3
UNION ALL
SELECT collection, 2, position / ?1 AS number, count(*), sum(live) FROM rows
WHERE expires IS NULL GROUP BY 1, 3
ORDER BY 1, 2, 3"""


def assert_counted(store: SqliteStore) -> None:
    """The counts are those of the rows, and no block is empty."""
    counted = store.database.read(COUNTED, (blocks.NARROW, blocks.RATIO))
    assert store.database.read(KEPT) == counted


POSITIONS = st.integers(0, 3) | st.integers(0, 40) | st.integers(0, 2**62)
AFTERS = (-1, 0, 1, 2, 3, 5, 6, 11, 12, 13, 40, FIRST_POSITION, 2**61)


TIMES: list[list[float | None]] = [[None], [None], [None, 1.0], [None, None, None, 4e9]]


@st.composite
def histories(draw: st.DrawFn) -> list[list[Change]]:
    """Batches over few keys; in most histories no row expires."""
    times: list[float | None] = draw(st.sampled_from(TIMES))
    change = st.builds(
        Change,
        st.just("pets"),
        st.integers(0, 30).map(str),
        st.sampled_from([b"", b"", b"x", None]),
        position=st.none() | POSITIONS,
        expires=st.sampled_from(times),
        erase=st.integers(0, 5).map(lambda number: number == 0),
    )
    batch = st.lists(change, min_size=1, max_size=20, unique_by=lambda change: change.key)
    return draw(st.lists(batch, min_size=1, max_size=8))


def pages(store: Store, space: str) -> list[list[tuple[str, int]]]:
    return [
        [
            (row.key, row.position)
            for row in store.scan(space, "pets", after=after, skip=skip, limit=3, live=live)
        ]
        for live in (False, True)
        for after in AFTERS
        for skip in (*range(0, 34, 3), 1000)
    ]


def at(change: Change, row: Row) -> Change:
    """The change at the position that the row was given, which may leave more or less room."""
    return change if change.erase else msgspec.structs.replace(change, position=row.position)


@settings(max_examples=60, deadline=None)
@given(histories())
@example([[Change("pets", str(number), b"", position=7) for number in range(30)]])
def test_pages_are_those_of_the_store_in_memory(history: list[list[Change]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "NARROW", 4)
        patch.setattr(blocks, "RATIO", 3)
        patch.setattr(blocks, "FAR", 1)
        store, model = opened(Path(folder)), opened(Path(folder), "memory")
        assert isinstance(store, SqliteStore)
        for batch in history:
            rows = store.apply("base", batch)
            model.apply("base", [at(change, row) for change, row in zip(batch, rows, strict=True)])
            assert_counted(store)
        assert pages(store, "base") == pages(model, "base")
        store.copy("base", "copy")
        assert_counted(store)
        store.drop("base")
        assert_counted(store)
        assert pages(store, "copy") == pages(model, "base")
        store.sweep()
        assert_counted(store)
        assert pages(store, "copy") == pages(model, "base")
        store.close()


def load(store: Store, positions: Sequence[int]) -> None:
    store.apply("base", [Change("pets", str(at), b"", position=at) for at in positions])


@pytest.mark.parametrize(
    "after", [-1, 0, NARROW - 1, NARROW, NARROW + 7, WIDE - 2, WIDE - 1, WIDE + 3]
)
def test_what_is_left_to_skip_is_within_one_block(store: SqliteStore, after: int) -> None:
    load(store, range(WIDE + 1000))
    for skip in (blocks.FAR, 5000, WIDE - 1, WIDE, WIDE + 999 - after - 1):
        start = blocks.nearer(store.database.read, 1, after, skip, live=True)
        if after + 1 + skip >= WIDE + 1000:
            assert start is None
            continue
        assert start is not None
        assert start[1] < NARROW
        assert sum(start) == after + skip
        (row,) = store.scan("base", "pets", after=after, skip=skip, limit=1, live=True)
        assert row.position == after + 1 + skip


def test_positions_far_apart_and_tombstones(store: SqliteStore) -> None:
    positions = [number * 5 * NARROW for number in range(2000)]
    load(store, positions)
    store.apply("base", [Change("pets", str(at), None) for at in positions[::2]])
    for skip in (600, 998):
        rows = store.scan("base", "pets", skip=skip, limit=3, live=True)
        assert [row.position for row in rows] == positions[1::2][skip : skip + 3]
        rows = store.scan("base", "pets", skip=skip, limit=3)
        assert [row.position for row in rows] == positions[skip : skip + 3]


def test_a_row_that_expires_is_skipped_like_any_other(store: SqliteStore) -> None:
    load(store, range(2000))
    store.apply("base", [Change("pets", "500", b"", expires=4e9), Change("pets", "600", b"")])
    assert [row.position for row in store.scan("base", "pets", skip=1500, limit=1)] == [1500]
    store.apply("base", [Change("pets", "500", b"", expires=1.0)])
    assert [row.position for row in store.scan("base", "pets", skip=1500, limit=1)] == [1501]
    assert store.scan("base", "pets", after=2, skip=1996) == []


def test_a_far_page_is_of_one_moment(
    tmp_path: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(store, range(2000))
    other = opened(tmp_path)
    read = store.database.read

    def read_and_be_overtaken(statement: str, values: Sequence[Any] = ()) -> list[Any]:
        found = read(statement, values)
        if statement == sql.COLLECTION:
            other.apply("base", [Change("pets", str(at), erase=True) for at in range(1000)])
        return found

    monkeypatch.setattr(store, "_read", read_and_be_overtaken)
    assert [row.position for row in store.scan("base", "pets", skip=1500, limit=1)] == [1500]
    assert store.scan("base", "pets", skip=1500, limit=1) == []
    other.close()


def test_a_far_page_leaves_nothing_open(store: SqliteStore) -> None:
    load(store, range(2000))
    for collection in ("pets", "owners"):
        store.scan("base", collection, skip=1500)
        assert not store.database.connection.in_transaction
    store.database.execute("DROP TABLE blocks")
    with pytest.raises(Unavailable, match="blocks"):
        store.scan("base", "pets", skip=1500)
    assert not store.database.connection.in_transaction


def test_a_batch_that_is_not_written_is_not_counted(store: SqliteStore) -> None:
    wrong = Change("pets", "2", b"", position=2**70)
    with pytest.raises(OverflowError):
        store.apply("base", [Change("pets", "1", b""), wrong])
    load(store, [1])
    assert store.count("base", "pets") == 1
    assert_counted(store)

"""Rows that are written by one statement: as safe as batches, and no number comes twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from plugins.polymock_storage.conftest import opened
from polymock.errors import Unavailable
from polymock.stores import FIRST_POSITION, Change, Conflict
from polymock_storage import revisions
from polymock_storage.sqlite import SqliteStore

WRITER = """
import sys, pathlib
from polymock import plugins
from polymock.stores import Change, Number, StorePlace
folder = pathlib.Path(sys.argv[1])
storage = plugins.build("polymock.storage", "sqlite", {"path": sys.argv[2]})
store = storage.open(StorePlace(folder, folder / "scratch", alone=True))
number = store.take("base", "keys")
(row,) = store.apply("base", [Change("pets", str(number), b"0", 0)])
counter = store.apply("base", [Change("counters", "all", b"1", 0)])[0]
while True:
    number += 1
    taken = Number("base", "keys", number)
    store.apply("base", [Change("pets", str(number), b"0", 0, number=taken)])
    value = str(number).encode()
    change = Change("counters", "all", value, counter.revision, counter.position)
    (counter,) = store.apply("base", [change])
    print(number, flush=True)
"""


@pytest.mark.parametrize("path", ["world.db", ""])
@pytest.mark.parametrize("count", [1, 400])
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, count: int, path: str) -> None:
    (tmp_path / "scratch").mkdir()
    command = [sys.executable, "-c", WRITER, str(tmp_path), path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(count)]
        process.kill()
        acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
    store = opened(tmp_path, path, alone=True)
    last = acknowledged[-1]
    rows = store.scan("base", "pets", limit=10 * last)
    assert [row.key for row in rows][:last] == [str(number) for number in range(1, last + 1)]
    assert store.count("base", "pets") == len(rows)
    assert store.take("base", "keys") == len(rows) + 1
    counter = store.get("base", "counters", "all")
    assert counter is not None
    assert int(counter.value or 0) >= last
    store.close()


def test_a_new_row_stands_behind_what_others_added(tmp_path: Path, store: SqliteStore) -> None:
    other = opened(tmp_path)
    positions = []
    for turn in range(9):
        writer = other if turn % 3 == 1 else store
        (row,) = writer.apply("base", [Change("pets", f"{turn}", b"", 0)])
        positions.append(row.position)
    assert positions == [FIRST_POSITION + turn for turn in range(9)]
    other.drop("base")
    (row,) = store.apply("base", [Change("pets", "1", b"", 0)])
    assert row.position == FIRST_POSITION
    other.close()


def test_revisions_of_two_connections_are_different(
    tmp_path: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "RESERVE", 3)
    other = opened(tmp_path)
    seen = []
    for turn in range(20):
        writer = other if turn % 3 else store
        (row,) = writer.apply("base", [Change("pets", f"{turn}", b"", 0)])
        seen.append(row.revision)
    assert len(set(seen)) == 20
    other.close()


def test_revisions_of_what_was_undone_are_taken_anew(tmp_path: Path, store: SqliteStore) -> None:
    class BrokenOffError(Exception):
        pass

    with pytest.raises(BrokenOffError), store.together():
        store.apply("base", [Change("pets", "1", b"", 0)])
        raise BrokenOffError
    other = opened(tmp_path)
    (theirs,) = other.apply("base", [Change("pets", "1", b"", 0)])
    (mine,) = store.apply("base", [Change("pets", "2", b"", 0)])
    assert theirs.revision != mine.revision
    assert store.get("base", "pets", "1") == theirs
    other.close()


def test_a_row_known_from_before_is_asked_for_again_after_another_wrote(
    tmp_path: Path, store: SqliteStore
) -> None:
    (old,) = store.apply("base", [Change("pets", "1", b"old")])
    assert store.get("base", "pets", "1") == old
    other = opened(tmp_path)
    (new,) = other.apply("base", [Change("pets", "1", b"new", old.revision, old.position)])
    assert store.get("base", "pets", "1") == new
    with pytest.raises(Conflict) as raised:
        store.apply("base", [Change("pets", "1", b"mine", old.revision, old.position)])
    assert raised.value.row == new
    other.close()


def test_nothing_is_written_where_nothing_can_be(store: SqliteStore) -> None:
    (row,) = store.apply("base", [Change("pets", "1", b"rex", 0)])
    store.apply("base", [Change("pets", "2", b"", 0)])
    ((pages,),) = store.database.read("PRAGMA page_count")
    store.database.read(f"PRAGMA max_page_count = {pages}")
    before = store.version()
    for change in (
        Change("pets", "3", bytes(1_000_000), 0),
        Change("pets", "1", bytes(1_000_000), row.revision, row.position),
    ):
        with pytest.raises(Unavailable, match="the disk is full"):
            store.apply("base", [change])
    assert store.version() == before
    assert store.get("base", "pets", "1") == row
    assert store.count("base", "pets") == 2

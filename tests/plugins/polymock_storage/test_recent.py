"""Rows that a store remembers: never older than what was written, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugins.polymock_storage.conftest import opened
from polymock.stores import Change
from polymock_storage import sql
from polymock_storage.sqlite import SqliteStore


@pytest.fixture
def other(store: SqliteStore, tmp_path: Path) -> Iterator[SqliteStore]:
    other = opened(tmp_path)
    yield other
    other.close()


def held(store: SqliteStore, key: str) -> bytes | None:
    row = store.get("base", "pets", key)
    return None if row is None else row.value


def reads(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements by which rows are read from now on."""
    asked: list[str] = []
    execute = store._read

    def noting(statement: str, values: tuple[object, ...] = ()) -> list[object]:
        if statement == sql.GET:
            asked.append(statement)
        return execute(statement, values)

    monkeypatch.setattr(store, "_read", noting)
    return asked


def put(store: SqliteStore, key: str, value: bytes) -> None:
    store.apply("base", [Change("pets", key, value)])


def test_what_is_not_there_is_asked_for_once(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = reads(store, monkeypatch)
    assert [held(store, "rex") for _ in range(3)] == [None, None, None]
    assert len(asked) == 1


def test_own_writes_of_other_rows_make_nothing_forgotten(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "rex", b"1")
    assert (held(store, "rex"), held(store, "none")) == (b"1", None)
    asked = reads(store, monkeypatch)
    for number in range(3):
        put(store, f"pet {number}", b"2")
        with store.together():
            put(store, f"cat {number}", b"3")
        assert (held(store, "rex"), held(store, "none")) == (b"1", None)
    assert asked == []


@pytest.mark.parametrize("together", [False, True])
def test_own_writes_are_seen(store: SqliteStore, together: bool) -> None:
    for value in (b"1", b"2", b"3"):
        before = held(store, "rex")
        if together:
            with store.together():
                put(store, "rex", value)
        else:
            put(store, "rex", value)
        assert (before, held(store, "rex")) != (value, before)
        assert held(store, "rex") == value
    store.apply("base", [Change("pets", "rex", None, erase=True)])
    assert held(store, "rex") is None


def test_what_is_undone_was_never_there(store: SqliteStore) -> None:
    put(store, "rex", b"1")
    assert held(store, "rex") == b"1"
    with pytest.raises(ZeroDivisionError), store.together():
        put(store, "rex", b"2")
        put(store, "new", b"2")
        raise ZeroDivisionError
    assert (held(store, "rex"), held(store, "new")) == (b"1", None)


def test_a_batch_is_seen_as_a_whole(store: SqliteStore) -> None:
    assert (held(store, "a"), held(store, "b")) == (None, None)
    store.apply("base", [Change("pets", "a", b"1"), Change("pets", "b", b"2")])
    assert (held(store, "a"), held(store, "b")) == (b"1", b"2")


def test_others_writes_are_seen_at_once(store: SqliteStore, other: SqliteStore) -> None:
    assert (held(store, "rex"), held(other, "rex")) == (None, None)
    for number in range(20):
        writer, reader = (store, other) if number % 2 else (other, store)
        put(writer, "rex", b"%d" % number)
        put(reader, "own", b"%d" % number)
        assert held(reader, "rex") == held(writer, "rex") == b"%d" % number
        assert held(writer, "own") == b"%d" % number


def test_a_space_that_is_dropped_or_copied_over_is_read_anew(store: SqliteStore) -> None:
    put(store, "rex", b"1")
    store.copy("base", "saved")
    put(store, "rex", b"2")
    assert held(store, "rex") == b"2"
    store.copy("saved", "base")
    assert held(store, "rex") == b"1"
    store.drop("base")
    assert held(store, "rex") is None

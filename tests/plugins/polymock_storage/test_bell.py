"""Whoever writes rings; whoever ends before that is noticed all the same."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from polymock import plugins
from polymock.errors import StoreError
from polymock.stores import Change, Store, StorePlace
from polymock_storage.bell import Bell


def opened(folder: Path) -> Store:
    storage = plugins.build("polymock.storage", "sqlite", {"path": "world.db"})
    store: Store = storage.open(StorePlace(folder, folder))
    return store


def test_each_write_is_heard_at_once_by_all(tmp_path: Path) -> None:
    one, two = opened(tmp_path), opened(tmp_path)
    heard = {one.version()}
    for number in range(50):
        writer = one if number % 2 else two
        writer.apply("base", [Change("pets", "1", b"%d" % number)])
        version = one.version()
        assert version not in heard
        assert one.version() == version
        heard.add(version)
    one.close()
    two.close()


def test_a_writer_that_does_not_ring_is_noticed_soon(tmp_path: Path) -> None:
    store = opened(tmp_path)
    before = store.version()
    with sqlite3.connect(tmp_path / "world.db") as silent:
        silent.execute("PRAGMA user_version = 1")
        silent.execute("CREATE TABLE silent (x)")
    silent.close()
    end = time.monotonic() + 2
    while store.version() == before:
        assert time.monotonic() < end
        time.sleep(0.01)
    store.close()


def test_a_bell_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"x" * 100)
    (tmp_path / "world.db-bell").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="bell"):
        opened(tmp_path)
    assert (tmp_path / "elsewhere").read_bytes() == b"x" * 100


def test_the_sound_is_another_after_each_ring(tmp_path: Path) -> None:
    one, two = Bell(tmp_path / "world.db"), Bell(tmp_path / "world.db")
    sounds = {one.sound()}
    for _ in range(100):
        two.ring()
        assert one.sound() == two.sound()
        sounds.add(one.sound())
    assert len(sounds) == 101
    one.close()
    two.close()

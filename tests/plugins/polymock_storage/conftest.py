from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from polymock import plugins
from polymock.stores import Storage, StorePlace
from polymock_storage.sqlite import SqliteStore


def opened(folder: Path, path: str = "world.db", *, alone: bool = False) -> SqliteStore:
    """The store of a file in a folder; each that is opened has a connection of its own."""
    storage: Storage = plugins.build("polymock.storage", "sqlite", {"path": path})
    store = storage.open(StorePlace(folder, folder / "scratch", alone))
    assert isinstance(store, SqliteStore)
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = opened(tmp_path)
    yield store
    store.close()

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.world.fakes import world_of, writer_of
from polymock.stores import Store, StorePlace
from polymock.world.world import World
from polymock.world.writing import Writer
from polymock_storage.memory import MemoryStore
from polymock_storage.sqlite import SqliteSettings, SqliteStorage


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    opened: Store = MemoryStore()
    if request.param == "sqlite":
        opened = SqliteStorage(SqliteSettings()).open(StorePlace(tmp_path, tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def world(store: Store) -> World:
    """The fakes' world, in which nothing is written."""
    return world_of(store=store)


@pytest.fixture
def rest(world: World) -> Writer:
    """It as a call of the mock `rest` has it."""
    return writer_of(world)


@pytest.fixture
def graph(world: World) -> Writer:
    """It as a call of the mock `graph` has it."""
    return writer_of(world, "graph")

"""Processes that plant seeds in the same store at the same moment."""

from __future__ import annotations

import time
from pathlib import Path

from core.world.fakes import config_of, keys_of, world_of
from polymock.stores import StorePlace
from polymock.world.planting import plant
from polymock_storage.sqlite import SqliteSettings, SqliteStorage

CONFIG = config_of(orders={"file": "o.csv"}, customers={"file": "c.json"})


def plant_there(folder: Path, start: float) -> None:
    """Plant the seeds of a folder at a time in seconds since 1970."""
    store = SqliteStorage(SqliteSettings()).open(StorePlace(folder, folder))
    world = world_of(CONFIG, store=store, folder=folder)
    seeds = world.read_seeds()
    time.sleep(max(0.0, start - time.time()))
    plant(world, seeds)
    assert keys_of(world, "orders") == ["9", "4", "5"]
    store.close()

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from core.world.fakes import keys_of, world_of, writer_of
from core.world.planters import CONFIG, plant_there
from polymock.errors import ConfigError, StoreError, Unavailable
from polymock.stores import Store, StorePlace
from polymock.world.planting import plant, reset
from polymock.world.queries import Of, Query
from polymock.world.rows import BASE
from polymock.world.world import World
from polymock_storage.sqlite import SqliteSettings, SqliteStorage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "c.json").write_text(
        '[{"id": 20, "firstName": "Ada"}, {"id": 3000, "firstName": "Bob"}]'
    )
    (tmp_path / "o.csv").write_text("id,customerId,status\n9,20,paid\n4,20,open\n5,3000,open\n")
    return tmp_path


@pytest.fixture
def seeded(store: Store, folder: Path) -> World:
    world = world_of(CONFIG, store=store, folder=folder)
    plant(world, world.read_seeds())
    return world


def test_seeds_stand_in_the_order_of_their_files(seeded: World) -> None:
    view = writer_of(seeded)
    page = view.page("orders", Query())
    assert [entity.key for entity in page.items] == ["9", "4", "5"]
    assert (page.total, page.is_written) == (3, True)
    found = view.page("orders", Query(of=(Of("customerId", "20"),))).items
    assert [entity.key for entity in found] == ["9", "4"]


def test_new_entities_come_behind_the_seeds(seeded: World) -> None:
    writer = writer_of(seeded)
    made = writer.create("customers", {"firstName": "Eve"})
    assert made.key == "3001"
    order = writer.create("orders", {"customerId": 3001, "status": "open"})
    assert order.key == "1001"
    assert keys_of(seeded, "orders") == ["9", "4", "5", "1001"]


def test_seeds_are_planted_once(seeded: World) -> None:
    writer = writer_of(seeded)
    writer.write("orders", "9", lambda entity: {**entity.value, "note": "mine"})
    writer.delete("orders", "4")
    version = seeded.store.version()
    plant(seeded, seeded.read_seeds())
    assert seeded.store.version() == version
    assert keys_of(seeded, "orders") == ["9", "5"]
    assert writer.get("orders", "9").value["note"] == "mine"


def test_seeds_that_changed_take_the_place_of_the_old(seeded: World, folder: Path) -> None:
    writer = writer_of(seeded)
    made = writer.create("orders", {"customerId": 20, "status": "open"})
    writer.write("orders", "9", lambda entity: {**entity.value, "note": "mine"})
    writer.delete("orders", "4")
    writer.write("customers", "20", lambda entity: {**entity.value, "firstName": "Eve"})
    (folder / "o.csv").write_text("id,customerId,status\n4,20,paid\n9,20,paid\n")
    plant(seeded, seeded.read_seeds())
    assert keys_of(seeded, "orders") == ["4", "9", made.key]
    assert writer.get("orders", "9").value.get("note") is None
    assert writer.get("customers", "20").value["firstName"] == "Eve"


def test_a_reset_brings_back_the_beginning(seeded: World, folder: Path) -> None:
    writer, mine = writer_of(seeded), writer_of(seeded, session="mine")
    writer.delete("orders", "9")
    writer.create("orders", {"customerId": 20, "status": "open"})
    writer.create("categories", {"name": "x"})
    mine.write("orders", "5", lambda entity: {**entity.value, "note": "mine"})
    assert reset(seeded) == 5
    assert keys_of(seeded, "orders") == ["9", "4", "5"]
    assert keys_of(seeded, "categories") == []
    assert mine.get("orders", "5").value["note"] == "mine"
    assert writer.create("customers", {"firstName": "Eve"}).key == "3001"
    assert [space for space in seeded.store.spaces() if space.startswith("+")] == []
    version = seeded.store.version()
    plant(seeded, seeded.read_seeds())
    assert seeded.store.version() == version


def test_a_reset_without_seeds_forgets_everything(store: Store) -> None:
    world = world_of(store=store)
    writer_of(world).delete("orders", "1")
    assert reset(world) == 0
    assert writer_of(world).find("orders", "1") is not None


def test_a_reset_with_wrong_seeds_changes_nothing(seeded: World, folder: Path) -> None:
    writer_of(seeded).delete("orders", "9")
    (folder / "o.csv").write_text("id,customerId\nx,y\n")
    with pytest.raises(ConfigError):
        reset(seeded)
    assert keys_of(seeded, "orders") == ["4", "5"]


def test_a_batch_is_a_sequence(seeded: World) -> None:
    from polymock.world.planting import _Batch

    batch = _Batch(seeded, seeded.read_seeds(), {}, None, [("orders", "1")])
    changes = list(batch)
    assert len(batch) == len(changes) == 7
    assert [batch[index] for index in range(7)] == changes
    assert batch[-1] == changes[-1]
    assert batch[1:4] == changes[1:4]
    with pytest.raises(IndexError):
        batch[7]


def test_snapshots_and_infos_do_not_count_what_is_ours(seeded: World) -> None:
    assert seeded.snapshots.take("start").entities == 5
    writer_of(seeded).delete("orders", "9")
    seeded.snapshots.restore("start")
    assert keys_of(seeded, "orders") == ["9", "4", "5"]


def test_a_store_that_cannot_be_written_is_told(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of(CONFIG, store=store, folder=folder)

    def fail(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr("polymock.world.planting.PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(store, "apply", fail)
    with pytest.raises(StoreError, match="The disk is full"):
        plant(world, world.read_seeds())


def test_of_several_workers_one_plants(folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = time.time() + 2
    processes = [context.Process(target=plant_there, args=(folder, start)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 4
    store = SqliteStorage(SqliteSettings()).open(StorePlace(folder, folder))
    row = store.get(BASE, "~seeds", "planted")
    assert row is not None
    assert row.revision == 1
    store.close()

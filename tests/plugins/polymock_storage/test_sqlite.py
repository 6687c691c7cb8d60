from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import ClassVar

import pytest

from plugins.polymock_storage.conftest import opened
from polymock import plugins
from polymock.errors import ConfigError
from polymock.stores import Change
from polymock.testing.stores import StoreConformance
from polymock_storage import sql
from polymock_storage.sqlite import SqliteStore


class TestConformance(StoreConformance):
    storage = "sqlite"


class TestConformanceOfANamedFile(StoreConformance):
    storage = "sqlite"
    settings: ClassVar = {"path": "world.db"}


def query(file: Path, *statements: str) -> list[tuple[object, ...]]:
    """What the last statement finds, over a connection of our own."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        return [connection.execute(statement).fetchall() for statement in statements][-1]
    finally:
        connection.close()


def test_a_relative_path_starts_in_the_folder_of_the_config(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    opened(tmp_path, "data/shop.db").close()
    assert (tmp_path / "data" / "shop.db").is_file()


def test_an_absolute_path_is_where_it_says(tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    opened(tmp_path / "config", str(tmp_path / "else" / "shop.db")).close()
    assert (tmp_path / "else" / "shop.db").is_file()


def test_without_a_path_it_goes_with_the_server(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    opened(tmp_path, "").close()
    assert {file.name for file in (tmp_path / "scratch").iterdir()} == {"world.db", "world.db-bell"}


def test_where_there_is_one_worker_the_file_is_its_alone(tmp_path: Path) -> None:
    """Others wait in vain, as they would for any writer."""
    (tmp_path / "scratch").mkdir()
    store = opened(tmp_path, "", alone=True)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        query(tmp_path / "scratch/world.db", "PRAGMA busy_timeout = 1", "SELECT * FROM rows")
    store.close()
    assert query(tmp_path / "scratch/world.db", "SELECT * FROM rows") == []


def test_a_named_file_is_never_one_workers_alone(tmp_path: Path) -> None:
    store = opened(tmp_path, alone=True)
    store.apply("base", [Change("pets", "1", b"")])
    assert len(query(tmp_path / "world.db", "SELECT * FROM rows")) == 1
    store.close()


@pytest.mark.parametrize("name", [":memory:", "file:world.db?mode=memory", "a 'b' %20 é.db"])
def test_odd_names_are_files(tmp_path: Path, name: str) -> None:
    store = opened(tmp_path, name)
    store.apply("base", [Change("pets", "1", b"")])
    store.close()
    assert {file.name for file in tmp_path.iterdir()} == {name, f"{name}-bell"}


@pytest.mark.parametrize("settings", [{"path": "a\0b"}, {"path": 1}, {"file": "world.db"}])
def test_wrong_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        plugins.build("polymock.storage", "sqlite", settings)


def test_a_batch_broken_off_is_not_written(store: SqliteStore) -> None:
    wrong = Change("pets", "2", "text" * 2, position=2**70)  # type: ignore[arg-type]
    with pytest.raises(OverflowError):
        store.apply("base", [Change("pets", "1", b""), wrong])
    assert store.spaces() == []
    assert store.apply("base", [Change("pets", "1", b"")])


def test_pages_are_found_in_an_index(store: SqliteStore) -> None:
    """Neither sorts a whole collection nor reads through one."""
    reads = {
        sql.GET: ("base", "pets", "1"),
        sql.MANY: ("base", "pets", "[]", 0.0),
        sql.SCAN: ("base", "pets", -1, 1, 0.0, 20, 0),
        sql.COUNT: (0.0, "base", "pets"),
        sql.COLLECTIONS: ("base", 0.0),
        sql.STANDING: ("1", "base", "pets"),
        sql.COLLECTION: (0.0, "base", "pets"),
        sql.COUNT_ROWS: (1, 0, 9, 1),
        sql.COUNT_BLOCKS: (1, 1, 0, 9),
        sql.WIDE_BLOCKS: (1, 1, 0),
        sql.NARROW_BLOCKS: (1, 1, 0, 9),
        sql.ERASE_EMPTY_BLOCK: (1, 2, 0),
    }
    for statement, values in reads.items():
        plan = [step[3] for step in store.database.read(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert not [
            step
            for step in plan
            if step.startswith(("SCAN rows", "SCAN collections", "SCAN blocks"))
            or "TEMP B-TREE" in step
        ], plan
    link = ("base", "pets", "owner", "ann", -1, 1, 0.0, 20, 0)
    plan = [step[3] for step in store.database.read(f"EXPLAIN QUERY PLAN {sql.SCAN_LINK}", link)]
    inner = plan[plan.index("CO-ROUTINE page") + 1 if "CO-ROUTINE page" in plan else 1]
    assert inner.startswith("SEARCH links USING PRIMARY KEY"), plan


def test_counts_are_those_of_the_rows(tmp_path: Path, store: SqliteStore) -> None:
    for number in range(50):
        key = str(number * 7 % 10)
        value = None if number % 3 == 0 else b""
        expires = (None, 1.0, 4e9)[number % 7 % 3]
        change = Change("pets", key, value, expires=expires, erase=number % 5 == 0)
        store.apply("base", [change])
    (kept,) = query(tmp_path / "world.db", "SELECT rows, live FROM blocks WHERE level = 0")
    (counted,) = query(
        tmp_path / "world.db", "SELECT count(*), sum(live) FROM rows WHERE expires IS NULL"
    )
    assert kept == counted

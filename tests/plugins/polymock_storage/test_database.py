from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from polymock import plugins
from polymock.errors import StoreError, Unavailable
from polymock.stores import Change, Storage, StorePlace
from polymock_storage import database, sql
from polymock_storage.sqlite import SqliteStore

OPENERS = 8


def opened(folder: Path, path: str = "world.db") -> SqliteStore:
    storage: Storage = plugins.build("polymock.storage", "sqlite", {"path": path})
    store = storage.open(StorePlace(folder, folder / "scratch"))
    assert isinstance(store, SqliteStore)
    return store


def refusal(folder: Path, path: str = "world.db") -> StoreError:
    with pytest.raises(StoreError) as raised:
        opened(folder, path)
    assert str(folder / path) in raised.value.message
    assert raised.value.hint
    return raised.value


def query(file: Path, *statements: str) -> list[tuple[object, ...]]:
    """What the last statement finds, over a connection of our own."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        return [connection.execute(statement).fetchall() for statement in statements][-1]
    finally:
        connection.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = opened(tmp_path)
    yield store
    store.close()


def test_a_closed_store_leaves_its_file_and_the_bell(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.apply("base", [Change("pets", "1", b"")])
    store.close()
    assert {file.name for file in tmp_path.iterdir()} == {"world.db", "world.db-bell"}


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "world.db").mkdir()
    assert "is a folder" in refusal(tmp_path).message


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path, "data/world.db")
    assert f"there is no folder {tmp_path / 'data'}" in error.message
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_no_database_is_refused_and_left(tmp_path: Path) -> None:
    file = tmp_path / "world.db"
    content = b"pets:\n  - rex\n" * 1000
    file.write_bytes(content)
    assert "is no SQLite database" in refusal(tmp_path).message
    assert file.read_bytes() == content


def test_an_empty_file_becomes_a_world(tmp_path: Path) -> None:
    (tmp_path / "world.db").touch()
    store = opened(tmp_path)
    assert store.spaces() == []
    store.close()


def test_a_database_of_another_program_is_refused_and_left(tmp_path: Path) -> None:
    file = tmp_path / "world.db"
    query(file, "CREATE TABLE rows (id INTEGER)")
    content = file.read_bytes()
    assert "of another program" in refusal(tmp_path).message
    assert file.read_bytes() == content


def test_a_newer_version_is_refused_and_left(tmp_path: Path) -> None:
    file = tmp_path / "world.db"
    opened(tmp_path).close()
    query(file, "PRAGMA user_version = 99")
    content = file.read_bytes()
    assert "has version 99" in refusal(tmp_path).message
    assert file.read_bytes() == content


def test_an_older_version_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path)
    (row,) = store.apply("base", [Change("pets", "1", b"rex")])
    store.close()
    later = (*sql.MIGRATIONS, ("CREATE TABLE notes (text TEXT)",))
    monkeypatch.setattr(sql, "MIGRATIONS", later)
    for _ in range(2):
        store = opened(tmp_path)
        assert store.get("base", "pets", "1") == row
        store.close()
    file = tmp_path / "world.db"
    assert query(file, "PRAGMA user_version") == [(len(later),)]
    assert query(file, "SELECT count(*) FROM notes") == [(0,)]


def test_a_migration_that_fails_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(tmp_path).close()
    broken = (*sql.MIGRATIONS, ("CREATE TABLE notes (text TEXT)", "CREATE TABLE rows (id INTEGER)"))
    with monkeypatch.context() as patched:
        patched.setattr(sql, "MIGRATIONS", broken)
        assert "rows already exists" in refusal(tmp_path).message
    opened(tmp_path).close()
    found = query(tmp_path / "world.db", "SELECT name FROM sqlite_schema WHERE name = 'notes'")
    assert found == []


def test_a_damaged_file_is_reported_and_left(tmp_path: Path) -> None:
    file = tmp_path / "world.db"
    store = opened(tmp_path)
    store.apply("base", [Change("pets", str(number), bytes(500)) for number in range(200)])
    store.close()
    content = bytearray(file.read_bytes())
    content[2048:] = b"\x55" * (len(content) - 2048)
    file.write_bytes(content)
    store = opened(tmp_path)
    with pytest.raises(Unavailable, match=r"world\.db is damaged.*restore it from a backup"):
        store.scan("base", "pets")
    with pytest.raises(Unavailable, match="is damaged"):
        store.apply("base", [Change("pets", "1", b"")])
    store.close()
    assert file.read_bytes()[2048:] == content[2048:]
    content[:2048] = content[:100] + b"\x55" * 1948
    file.write_bytes(content)
    assert "is damaged" in refusal(tmp_path).message
    assert file.read_bytes() == content


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """By its header (https://sqlite.org/fileformat2.html, 1.3.3), so that it holds for root too."""
    file = tmp_path / "world.db"
    opened(tmp_path).close()
    content = bytearray(file.read_bytes())
    content[18] = 3
    file.write_bytes(content)
    error = refusal(tmp_path)
    assert "cannot be written" in error.message
    assert "right to write" in error.hint
    assert file.read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="has to be root")
@pytest.mark.parametrize(("mode", "folder_mode"), [(0o444, 0o777), (0o444, 0o555), (0o000, 0o777)])
def test_a_file_that_a_user_may_not_write_is_refused(mode: int, folder_mode: int) -> None:
    script = (
        "import sys, os, pathlib\n"
        "from polymock import plugins\n"
        "from polymock.errors import StoreError\n"
        "from polymock.stores import StorePlace\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "storage = plugins.build('polymock.storage', 'sqlite', {'path': 'world.db'})\n"
        "os.setgid(65534), os.setuid(65534)\n"
        "try:\n"
        "    storage.open(StorePlace(folder, folder))\n"
        "except StoreError as error:\n"
        "    print(error.message, error.hint)\n"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        opened(folder).close()
        (folder / "world.db").chmod(mode)
        folder.chmod(folder_mode)
        run = subprocess.run(
            [sys.executable, "-c", script, name], capture_output=True, text=True, timeout=60
        )
    assert run.stderr == ""
    assert f"{folder / 'world.db'} cannot be" in run.stdout
    assert "this user" in run.stdout


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that takes no files")
def test_a_folder_that_takes_no_files_is_refused() -> None:
    assert "cannot be opened" in refusal(Path("/proc/self")).message


def test_many_can_open_a_new_file_at_once(tmp_path: Path) -> None:
    def open_it(name: str) -> tuple[object, ...]:
        start.wait(10)
        store = opened(tmp_path, name)
        store.apply("base", [Change("pets", "1", b"")])
        found = store.database.read("PRAGMA journal_mode")[0], store.count("base", "pets")
        store.close()
        return found

    for turn in range(10):
        start = Barrier(OPENERS)
        with ThreadPoolExecutor(OPENERS) as pool:
            found = [*pool.map(open_it, [f"{turn}.db"] * OPENERS)]
        assert found == [(("wal",), 1)] * OPENERS


def test_a_full_disk_refuses_writes_until_there_is_room(store: SqliteStore) -> None:
    (row,) = store.apply("base", [Change("pets", "1", b"rex")])
    ((pages,),) = store.database.read("PRAGMA page_count")
    ((usual,),) = store.database.read("PRAGMA max_page_count")
    store.database.read(f"PRAGMA max_page_count = {pages}")
    before = store.version()
    for _ in range(2):
        with pytest.raises(Unavailable, match=r"the disk is full.*Make room"):
            store.apply(
                "base", [Change("pets", "1", b"tom"), Change("pets", "2", bytes(1_000_000))]
            )
    assert store.version() == before
    assert store.scan("base", "pets") == [row]
    assert store.take("base", "pets") == 1
    store.database.read(f"PRAGMA max_page_count = {usual}")
    store.apply("base", [Change("pets", "2", bytes(1_000_000))])
    assert store.count("base", "pets") == 2


def test_a_file_locked_too_long_is_unavailable(tmp_path: Path, store: SqliteStore) -> None:
    store.database.read("PRAGMA busy_timeout = 50")
    other = opened(tmp_path)
    with other.database.transaction:
        with pytest.raises(Unavailable, match="by another process for too long"):
            store.apply("base", [Change("pets", "1", b"")])
        assert store.scan("base", "pets") == []
    other.close()
    store.apply("base", [Change("pets", "1", b"")])
    assert store.count("base", "pets") == 1


def test_a_file_locked_too_long_cannot_be_opened(
    tmp_path: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with store.database.transaction:
        assert "by another process for too long" in refusal(tmp_path).message


def test_a_closed_store_is_unavailable(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.close()
    with pytest.raises(Unavailable):
        store.get("base", "pets", "1")
    with pytest.raises(Unavailable):
        store.apply("base", [Change("pets", "1", b"")])


def test_a_transaction_left_open_is_rolled_back_by_the_next(store: SqliteStore) -> None:
    store.database.execute("BEGIN IMMEDIATE")
    store.database.execute("DELETE FROM revisions")
    (row,) = store.apply("base", [Change("pets", "1", b"")])
    assert row.revision == 1

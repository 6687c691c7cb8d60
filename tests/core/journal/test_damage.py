"""Journals that are damaged, gone, full, old: set aside or renewed, and recording goes on."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import msgspec
import pytest

from polymock.errors import DamagedJournal, JournalError
from polymock.journal import file as journal_file
from polymock.journal.appender import Source
from polymock.journal.database import open_journal, open_read_only
from polymock.journal.frames import Batch, Contracts, encode_call, reply_fields
from polymock.journal.writer import Journal, Settings
from polymock_schemas.calls import Call, Reply
from polymock_schemas.journal import SCHEMA_VERSION

VERSIONS = Path(__file__).parent / "versions"
START = 1_700_000_000_000_000
HOLDER = """
import sys, time
from polymock.journal.database import open_journal
journal = open_journal(sys.argv[1])
for number in range(4):
    journal.execute(
        "INSERT INTO exchanges (id, ts, path, status) SELECT uuid(), make_timestamp(i), "
        "'/' || md5(i::VARCHAR), 200 FROM range(5000) t(i)"
    )
    if number == 1:
        journal.execute("CHECKPOINT")
print("written", flush=True)
time.sleep(60)
"""
CHECKPOINTED, ALL = 10_000, 20_000
FILLER = """
import os, resource, sys, time
import msgspec
from polymock.journal.appender import Source
from polymock.journal.frames import Batch, Contracts, encode_call, reply_fields
from polymock.journal.writer import Journal, Settings
from polymock_schemas.calls import Call, Reply

journal = Journal(Settings(sys.argv[1]))
limit = int(sys.argv[2])
source, committed, number = Source("n", 5, 0), [], 0

def send():
    global number
    body = os.urandom(30_000).hex().encode()
    fields = reply_fields(Reply(200, (), body, "example"), body, len(body), len(body))
    rows = [
        (1_700_000_000_000_000 + number, 1, msgspec.Raw(
            encode_call(0, Call("GET", f"/{number}/{i}", b"", (), {}), fields, b"", 0, 0)
        ))
        for i in range(10)
    ]
    batch = Batch(number + 1, 1, number * 10, (("shop", "openapi"),), rows)
    journal.submit(source, batch, lambda n=number: committed.append(n))
    number += 1

resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
error = ""
deadline = time.monotonic() + 20
while not error and time.monotonic() < deadline:
    send()
    journal.flush(0.2)
    error = journal.status().last_error
print("full" if error else "never full", len(committed) < number, flush=True)
for _ in range(5):
    send()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.flush(30)
status = journal.status()
print("recovered" if not status.last_error else status.last_error, len(committed) == number)
journal.close()
print(number * 10)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """What a killed server leaves: some rows in the file, some in the log."""
    path = tmp_path_factory.mktemp("killed") / "journal.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "written\n"
        process.kill()
    assert log_of(path).stat().st_size > 10_000
    return path


@pytest.fixture
def path(killed, tmp_path):
    """A copy of it that a test may damage."""
    path = tmp_path / "journal.duckdb"
    shutil.copy(killed, path)
    shutil.copy(log_of(killed), log_of(path))
    return path


def log_of(path):
    return Path(f"{path}.wal")


def overwrite(path, offset, size=64):
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(bytes(byte ^ 0x5A for byte in range(size)))


def record(journal, number=0, seconds=5.0):
    """Record one exchange, and wait for it."""
    body = b"{}"
    fields = reply_fields(Reply(200, (), body, "example"), body, 2, 2)
    call = Call("GET", f"/new/{number}", b"", (), {})
    rows = [(START + number, 1, msgspec.Raw(encode_call(0, call, fields, b"", 0, 0)))]
    batch = Batch(number + 1, 1, number, (("shop", "openapi"),), rows)
    journal.submit(Source("n", 5, 0), batch, lambda: None)
    return journal.flush(seconds)


def paths(journal):
    return [row[0] for row in journal.query("SELECT path FROM requests ORDER BY ts").rows]


def asides(path):
    found = path.parent.glob("journal.duckdb.damaged-*")
    return sorted(file for file in found if ".wal" not in file.name)


def await_true(condition, seconds=8.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_set_aside(path, journal):
    """Check that the damaged journal was put away and told of, and that another one records."""
    assert record(journal)
    assert paths(journal) == ["/new/0"]
    (aside,) = asides(path)
    ((subject, name),) = journal.query(
        "SELECT subject, data->>'aside' FROM events WHERE type = 'journal.set_aside'"
    ).rows
    assert (subject, name) == (str(path), str(aside))
    assert str(aside) in journal.status().set_aside
    assert journal.status().last_error == ""
    return aside


def test_what_a_killed_server_left_is_whole(path):
    journal = Journal(Settings(str(path)))
    assert journal.query("SELECT count(*) FROM requests").rows == [[ALL]]
    assert journal.status().set_aside == ""
    journal.close()
    assert asides(path) == []


@pytest.mark.parametrize("offset", [0, 8, 20, 4096, 8200, 12_288, 12_288 + 5000, 300_000, 700_000])
def test_a_file_with_flipped_bytes_is_set_aside(path, offset):
    overwrite(path, offset)
    damaged = path.read_bytes()
    journal = Journal(Settings(str(path)))
    aside = is_set_aside(path, journal)
    journal.close()
    assert aside.read_bytes() == damaged
    assert log_of(aside).exists()


@pytest.mark.parametrize("size", [0, 100, 4096, 12_288, 12_289, 300_000, -1])
def test_a_file_that_was_cut_off_is_set_aside(path, size):
    if size < 0:
        size += path.stat().st_size
    os.truncate(path, size)
    with pytest.raises(DamagedJournal):
        open_journal(str(path))
    journal = Journal(Settings(str(path)))
    aside = is_set_aside(path, journal)
    journal.close()
    assert aside.stat().st_size == size


@pytest.mark.parametrize("content", [b"", bytes(500_000)], ids=["empty", "zeros"])
def test_a_file_of_nothing_is_set_aside(tmp_path, content):
    path = tmp_path / "journal.duckdb"
    path.write_bytes(content)
    journal = Journal(Settings(str(path)))
    is_set_aside(path, journal)
    journal.close()


@pytest.mark.parametrize("place", ["head", "middle", "garbage"])
def test_a_damaged_log_is_set_aside_and_what_comes_before_can_be_read(path, place):
    log = log_of(path)
    if place == "garbage":
        log.write_bytes(os.urandom(20_000))
    else:
        overwrite(log, 0 if place == "head" else log.stat().st_size * 3 // 4)
    damaged = log.read_bytes()
    journal = Journal(Settings(str(path)))
    aside = is_set_aside(path, journal)
    journal.close()
    assert Path(f"{aside}.wal.damaged").read_bytes() == damaged
    with open_read_only(str(aside)) as readable:
        (count,) = readable.execute("SELECT count(*) FROM requests").fetchone()
    assert count == (15_000 if place == "middle" else CHECKPOINTED)
    assert f"it has {count} exchanges" in journal.status().set_aside


def test_a_log_that_ends_early_is_read_as_far_as_it_goes(path):
    """So a machine leaves it that loses its power."""
    os.truncate(log_of(path), log_of(path).stat().st_size - 100)
    journal = Journal(Settings(str(path)))
    assert journal.query("SELECT count(*) FROM requests").rows == [[15_000]]
    journal.close()
    assert asides(path) == []


def test_a_log_of_nothing_but_zeros_is_no_damage(path):
    log_of(path).write_bytes(bytes(3_000_000))
    journal = Journal(Settings(str(path)))
    assert journal.query("SELECT count(*) FROM requests").rows == [[CHECKPOINTED]]
    journal.close()
    assert asides(path) == []


def test_a_log_without_its_file_is_kept(path):
    log = log_of(path).read_bytes()
    path.unlink()
    journal = Journal(Settings(str(path)))
    assert record(journal)
    journal.close()
    (kept,) = path.parent.glob("journal.duckdb.damaged-*.wal")
    assert kept.read_bytes() == log


@pytest.mark.parametrize(
    "content", [b"To do:\n- journal_gaps\n" * 1000, b"SQLite format 3\0" * 500]
)
def test_a_file_of_another_kind_stays_where_it_is(tmp_path, content):
    path = tmp_path / "journal.duckdb"
    path.write_bytes(content)
    with pytest.raises(JournalError, match="not a DuckDB file"):
        Journal(Settings(str(path)))
    assert [file.name for file in tmp_path.iterdir()] == ["journal.duckdb"]
    assert path.read_bytes() == content


def test_damage_that_a_query_meets_is_set_aside(path, monkeypatch):
    """A large file is not read through at the start."""
    monkeypatch.setattr(journal_file, "READ_AT_START", 0)
    with open_journal(str(path)) as journal:
        journal.execute("CHECKPOINT")
        (block,) = journal.execute(
            "SELECT max(block_id) FROM pragma_storage_info('exchanges') "
            "WHERE column_name = 'path' AND segment_type = 'VARCHAR'"
        ).fetchone()
    overwrite(path, 12_288 + block * 262_144 + 5000)
    journal = Journal(Settings(str(path)))
    with pytest.raises(JournalError, match="damaged; it is set aside"):
        journal.query("SELECT max(md5(path)) FROM requests")
    await_true(lambda: journal.status().set_aside)
    is_set_aside(path, journal)
    journal.close()


def test_a_query_cannot_pretend_damage(path):
    journal = Journal(Settings(str(path)))
    text = "Corrupt database file: computed checksum 1 does not match stored checksum 2"
    with pytest.raises(JournalError, match="Corrupt"):
        journal.query(f"SELECT error('{text}')")
    time.sleep(0.2)
    assert record(journal)
    assert journal.query("SELECT count(*) FROM requests").rows == [[ALL + 1]]
    journal.close()
    assert asides(path) == []


def test_a_file_that_is_taken_away_is_begun_anew(tmp_path, shop):
    path = tmp_path / "journal.duckdb"
    journal = Journal(Settings(str(path)))
    journal.submit(Source("n", 5, 0), Contracts((shop,)), lambda: None)
    assert record(journal)
    path.unlink()
    await_true(path.exists)
    assert record(journal, 1)
    assert paths(journal) == ["/new/1"]
    assert journal.query("SELECT count(*) FROM operations").rows == [[2]]
    assert journal.query("SELECT subject FROM events WHERE type = 'journal.begun'").rows == [
        [str(path)]
    ]
    journal.close()
    with open_read_only(str(path)) as again:
        assert again.execute("SELECT count(*) FROM requests").fetchone() == (1,)


def test_recording_waits_for_a_folder_that_is_taken_away(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "journal.duckdb"
    journal = Journal(Settings(str(path)))
    assert record(journal)
    folder.rename(tmp_path / "elsewhere")
    await_true(lambda: "does not exist" in journal.status().last_error)
    assert not record(journal, 1, 0.3)
    with pytest.raises(JournalError, match="does not exist"):
        journal.query("SELECT 1")
    folder.mkdir()
    await_true(lambda: journal.status().last_error == "")
    assert journal.flush(10)
    assert paths(journal) == ["/new/1"]
    journal.close()
    with open_read_only(str(tmp_path / "elsewhere" / "journal.duckdb")) as moved:
        assert moved.execute("SELECT path FROM requests").fetchall() == [("/new/0",)]


def test_a_disk_that_is_full_stops_recording_until_there_is_room(tmp_path):
    path = tmp_path / "journal.duckdb"
    done = subprocess.run(
        [sys.executable, "-c", FILLER, str(path), "6000000"],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert lines[:2] == ["full True", "recovered True"], done.stdout + done.stderr
    with open_read_only(str(path)) as journal:
        found = journal.execute("SELECT count(*), count(DISTINCT path) FROM requests").fetchone()
    assert found == (int(lines[2]), int(lines[2]))
    assert asides(path) == []


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_journal_of_an_older_version_is_renewed(tmp_path, version):
    path = tmp_path / "journal.duckdb"
    with duckdb.connect(str(path)) as old:
        old.execute((VERSIONS / f"{version}.sql").read_text())
    journal = Journal(Settings(str(path)))
    assert record(journal)
    assert paths(journal) == ["/0", "/new/0", "/1", "/2"]
    assert journal.query(
        "SELECT DISTINCT violations[1].message FROM requests WHERE path <> '/new/0'"
    ).rows == [["no"]]
    assert journal.query("SELECT value FROM meta WHERE key = 'schema_version'").rows == [
        [str(SCHEMA_VERSION)]
    ]
    assert journal.query("SELECT type FROM events").rows == [["server.started"]]
    with open_journal(":memory:") as fresh:
        described = [row[:2] for row in fresh.execute("DESCRIBE requests").fetchall()]
    found = journal.query("DESCRIBE requests").rows
    assert [tuple(row[:2]) for row in found] == described
    journal.close()

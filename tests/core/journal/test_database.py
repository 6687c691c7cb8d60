"""Opening the file: what is created, what is refused, who holds it."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import msgspec
import pytest

from polymock.errors import JournalError
from polymock.journal.appender import Source
from polymock.journal.database import open_journal, open_read_only
from polymock.journal.frames import Batch, encode_call, reply_fields
from polymock.journal.writer import Journal, Settings
from polymock_schemas.journal import SCHEMA_VERSION

HOLDER = """
import sys, time
from polymock.journal.database import open_journal
held = open_journal(sys.argv[1])
held.execute("INSERT INTO meta VALUES ('left', 'in the log')")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def held(tmp_path):
    """A journal that another process holds: (path, process)."""
    path = str(tmp_path / "journal.duckdb")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "held\n"
        yield path, process
        process.kill()


def test_a_new_file_has_the_tables_and_opens_again(tmp_path):
    path = str(tmp_path / "journal.duckdb")
    for _ in range(2):
        with open_journal(path) as journal:
            assert journal.execute("SELECT count(*) FROM coverage").fetchone() == (0,)
            with pytest.raises(duckdb.InvalidInputException, match="locked"):
                journal.execute("SET threads = 7")


def test_it_may_be_in_memory():
    with open_journal(":memory:") as journal:
        assert journal.execute("SELECT count(*) FROM requests").fetchone() == (0,)


@pytest.mark.parametrize("open_it", [open_journal, open_read_only])
def test_a_held_journal_names_the_process(held, open_it):
    path, process = held
    with pytest.raises(JournalError) as caught:
        open_it(path)
    assert path in caught.value.message
    assert f"process {process.pid} " in caught.value.message
    assert f"kill {process.pid}" in caught.value.hint
    assert "--journal" in caught.value.hint


@pytest.mark.parametrize("open_it", [open_read_only, open_journal])
def test_what_a_killed_server_left_in_the_log_is_read(held, open_it):
    path, process = held
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert Path(path + ".wal").exists()
    with open_it(path) as journal:
        found = journal.execute("SELECT value FROM meta WHERE key = 'left'").fetchall()
    assert found == [("in the log",)]


def test_reading_only_writes_nothing(tmp_path):
    path = str(tmp_path / "journal.duckdb")
    open_journal(path).close()
    with open_read_only(path) as journal, pytest.raises(duckdb.Error, match="read-only"):
        journal.execute("INSERT INTO meta VALUES ('a', 'b')")


@pytest.mark.parametrize(
    "content", [b"no", b"not a database" * 1000, b"PK\x03\x04", os.urandom(9000)]
)
def test_another_file_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    for open_it in (open_journal, open_read_only):
        with pytest.raises(JournalError, match=r"not a DuckDB file|cannot be opened"):
            open_it(str(path))
    assert path.read_bytes() == content


def test_a_database_of_another_kind_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "app.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    with pytest.raises(JournalError):
        open_journal(str(path))
    path = str(tmp_path / "other.duckdb")
    with duckdb.connect(path) as other:
        other.execute("CREATE TABLE t (a INTEGER)")
    with pytest.raises(JournalError, match="not a journal"):
        open_journal(path)
    with duckdb.connect(path) as other:
        assert other.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("t",)]


@pytest.mark.parametrize("open_it", [open_journal, open_read_only])
def test_another_version_is_refused(tmp_path, open_it):
    path = str(tmp_path / "journal.duckdb")
    with open_journal(path) as journal:
        journal.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    with pytest.raises(JournalError, match="schema version 999"):
        open_it(path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(JournalError, match="nowhere does not exist"):
        open_journal(str(tmp_path / "nowhere" / "journal.duckdb"))
    with pytest.raises(JournalError, match="is a folder"):
        open_journal(str(tmp_path))
    with pytest.raises(JournalError, match="there is no journal"):
        open_read_only(str(tmp_path / "journal.duckdb"))


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(JournalError, match="no ordinary file"):
        open_journal(str(tmp_path / "pipe"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(JournalError, match="cannot be opened"):
        open_journal(str(tmp_path / "journal.duckdb"))
    tmp_path.chmod(0o700)


def test_a_second_opening_in_the_same_process_with_other_settings_is_an_error(tmp_path):
    path = str(tmp_path / "journal.duckdb")
    with open_journal(path), pytest.raises(JournalError, match="already open"):
        open_read_only(path)


@pytest.fixture
def first_version(tmp_path):
    """A journal as the first Polymock left it, with a row."""
    path = str(tmp_path / "old.duckdb")
    with duckdb.connect(path) as journal:
        journal.execute((Path(__file__).parent / "versions" / "1.sql").read_text())
        journal.execute("DELETE FROM requests")
        journal.execute("CREATE OR REPLACE VIEW coverage AS SELECT 'old' AS mock")
        journal.execute("INSERT INTO requests (id, path, status) VALUES (uuid(), '/a', 200)")
    return path


def test_an_older_journal_is_renewed_and_keeps_its_rows(first_version):
    for _ in range(2):
        with open_journal(first_version) as journal:
            found = journal.execute(
                "SELECT path, status, request_messages, response_messages FROM requests"
            ).fetchall()
            assert found == [("/a", 200, 1, 1)]
            assert journal.execute("SELECT calls FROM coverage").fetchall() == []
            version = journal.execute("SELECT value FROM meta WHERE key = 'schema_version'")
            assert version.fetchall() == [(str(SCHEMA_VERSION),)]
            described = [row[:2] for row in journal.execute("DESCRIBE requests").fetchall()]
        with open_journal(":memory:") as fresh:
            assert [row[:2] for row in fresh.execute("DESCRIBE requests").fetchall()] == described


def test_an_older_journal_is_read_as_it_is(first_version):
    before = Path(first_version).read_bytes()
    with open_read_only(first_version) as journal:
        assert journal.execute("SELECT path FROM requests").fetchall() == [("/a",)]
    assert Path(first_version).read_bytes() == before


def test_a_renewed_journal_is_written(first_version, shop, call, reply):
    journal = Journal(Settings(first_version))
    fields = reply_fields(reply(request_messages=2), b"{}", 2, 2)
    row = (1_700_000_000_000_000, 1, msgspec.Raw(encode_call(0, call(), fields, b"", 0, 0)))
    journal.submit(Source("n", 1, 0), Batch(1, 1, 0, (("shop", "openapi"),), [row]), lambda: None)
    found = journal.query("SELECT path, request_messages FROM requests ORDER BY path").rows
    journal.close()
    assert found == [["/a", 1], ["/pets/1", 2]]

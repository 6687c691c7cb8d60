"""Old days as Parquet files: in `requests` still, in one place each, whatever happens between."""

import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import pytest

from polymock.errors import JournalError
from polymock.journal import archiving
from polymock.journal.database import open_read_only
from polymock.journal.days import days_folder
from polymock.journal.frames import mock_part
from polymock.journal.sql import run
from polymock.journal.stream import Recorder
from polymock.journal.writer import Journal, Settings
from polymock_schemas.calls import Call, Reply
from polymock_schemas.journal import REQUESTS

DAY = 86_400
CRASHER = """
import os, sys, time, threading
from polymock.journal import archiving
from polymock.journal.writer import Journal, Settings

archiving.FILE_ROWS = 400
delay = float(sys.argv[2])
threading.Thread(target=lambda: (time.sleep(delay), os.kill(os.getpid(), 9)), daemon=True).start()
journal = Journal(Settings(sys.argv[1], archive=0))
while True:
    journal.compact()
    time.sleep(0.01)
"""


SERVER = """
import asyncio, sys
from polymock.journal import upkeep
from polymock.journal.receiver import Receiver
from polymock.journal.writer import Journal, Settings

upkeep.ROUND_SECONDS = 0.05

async def serve():
    receiver = Receiver(Journal(Settings(sys.argv[1], archive=0)), sys.argv[2])
    await receiver.start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A journal of four days, the last of which is today; a thousand exchanges a day."""
    path = tmp_path_factory.mktemp("filled") / "journal.duckdb"
    journal = Journal(Settings(str(path)))
    cursor = journal._file.cursor()
    cursor.execute(FILL, [midnight() - 3 * DAY, 4])
    cursor.close()
    journal.close()
    return path


@pytest.fixture(scope="module")
def archived(filled, tmp_path_factory):
    """The same with three days in archives, and files beside it that nobody may read."""
    path = tmp_path_factory.mktemp("archived") / "journal.duckdb"
    shutil.copy(filled, path)
    journal = Journal(Settings(str(path)))
    journal.compact(archive_after=0)
    secret = path.parent / "secret.csv"
    secret.write_text("a\n1\n")
    (Path(days_folder(str(path))) / "link").symlink_to(secret)
    yield path, journal
    journal.close()


@pytest.fixture
def path(filled, tmp_path):
    """A copy of the first."""
    path = tmp_path / "journal.duckdb"
    shutil.copy(filled, path)
    return path


FILL = """
INSERT INTO exchanges
SELECT uuid(), make_timestamp(CAST(1000000 * (? + day * 86400 + i * 0.0001) AS BIGINT)), 'n:0', '',
    'openapi', 'shop', 'GET /pets', 'GET', '/pets/' || day || '/' || i, '', 200, 'ok', 'example',
    '', '', '', '127.0.0.1', 'curl', 10 + i, 0, 2, '{"a": "b"}', '{}', NULL, '{"it''s": "é"}',
    false, [{'location': 'query', 'message': 'no'}], '', 1, 1
FROM range(?) d(day), range(1000) t(i)
"""


def midnight():
    return int(time.time()) // DAY * DAY


def rows(journal, sql):
    return journal.query(sql, limit=10_000).rows


def files(path):
    folder = Path(days_folder(str(path)))
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def test_nothing_is_archived_unless_somebody_wants_it(path):
    journal = Journal(Settings(str(path)))
    assert journal.compact().files == 0
    assert rows(journal, "SELECT count(*) FROM exchanges") == [[4000]]
    journal.close()
    assert files(path) == []


def test_days_that_ended_become_files_and_stay_in_requests(path):
    asked = "SELECT * FROM requests ORDER BY ts, id"
    journal = Journal(Settings(str(path)))
    before = rows(journal, asked)
    described = rows(journal, "DESCRIBE requests")
    done = journal.compact(archive_after=DAY)
    assert (done.rows, done.files) == (2000, 2)
    assert rows(journal, asked) == before
    assert rows(journal, "DESCRIBE requests") == described
    assert rows(journal, "SELECT count(*) FROM exchanges") == [[2000]]
    assert rows(journal, "SELECT CAST(sum(calls) AS INT) FROM latency") == [[4000]]
    journal.compact(archive_after=0)
    assert rows(journal, "SELECT count(*) FROM exchanges") == [[1000]]
    assert rows(journal, asked) == before
    names = [row[0] for row in rows(journal, "SELECT file FROM archives ORDER BY day")]
    journal.close()
    assert len(names) == 3
    assert files(path) == names
    with open_read_only(str(path)) as journal:
        assert journal.execute("SELECT count(*) FROM requests").fetchone() == (4000,)


def test_the_view_is_explained_still(path):
    journal = Journal(Settings(str(path), archive=0))
    journal.compact()
    found = rows(
        journal, "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'requests'"
    )
    journal.close()
    assert dict(map(tuple, found)) == {column.name: column.comment for column in REQUESTS.columns}


def test_a_large_day_has_several_files(path, monkeypatch):
    monkeypatch.setattr(archiving, "FILE_ROWS", 300)
    journal = Journal(Settings(str(path)))
    done = journal.compact(archive_after=0)
    assert done.rows == 3000
    assert done.files >= 9
    assert rows(journal, "SELECT count(*), count(DISTINCT path) FROM requests") == [[4000, 4000]]
    assert rows(journal, "SELECT max(rows) <= 400, sum(rows)::INT FROM archives") == [[True, 3000]]
    journal.close()


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_bytes(b"x" * 999)])
def test_a_day_that_is_missing_is_named_until_it_is_left_out(path, harm):
    journal = Journal(Settings(str(path)))
    journal.compact(archive_after=0)
    lost = files(path)[0]
    harm(Path(f"{path}.days") / lost)
    with pytest.raises(JournalError, match=f"archived day {lost} is missing or damaged") as told:
        rows(journal, "SELECT count(path) FROM requests")
    assert "logs compact" in told.value.hint
    journal.compact()
    assert rows(journal, "SELECT count(*) FROM requests") == [[3000]]
    journal.close()


def test_exchanges_that_come_late_get_a_file_of_their_own(path):
    journal = Journal(Settings(str(path)))
    journal.compact(archive_after=0)
    cursor = journal._file.cursor()
    cursor.execute(FILL, [midnight() - 3 * DAY, 1])
    cursor.close()
    assert journal.compact(archive_after=0).files == 1
    assert rows(journal, "SELECT count(*) FROM requests") == [[5000]]
    journal.close()
    assert len(files(path)) == 4


def test_what_is_too_old_goes_file_by_file(path):
    journal = Journal(Settings(str(path)))
    journal.compact(archive_after=0)
    journal.close()
    oldest = files(path)[0]
    journal = Journal(Settings(str(path), retain=time.time() - midnight() + 2.5 * DAY))
    await_true(lambda: rows(journal, "SELECT count(*) FROM requests") == [[3000]])
    assert oldest in files(path)
    journal.compact()
    assert oldest not in files(path)
    assert rows(journal, "SELECT count(*) FROM archives") == [[2]]
    assert rows(journal, "SELECT count(*) FROM requests") == [[3000]]
    journal.close()


def await_true(condition, seconds=8.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_query_that_runs_meanwhile_sees_each_exchange_once(path, monkeypatch):
    monkeypatch.setattr(archiving, "FILE_ROWS", 100)
    journal = Journal(Settings(str(path)))
    seen, over = set(), threading.Event()

    def ask():
        while not over.is_set():
            seen.add(tuple(rows(journal, "SELECT count(*), count(DISTINCT path) FROM requests")[0]))

    thread = threading.Thread(target=ask)
    thread.start()
    journal.compact(archive_after=0)
    over.set()
    thread.join()
    journal.close()
    assert seen == {(4000, 4000)}


def test_killed_at_any_moment_nothing_is_lost_or_doubled(path):
    for number in range(6):
        with subprocess.Popen([sys.executable, "-c", CRASHER, str(path), str(0.04 * number)]) as it:
            assert it.wait(60) == -signal.SIGKILL
        with open_read_only(str(path)) as journal:
            found = journal.execute("SELECT count(*), count(DISTINCT path) FROM requests")
            assert found.fetchone() == (4000, 4000)
    journal = Journal(Settings(str(path)))
    assert rows(journal, "SELECT count(*), count(DISTINCT path) FROM requests") == [[4000, 4000]]
    journal.compact(archive_after=0)
    assert rows(journal, "SELECT count(*), count(DISTINCT path) FROM requests") == [[4000, 4000]]
    kept = [row[0] for row in rows(journal, "SELECT file FROM archives ORDER BY file")]
    assert rows(journal, "SELECT DISTINCT state FROM archives") == [["kept"]]
    journal.close()
    assert files(path) == kept
    assert list(path.parent.glob("*.damaged-*")) == []


def test_killed_while_it_records_and_archives_each_exchange_is_there_once(tmp_path):
    path = tmp_path / "journal.duckdb"
    with tempfile.TemporaryDirectory(prefix="pm") as folder:
        recorded = asyncio.run(record_over_kills(path, f"{folder}/j", kills=4))
    with open_read_only(str(path)) as journal:
        found = journal.execute("SELECT count(*), count(DISTINCT path) FROM requests").fetchone()
        gaps = journal.execute("SELECT count(*) FROM journal_gaps").fetchone()
    assert found == (recorded, recorded)
    assert gaps == (0,)
    assert list(tmp_path.glob("*.damaged-*")) == []


def serve(path, socket):
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path), socket], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout.readline() == "ready\n"
    return server


async def record_over_kills(path, socket, kills):
    """Record what is a day old, while the server is killed so often; how many exchanges."""
    recorder = Recorder(socket, "n")
    recorder.set_mocks([mock_part("shop", "openapi", ())])
    recorder.start()
    reply = Reply(200, (), b"{}", "example", stable=True)
    number, started = 0, (midnight() - DAY) * 1_000_000
    for left in range(kills, -1, -1):
        server = await asyncio.to_thread(serve, path, socket)
        with server:
            until = time.monotonic() + 0.1 + 0.25 * left
            while time.monotonic() < until:
                for _ in range(20):
                    call = Call("GET", f"/{number}", b"", (), {})
                    recorder.record(0, call, reply, started + number, 1)
                    number += 1
                await asyncio.sleep(0.005)
            if not left:
                assert await recorder.close(30)
            server.kill()
    return number


def test_a_disk_that_is_full_leaves_everything_where_it_was(path, monkeypatch):
    def full(_path):
        raise OSError(28, "No space left on device")

    journal = Journal(Settings(str(path)))
    monkeypatch.setattr(archiving, "_sync", full)
    with pytest.raises(JournalError, match="No space left"):
        journal.compact(archive_after=0)
    assert rows(journal, "SELECT count(*) FROM exchanges") == [[4000]]
    assert rows(journal, "SELECT count(*) FROM archives") == [[0]]
    assert files(path) == []
    monkeypatch.undo()
    assert journal.compact(archive_after=0).files == 3
    journal.close()


@pytest.mark.parametrize("how", ["gone", "cut", "flipped"])
def test_a_file_that_is_lost_is_told_of_and_the_rest_is_answered(path, how):
    journal = Journal(Settings(str(path)))
    journal.compact(archive_after=0)
    lost = Path(days_folder(str(path))) / files(path)[1]
    content = lost.read_bytes()
    if how == "gone":
        lost.unlink()
    elif how == "cut":
        lost.write_bytes(content[:-100])
    else:
        lost.write_bytes(content[:-100] + bytes(100))
    journal.compact()
    assert rows(journal, "SELECT count(*) FROM requests") == [[3000]]
    assert rows(journal, "SELECT type, subject FROM events") == [["archive.missing", lost.name]]
    lost.write_bytes(content)
    journal.compact()
    assert rows(journal, "SELECT count(*) FROM requests") == [[4000]]
    journal.close()


def test_a_journal_that_moves_takes_its_days_with_it(path, tmp_path):
    journal = Journal(Settings(str(path)))
    journal.compact(archive_after=0)
    journal.close()
    elsewhere = tmp_path / "it's elsewhere"
    elsewhere.mkdir()
    moved = elsewhere / "other.duckdb"
    path.rename(moved)
    Path(days_folder(str(path))).rename(days_folder(str(moved)))
    with open_read_only(str(moved)) as reading:
        assert reading.execute("SELECT count(*) FROM requests").fetchone() == (4000,)
    journal = Journal(Settings(str(moved)))
    assert rows(journal, "SELECT count(*) FROM requests") == [[4000]]
    journal.close()


def test_the_days_of_a_journal_that_is_gone_belong_to_the_next_one(path):
    journal = Journal(Settings(str(path)))
    journal.compact(archive_after=0)
    journal.close()
    path.unlink()
    (Path(days_folder(str(path))) / "2020-01-01.parquet").write_bytes(b"PAR1 no")
    journal = Journal(Settings(str(path)))
    assert rows(journal, "SELECT count(*) FROM requests") == [[3000]]
    assert rows(journal, "SELECT count(*) FROM archives") == [[3]]
    journal.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM read_text('{days}/../secret.csv')",
        "SELECT * FROM read_csv('{days}/link')",
        "SELECT * FROM glob('{days}/*')",
        "SELECT * FROM glob('{days}/../*')",
        "SELECT * FROM read_blob('{days}/*')",
        "SELECT * FROM read_parquet('{days}/*.parquet')",
        "SELECT * FROM parquet_metadata('{days}/{file}')",
        "SELECT * FROM '{days}/{file}'",
        "SELECT * FROM sniff_csv('{secret}')",
        "SELECT * FROM parquet_scan('{days}/{file}')",
        "WITH a AS (SELECT * FROM read_text('{days}/{file}')) SELECT * FROM a",
        "SELECT (SELECT count(*) FROM read_blob('{days}/{file}'))",
        "COPY requests TO '{days}/copy.parquet'",
        "ATTACH '{days}/other.duckdb'",
        "EXPLAIN ANALYZE SELECT * FROM read_parquet('{days}/*.parquet')",
    ],
)
def test_users_reach_no_file_by_name(archived, statement):
    path, journal = archived
    before = files(path)
    folder, secret = Path(days_folder(str(path))), path.parent / "secret.csv"
    with pytest.raises(JournalError):
        journal.query(statement.format(secret=secret, days=folder, file=before[0]))
    assert files(path) == before


def test_nor_do_they_of_a_journal_that_is_only_read(path):
    journal = Journal(Settings(str(path)))
    journal.compact(archive_after=0)
    journal.close()
    folder = Path(days_folder(str(path)))
    (path.parent / "secret.csv").write_text("a\n1\n")
    with open_read_only(str(path)) as reading:
        cursor = reading.cursor()
        for forbidden in (path.parent / "secret.csv", folder / "../secret.csv", "/etc/passwd"):
            with pytest.raises(duckdb.PermissionException):
                cursor.execute(f"SELECT * FROM read_text('{forbidden}')")
        with pytest.raises(JournalError):
            run(reading, f"SELECT * FROM glob('{folder}/*')", 10, 5000)


def test_room_in_the_file_is_used_again(tmp_path):
    """The file does not grow for ever, though what is in it comes and goes."""
    path = tmp_path / "journal.duckdb"
    journal = Journal(Settings(str(path), retain=3600))
    sizes = []
    for _ in range(5):
        cursor = journal._file.cursor()
        cursor.execute(FILL.replace("range(1000)", "range(50000)"), [midnight() - 3 * DAY, 2])
        cursor.execute("CHECKPOINT")
        cursor.close()
        assert journal.compact().deleted == 100_000
        sizes.append(path.stat().st_size)
    assert rows(journal, "SELECT count(*) FROM requests") == [[0]]
    journal.close()
    assert sizes[-1] <= sizes[1] * 1.2
    with duckdb.connect(str(path), read_only=True) as closed:
        assert closed.execute("SELECT count(*) FROM exchanges").fetchone() == (0,)
    assert path.stat().st_size <= sizes[1]

"""The writer: durability, retention, trouble with the disk, and the views' figures."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import msgspec
import pytest

from polymock.errors import JournalError
from polymock.interfaces import JOINT, Operation
from polymock.journal import upkeep
from polymock.journal.appender import Source, TableAppender
from polymock.journal.database import open_read_only
from polymock.journal.frames import Batch, Contracts, encode_call, mock_part, reply_fields
from polymock.journal.writer import Journal, Settings

SERVER = """
import asyncio, sys
from polymock.journal.receiver import Receiver
from polymock.journal.writer import Journal, Settings

async def serve():
    receiver = Receiver(Journal(Settings(sys.argv[1])), sys.argv[2])
    await receiver.start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""
WORKER = """
import asyncio, sys, time
from polymock.journal.stream import Recorder
from polymock.journal.frames import mock_part
from polymock_schemas.calls import Call, Reply

async def work():
    recorder = Recorder(sys.argv[1], "n")
    recorder.set_mocks([mock_part("shop", "openapi", ())])
    recorder.start()
    reply = Reply(200, (), b"{}", "example", stable=True)
    number = 0
    while True:
        for _ in range(50):
            call = Call("GET", f"/{number}", b"", (), {})
            recorder.record(0, call, reply, time.time_ns() // 1000, 1)
            number += 1
        await asyncio.sleep(0.005)
        waiting = sum(1 for _ in recorder._parcels)
        acknowledged = recorder._parcels[0].sequence - 1 if waiting else 0
        print(acknowledged, flush=True)

asyncio.run(work())
"""
MINUTE = 60_000_000
START = 1_700_000_040_000_000


def raw(call, reply):
    answered, sent = reply.body, call.body
    fields = reply_fields(reply, answered, len(answered), len(answered))
    return msgspec.Raw(encode_call(0, call, fields, sent, len(sent), len(sent)))


@pytest.fixture
def write(journal):
    """Writes rows of (ts, latency, call, reply), as one batch of the mock `shop`."""
    source = Source("n", 5, 0)
    sequence = iter(range(1, 1000))

    def make(*rows):
        number = next(sequence)
        encoded = [(ts, latency, raw(call, reply)) for ts, latency, call, reply in rows]
        batch = Batch(number, 1, number * 1000, (("shop", "openapi"),), encoded)
        journal.submit(source, batch, lambda: None)
        assert journal.flush()

    return make


def test_acknowledged_batches_survive_the_death_of_everything(tmp_path):
    path = str(tmp_path / "journal.duckdb")
    with tempfile.TemporaryDirectory(prefix="pm") as folder:
        socket = str(Path(folder) / "j")
        server = start(SERVER, path, socket)
        assert server.stdout.readline() == "ready\n"
        worker = start(WORKER, socket)
        acknowledged = 0
        deadline = time.monotonic() + 10
        while acknowledged < 20 and time.monotonic() < deadline:
            acknowledged = int(worker.stdout.readline())
        os.kill(server.pid, signal.SIGKILL)
        os.kill(worker.pid, signal.SIGKILL)
        for process in (server, worker):
            process.communicate()
    assert acknowledged >= 20
    with open_read_only(path) as journal:
        paths = journal.execute("SELECT path FROM requests").fetchall()
    found = {int(path[1:]) for (path,) in paths}
    assert len(found) == len(paths)
    assert found == set(range(len(found)))
    assert len(found) >= acknowledged


def start(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True
    )


def test_the_views_give_the_right_figures(journal, write, shop, call, reply):
    journal.submit(Source("n", 5, 0), Contracts((shop,)), lambda: None)
    missing = {"status": 404, "outcome": "client_error"}
    write(
        *((START + i, 10 * (i + 1), call(), reply()) for i in range(10)),
        (START + MINUTE, 5, call("/pets/9"), reply(**missing)),
        (START + MINUTE + 1, 5, call("/nowhere"), reply(operation="", source="refusal", **missing)),
        (START + MINUTE + 2, 5, call("/nowhere"), reply(operation="", source="", status=204)),
    )
    assert journal.query("SELECT calls, p50_us, p95_us, max_us, mean_us FROM latency"
                         " WHERE operation <> ''").rows == [[11, 50, 100, 100, 50]]  # fmt: skip
    assert journal.query("SELECT operation, status, calls FROM errors ORDER BY ALL").rows == [
        ["", 404, 1],
        ["GET /pets/{petId}", 404, 1],
    ]
    assert journal.query("SELECT operation, calls, covered, seen, missing FROM coverage").rows == [
        ["GET /pets/{petId}", 11, True, ["200", "404"], ["default"]],
        ["POST /pets", 0, False, [], ["201", "4XX"]],
    ]
    assert journal.query("SELECT calls, errors, response_bytes FROM traffic_per_minute").rows == [
        [10, 0, 80],
        [3, 2, 24],
    ]
    assert journal.query("SELECT method, path, calls FROM unmatched").rows == [
        ["GET", "/nowhere", 1]
    ]


def test_coverage_knows_ranges_and_default(journal, write, shop, call, reply):
    journal.submit(Source("n", 5, 0), Contracts((shop,)), lambda: None)
    write(
        (START, 1, call(), reply(status=418)),
        (START, 1, call(method="POST"), reply(status=422, operation="POST /pets")),
    )
    assert journal.query("SELECT missing FROM coverage ORDER BY operation").rows == [
        [["200", "404"]],
        [["201"]],
    ]


def test_coverage_counts_each_operation_of_a_call(journal, write, shop, call, reply):
    journal.submit(Source("n", 5, 0), Contracts((shop,)), lambda: None)
    both = JOINT.join(["GET /pets/{petId}", "POST /pets", "GET /pets/{petId}"])
    write((START, 1, call(), reply(operation=both)), (START, 1, call(), reply()))
    assert journal.query("SELECT operation, calls FROM coverage ORDER BY operation").rows == [
        ["GET /pets/{petId}", 2],
        ["POST /pets", 1],
    ]


def test_an_operation_may_have_the_joint_in_its_name(journal, write, call, reply):
    odd = mock_part("shop", "openapi", [Operation("GET /a + b")])
    journal.submit(Source("n", 5, 0), Contracts((odd,)), lambda: None)
    write((START, 1, call(), reply(operation="GET /a + b")))
    assert journal.query("SELECT operation, calls FROM coverage").rows == [["GET /a + b", 1]]


def test_a_query_sees_what_was_submitted_before_it(journal, write, call, reply):
    for number in range(1, 4):
        write((START, 1, call(), reply()))
        assert journal.query("SELECT count(*) FROM requests").rows == [[number]]
    assert journal.status().rows == 3


def test_queries_run_while_the_writer_writes(journal, write, call, reply):
    counts = []
    for number in range(20):
        write(*((START + number, 1, call(f"/{number}/{i}"), reply()) for i in range(100)))
        counts.append(journal.query("SELECT count(*) FROM requests").rows[0][0])
    assert counts == list(range(100, 2001, 100))


def test_old_rows_are_deleted_and_new_ones_stay(tmp_path, call, reply, monkeypatch):
    monkeypatch.setattr(upkeep, "ROUND_SECONDS", 0.05)
    monkeypatch.setattr(upkeep, "DELETED_ROWS", 30)
    now = time.time_ns() // 1000
    journal = Journal(Settings(str(tmp_path / "journal.duckdb"), retain=3600))
    rows = [(now - (i % 2) * 7200 * 1_000_000, 1, raw(call(), reply())) for i in range(200)]
    journal.submit(Source("n", 1, 0), Batch(1, 1, 0, (("a", "b"),), rows), lambda: None)
    journal.flush()
    deadline = time.monotonic() + 5
    while journal.query("SELECT count(*) FROM requests").rows != [[100]]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    journal.close()


def test_events_are_recorded(journal):
    journal.event("server.started", "server", "shop", {"port": 8080})
    journal.event("server.stopped", "cli", "")
    assert journal.query(
        "SELECT type, actor, subject, data->>'port' FROM events ORDER BY id"
    ).rows == [
        ["server.started", "server", "shop", "8080"],
        ["server.stopped", "cli", "", None],
    ]


def test_nothing_is_acknowledged_while_the_disk_fails_and_nothing_is_lost(
    journal, call, reply, monkeypatch
):
    real, failing = TableAppender.write, [True]

    def write(self, deliveries, **how):
        if failing:
            raise duckdb.IOException("IO Error: no space left on device")
        return real(self, deliveries, **how)

    monkeypatch.setattr(TableAppender, "write", write)
    done = []
    rows = [(START, 1, raw(call(), reply()))]
    journal.submit(Source("n", 1, 0), Batch(1, 1, 0, (("a", "b"),), rows), lambda: done.append(1))
    assert not journal.flush(0.3)
    status = journal.status()
    assert (status.waiting_batches, status.waiting_rows, status.rows, done) == (1, 1, 0, [])
    assert "no space left" in status.last_error
    failing.clear()
    assert journal.flush()
    assert (journal.status().last_error, journal.status().rows, done) == ("", 1, [1])


def test_what_repeats_is_not_lost_once_the_disk_works_again(
    journal, write, call, reply, monkeypatch
):
    real, failures = TableAppender.write, [duckdb.IOException("IO Error: no space left on device")]

    def fail_once(self, deliveries, **how):
        if failures:
            raise failures.pop()
        return real(self, deliveries, **how)

    write((START, 1, call(), reply()))
    monkeypatch.setattr(TableAppender, "write", fail_once)
    write((START + 1, 1, call(), reply()))
    assert journal.query("SELECT count(*) FROM requests").rows == [[2]]


def test_a_transaction_that_fails_half_way_leaves_nothing(journal, write, call, reply):
    write((START, 1, call(), reply()))
    write((START, 1, call("/bad"), reply(status=2**40)), (START, 1, call("/good"), reply()))
    write((START, 1, call("/good"), reply()))
    assert journal.query("SELECT path FROM requests ORDER BY id").rows == [["/pets/1"], ["/good"]]
    assert journal.query(
        "SELECT dropped, reason LIKE 'DuckDB refused%' FROM journal_gaps"
    ).rows == [[2, True]]


def test_closing_writes_what_waits(tmp_path, call, reply):
    path = str(tmp_path / "journal.duckdb")
    journal = Journal(Settings(path))
    for number in range(50):
        rows = [(START, 1, raw(call(), reply()))]
        batch = Batch(number, 1, number, (("a", "b"),), rows)
        journal.submit(Source("n", 1, -1), batch, lambda: None)
    journal.close()
    with open_read_only(path) as again:
        assert again.execute("SELECT count(*), count(DISTINCT id) FROM requests").fetchone() == (
            50,
            50,
        )
    with pytest.raises(JournalError, match="closed"):
        journal.query("SELECT 1")


def test_the_repeated_and_the_unique_are_the_same_rows(journal, write, call, reply):
    """Shapes are an economy: they must not show."""
    calls = [call(f"/{i % 7}", body=bytes([65 + i % 3])) for i in range(300)]
    write(*((START + i, i, made, reply(body=str(i % 5).encode())) for i, made in enumerate(calls)))
    found = journal.query(
        "SELECT latency_us, path, request_body, response_body FROM requests ORDER BY ts", 1000
    ).rows
    assert found == [[i, f"/{i % 7}", chr(65 + i % 3), str(i % 5)] for i in range(300)]

"""From a worker's recorder over a real Unix socket into the file."""

import asyncio
import base64
import contextlib
import tempfile
from pathlib import Path

import msgspec
import pytest

from polymock.errors import JournalError
from polymock.interfaces import Operation
from polymock.journal.frames import (
    Ack,
    Batch,
    Contracts,
    Hello,
    Replies,
    encode_call,
    encode_frame,
    mock_part,
    read_frame,
    reply_fields,
)
from polymock.journal.receiver import Receiver
from polymock.journal.stream import Recorder
from polymock.journal.writer import Journal, Settings

TS = 1_700_000_000_000_000


@pytest.fixture
def socket():
    """A short path: a Unix socket's has to be."""
    with tempfile.TemporaryDirectory(prefix="pm") as folder:
        yield str(Path(folder) / "j")


@contextlib.asynccontextmanager
async def connected(socket):
    """A worker made of bytes."""
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


@contextlib.asynccontextmanager
async def receiving(journal, socket):
    receiver = Receiver(journal, socket)
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.close(2)


def rows(journal, sql):
    return journal.query(sql).rows


def test_exchanges_arrive_with_all_their_columns(journal, socket, shop, call, reply):
    async def story():
        async with receiving(journal, socket):
            recorder = Recorder(socket, "host:1")
            recorder.set_mocks([shop])
            recorder.start()
            secret = call(headers=((b"authorization", b"Bearer x"), (b"user-agent", b"curl")))
            recorder.record(0, secret, reply(stable=True), TS, 7)
            recorder.record(0, call("/pets/2"), reply(404, outcome="client_error"), TS + 1, 8)
            assert await recorder.close()

    asyncio.run(story())
    assert rows(
        journal,
        "SELECT ts, node, mock, protocol, operation, path, status, outcome, latency_us, user_agent,"
        " request_headers->>'authorization', response_body, request_body, violations, truncated"
        " FROM requests ORDER BY id",
    ) == [
        [
            *("2023-11-14T22:13:20Z", "host:1", "shop", "openapi", "GET /pets/{petId}"),
            *("/pets/1", 200, "ok", 7, "curl", "[redacted]", '{"id":1}', None, [], False),
        ],
        [
            *("2023-11-14T22:13:20.000001Z", "host:1", "shop", "openapi", "GET /pets/{petId}"),
            *("/pets/2", 404, "client_error", 8, "", None, '{"id":1}', None, [], False),
        ],
    ]
    assert rows(journal, "SELECT operation, statuses FROM operations ORDER BY 1") == [
        ["GET /pets/{petId}", ["200", "404", "default"]],
        ["POST /pets", ["201", "4XX"]],
    ]


def test_hostile_bytes_do_not_break_the_journal(journal, socket, shop, call, reply):
    async def story():
        async with receiving(journal, socket):
            recorder = Recorder(socket, "n", body_limit=10)
            recorder.set_mocks([shop])
            recorder.start()
            made = call("/\x00%ff", b"a\x00b", ((b"x\x00", b"\xff\x00"), (b"", b"")))
            made.query = b"\xff=\x00&%zz"
            recorder.record(0, made, reply(body=b"\xff" * 20, headers=()), TS, 1)
            recorder.record(0, call("/\ud800"), reply(), TS, 1)
            recorder.record(0, call(), reply(status="200", stable=True), TS, 1)
            assert await recorder.close()

    asyncio.run(story())
    stored = "base64:" + base64.b64encode(b"\xff" * 10).decode()
    assert rows(
        journal, "SELECT path, query, request_body, response_body, truncated FROM requests"
    ) == [["/\x00%ff", "\\xff=\x00&%zz", "a\x00b", stored, True]]
    assert rows(journal, "SELECT dropped, reason FROM journal_gaps") == [
        [2, "the exchange held values that cannot be written"]
    ]


def test_what_does_not_fit_becomes_a_gap(journal, socket, shop, call, reply):
    async def story():
        recorder = Recorder(socket, "n", capacity=20_000)
        recorder.set_mocks([shop])
        recorder.start()
        for number in range(1000):
            recorder.record(0, call(body=b"x" * 100), reply(), TS + number, 1)
        async with receiving(journal, socket):
            assert await recorder.close()

    asyncio.run(story())
    ((dropped, node, size),) = rows(journal, "SELECT dropped, node, bytes FROM journal_gaps")
    ((kept,),) = rows(journal, "SELECT count(*) FROM requests")
    assert 0 < kept < 1000
    assert (dropped, node) == (1000 - kept, "n")
    assert size > dropped * 100
    assert journal.status().dropped_rows == dropped


def test_a_worker_outlives_the_control_process_without_loss_or_double(
    tmp_path, socket, shop, call, reply
):
    path = str(tmp_path / "journal.duckdb")
    answer = reply(stable=True)

    async def story():
        recorder = Recorder(socket, "n")
        recorder.set_mocks([shop])
        recorder.start()
        for life in range(3):
            journal = Journal(Settings(path))
            receiver = Receiver(journal, socket)
            await receiver.start()
            for number in range(600):
                recorder.record(0, call(f"/{life}/{number}"), answer, TS + number, 1)
                if number % 100 == 0:
                    await asyncio.sleep(0.01)
            if life == 2:
                assert await recorder.close()
            await receiver.close(0)
            await asyncio.to_thread(journal.close)

    asyncio.run(story())
    journal = Journal(Settings(path))
    found = rows(journal, "SELECT count(*), count(DISTINCT path), count(DISTINCT id) FROM requests")
    journal.close()
    assert found == [[1800, 1800, 1800]]


def test_a_batch_sent_twice_is_written_once(journal, socket, call, reply):
    """What a worker does when the acknowledgement was lost with the connection."""

    async def send(resuming):
        async with connected(socket) as (reader, writer):
            writer.write(encode_frame(Hello("n", 1, 77, resuming)))
            writer.write(encode_frame(batch))
            return await read_frame(reader)

    async def story():
        async with receiving(journal, socket):
            assert await send(0) == Ack(1)
            assert await send(1) == Ack(1)

    fields = reply_fields(reply(), b"{}", 2, 2)
    row = (TS, 1, msgspec.Raw(encode_call(0, call(), fields, b"", 0, 0)))
    batch = Batch(1, 1, 0, (("shop", "openapi"),), [row])
    asyncio.run(story())
    assert rows(journal, "SELECT count(*) FROM requests") == [[1]]


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x01\xc1",
        encode_frame(Batch(1, 1, 0, (), [])),
        encode_frame(Hello("n", 1, 1, 0)) + encode_frame(Ack(1)),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_something_that_is_no_worker_is_disconnected(journal, socket, sent):
    async def story():
        async with receiving(journal, socket), connected(socket) as (reader, writer):
            writer.write(sent)
            assert await asyncio.wait_for(reader.read(), 2) == b""

    asyncio.run(story())


def test_rows_that_cannot_be_read_become_a_gap(journal, socket):
    async def story():
        async with receiving(journal, socket), connected(socket) as (reader, writer):
            writer.write(encode_frame(Hello("n", 1, 1, 0)))
            writer.write(encode_frame(Replies(1, {})))
            bad = [(TS, 1, msgspec.Raw(b"\x93\x01\x02\x03"))]
            writer.write(encode_frame(Batch(1, 1, 0, (("m", "p"),), bad)))
            assert await read_frame(reader) == Ack(1)

    asyncio.run(story())
    assert rows(journal, "SELECT dropped FROM journal_gaps") == [[1]]


def test_rows_that_duckdb_refuses_become_a_gap_and_the_others_stay(
    journal, socket, shop, call, reply
):
    async def story():
        async with receiving(journal, socket):
            recorder = Recorder(socket, "n")
            recorder.set_mocks([shop])
            recorder.start()
            recorder.record(0, call(), reply(), TS, 1)
            recorder.set_mocks([shop])
            recorder.record(0, call(), reply(status=2**40), TS, 1)
            recorder.set_mocks([shop])
            recorder.record(0, call(), reply(), TS, 1)
            assert await recorder.close()

    asyncio.run(story())
    assert rows(journal, "SELECT count(*) FROM requests") == [[2]]
    assert rows(journal, "SELECT dropped FROM journal_gaps") == [[1]]
    assert journal.status().last_error == ""


def test_a_reload_replaces_the_operations(journal, socket, shop, call, reply):
    async def story():
        async with receiving(journal, socket):
            recorder = Recorder(socket, "n")
            recorder.set_mocks([shop])
            recorder.start()
            recorder.record(0, call(), reply(), TS, 1)
            recorder.set_mocks([mock_part("other", "graphql", [Operation("Query.pet")])])
            recorder.record(0, call(), reply(), TS + 1, 1)
            assert await recorder.close()

    asyncio.run(story())
    assert rows(journal, "SELECT DISTINCT mock FROM operations") == [["other"]]
    assert rows(journal, "SELECT mock, protocol FROM requests ORDER BY ts") == [
        ["shop", "openapi"],
        ["other", "graphql"],
    ]


def test_many_stable_replies_keep_apart(journal, socket, shop, call, reply):
    answers = [reply(body=str(number).encode(), stable=True) for number in range(5000)]

    async def story():
        async with receiving(journal, socket):
            recorder = Recorder(socket, "n")
            recorder.set_mocks([shop])
            recorder.start()
            for _ in range(2):
                for number, answer in enumerate(answers):
                    recorder.record(0, call(f"/{number}"), answer, TS, 1)
                await asyncio.sleep(0)
            assert await recorder.close()

    asyncio.run(story())
    assert rows(journal, "SELECT count(*), count(*) FILTER (path = '/' || response_body)"
                         " FROM requests") == [[10_000, 10_000]]  # fmt: skip


def test_contracts_alone_are_written(journal, socket, shop):
    async def story():
        async with receiving(journal, socket), connected(socket) as (_, writer):
            writer.write(encode_frame(Hello("n", 1, 1, 0)))
            writer.write(encode_frame(Contracts((shop,))))
            await writer.drain()
            for _ in range(100):
                await asyncio.sleep(0.01)
                if await asyncio.to_thread(rows, journal, "FROM operations"):
                    break

    asyncio.run(story())
    assert rows(journal, "SELECT count(*) FROM operations") == [[2]]


def test_closing_without_a_control_process_gives_up_in_time(socket, shop, call, reply):
    async def story():
        recorder = Recorder(socket, "n")
        recorder.set_mocks([shop])
        recorder.start()
        recorder.record(0, call(), reply(), TS, 1)
        return await recorder.close(0.1)

    assert asyncio.run(story()) is False


def test_a_socket_whose_path_is_too_long_is_an_error(journal):
    with pytest.raises(JournalError, match="too long"):
        asyncio.run(Receiver(journal, "/tmp/" + "x" * 120).start())


def test_a_socket_in_a_missing_folder_is_an_error(journal):
    with pytest.raises(JournalError, match="cannot be made"):
        asyncio.run(Receiver(journal, "/nonexistent/j").start())


def test_streams_are_recorded_with_their_messages_and_sizes(journal, socket, shop, call, reply):
    async def story():
        async with receiving(journal, socket):
            recorder = Recorder(socket, "n", body_limit=5)
            recorder.set_mocks([shop])
            recorder.start()
            answered = reply(body=b"first", request_messages=4, response_messages=9)
            recorder.record(0, call(body=b"one"), answered, TS, 1, 40, 5)
            recorder.record(0, call(), reply(body=b"{}", stable=True), TS + 1, 1, None, 80)
            recorder.record(0, call(body=b"x" * 9000), reply(body=b"{}"), TS + 2, 1, 100, None)
            assert await recorder.close()

    asyncio.run(story())
    assert rows(
        journal,
        "SELECT request_messages, response_messages, request_bytes, response_bytes, request_body,"
        " response_body, truncated FROM requests ORDER BY ts",
    ) == [
        [4, 9, 40, 5, "one", "first", True],
        [1, 1, 0, 80, None, "{}", True],
        [1, 1, 100, 2, "xxxxx", "{}", True],
    ]


def test_a_protocols_own_status_and_trailers_are_kept(journal, socket, shop, call, reply):
    async def story():
        async with receiving(journal, socket):
            recorder = Recorder(socket, "n")
            recorder.set_mocks([shop])
            recorder.start()
            trailers = ((b"grpc-status", b"5"), (b"x-b", b"2"))
            for stable in (True, False):
                answered = reply(200, code=5, trailers=trailers, stable=stable)
                recorder.record(0, call(), answered, TS, 1)
            assert await recorder.close()

    asyncio.run(story())
    kept = '{"content-type":"application/json","grpc-status":"5","x-b":"2"}'
    assert rows(journal, "SELECT status, response_headers FROM requests") == [[5, kept]] * 2

"""Bodies that are no text, shown as text."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from polymock.journal.receiver import Receiver
from polymock.journal.redaction import Redactor
from polymock.journal.rows import Formatter, exchange_of
from polymock.journal.stream import Recorder
from polymock.journal.transcription import Transcriber, shown, transcribers
from polymock.journal.writer import Journal
from polymock_schemas.calls import Headers

TS = 1_700_000_000_000_000
BINARY = b"\xff\x01\x02"


class Numbers:
    """Shows bytes as a list of numbers; `count` says how often it was asked."""

    def __init__(self) -> None:
        self.count = 0

    def transcribe(self, operation: str, headers: Headers, body: bytes, *, is_reply: bool) -> bytes:
        self.count += 1
        if b"!" in body:
            raise ZeroDivisionError
        if b"?" in body:
            return str(body)
        return f'{{"{operation}": {list(body)}}}'.encode()


@pytest.fixture
def socket() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="pm") as folder:
        yield str(Path(folder) / "j")


def test_only_contracts_that_transcribe_have_a_transcriber() -> None:
    numbers = Numbers()
    none, made = transcribers([("a", SimpleNamespace()), ("b", numbers)])
    assert none is None
    assert made is not None
    assert made.text("Get", (), b"\x07", is_reply=True) == b'{"Get": [7]}'


def test_a_contract_that_fails_is_reported_once_and_loses_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    transcriber = Transcriber(Numbers(), "shop")
    with caplog.at_level(logging.ERROR):
        for body in (b"!1", b"!2", b"?"):
            assert transcriber.text("Get", (), body, is_reply=False) == body
    assert [record.message for record in caplog.records] == [
        "mock 'shop' cannot show a body of Get as text"
    ]


def test_nothing_is_made_of_nothing() -> None:
    numbers = Numbers()
    transcriber = Transcriber(numbers, "shop")
    assert transcriber.text("Get", (), b"", is_reply=False) == b""
    assert transcriber.text("", (), BINARY, is_reply=False) == BINARY
    assert numbers.count == 0


@pytest.mark.parametrize(
    ("body", "text", "size", "seen", "whole"),
    [
        (b"abc", b"abc", 3, b"abc", 3),
        (b"abcdefgh", b"abcdefgh", 8, b"abcde", 8),
        (b"abc", b"abc", 90, b"abc", 90),  # the rest of a stream was not kept
        (b"\x01\x02", b"[1,2]", 2, b"[1,2]", 5),
        (b"\x01\x02", b"[1,2]", 9, b"[1,2]", 12),
        (b"\x01\x02", b"[1, 2]", 2, b"[1, 2", 6),
        (b"abc", b"abc", 1, b"abc", 3),  # compressed on the wire
    ],
)
def test_what_is_shown_tells_whether_it_is_all(
    body: bytes, text: bytes, size: int, seen: bytes, whole: int
) -> None:
    assert shown(body, text, size, 5) == (seen, whole)


def test_text_arrives_in_the_journal_with_the_sizes_of_the_wire(
    journal: Journal, socket, shop, call, reply
) -> None:
    numbers = Numbers()
    stable = reply(body=BINARY, operation="Get", stable=True)

    async def story() -> None:
        receiver = Receiver(journal, socket)
        await receiver.start()
        recorder = Recorder(socket, "n", body_limit=40)
        recorder.set_mocks([shop], transcribers([("shop", numbers)]))
        recorder.start()
        for number in range(300):
            recorder.record(0, call(body=b"\x01"), stable, TS + number, 1)
        recorder.record(0, call(body=b"\x02"), reply(body=b"\x03", operation="Put"), TS, 1)
        recorder.record(0, call(body=b"!"), reply(body=b"\x01" * 90, operation="Get"), TS, 1)
        recorder.record(0, call(), reply(body=b"\x05", operation="Sum"), TS, 1, 700, 1)
        assert await recorder.close()
        await receiver.close(2)

    asyncio.run(story())
    found = journal.query(
        "SELECT operation, count(*), request_bytes, response_bytes, request_body, response_body,"
        " truncated FROM requests GROUP BY ALL ORDER BY operation, request_body"
    ).rows
    long = str([1] * 90)
    assert found == [
        ["Get", 1, 1, 90, "!", f'{{"Get": {long}'[:40], True],
        ["Get", 300, 1, 3, '{"Get": [1]}', '{"Get": [255, 1, 2]}', False],
        ["Put", 1, 1, 1, '{"Put": [2]}', '{"Put": [3]}', False],
        ["Sum", 1, 700, 1, "", '{"Sum": [5]}', True],
    ]
    assert numbers.count == 306  # each call, and the stable reply once


def test_a_body_is_transcribed_before_it_is_cut(
    journal: Journal, socket, shop, call, reply
) -> None:
    """Half of a message is none."""

    async def story() -> None:
        receiver = Receiver(journal, socket)
        await receiver.start()
        recorder = Recorder(socket, "n", body_limit=10)
        recorder.set_mocks([shop], transcribers([("shop", Numbers())]))
        recorder.start()
        recorder.record(0, call(body=b"\x01" * 9000), reply(operation="A"), TS, 1)
        assert await recorder.close()
        await receiver.close(2)

    asyncio.run(story())
    assert journal.query("SELECT request_body, request_bytes, truncated FROM requests").rows == [
        ['{"A": [1, ', 9000, True]
    ]


def test_an_exchange_in_process_is_shown_alike(call, reply) -> None:
    found = exchange_of(
        "shop",
        "numbers",
        call(body=BINARY),
        reply(body=b"\x07", operation="Get"),
        TS,
        1,
        100,
        Formatter(Redactor(("$.Get",))),
        response_bytes=50,
        transcriber=Transcriber(Numbers(), "shop"),
    )
    assert (found.request_body, found.request_bytes) == ('{"Get":"[redacted]"}', 3)
    assert (found.response_body, found.response_bytes) == ('{"Get":"[redacted]"}', 50)

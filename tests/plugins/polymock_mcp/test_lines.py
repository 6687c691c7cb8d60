from __future__ import annotations

import asyncio
import io
import os
from typing import Any

import msgspec
import pytest
from mcp.shared.message import SessionMessage

from polymock_mcp import lines as lines_module
from polymock_mcp.lines import INVALID_REQUEST, PARSE_ERROR, Fault, Lines, read_message

PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


@pytest.mark.parametrize(
    ("line", "code", "id_"),
    [
        (b"{", PARSE_ERROR, None),
        (b"nonsense", PARSE_ERROR, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"pi\xffng"}', PARSE_ERROR, None),
        (b"[" * 100_000, PARSE_ERROR, None),
        (b"[" + PING + b"]", INVALID_REQUEST, None),
        (b"7", INVALID_REQUEST, None),
        (b"{}", INVALID_REQUEST, None),
        (b'{"jsonrpc":"1.0","id":7,"method":"ping"}', INVALID_REQUEST, 7),
        (b'{"jsonrpc":"2.0","id":"a"}', INVALID_REQUEST, "a"),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', INVALID_REQUEST, 1),
    ],
)
def test_what_is_no_message_is_told_so(line: bytes, code: int, id_: Any) -> None:
    found = read_message(line)
    assert isinstance(found, Fault)
    assert (found.code, found.id) == (code, id_)


def test_a_message_is_read() -> None:
    found = read_message(PING)
    assert isinstance(found, SessionMessage)
    assert read_message(b" " + PING + b"\r\n") == found


class Client:
    """The other end: what it sends, and all that it was sent until we were done."""

    def __init__(self, sent: bytes) -> None:
        self.sink = io.BytesIO()
        reading, writing = os.pipe()
        self._writing = writing
        self.source = os.fdopen(reading, "rb", buffering=0)
        self._sent = sent

    def send(self) -> None:
        view = memoryview(self._sent)
        while view:
            view = view[os.write(self._writing, view[:65536]) :]
        os.close(self._writing)

    @property
    def heard(self) -> list[Any]:
        return [msgspec.json.decode(line) for line in self.sink.getvalue().splitlines()]


def converse(sent: bytes, greet: Any = None) -> tuple[Client, list[Any]]:
    """Echo the method of each message; what the client heard, and what came in."""
    client = Client(sent)
    came: list[Any] = []
    lines = Lines(client.source, client.sink, greet)  # type: ignore[arg-type]

    async def run() -> None:
        from mcp_types import JSONRPCResponse

        async with lines.connected() as (incoming, outgoing), outgoing, incoming:
            async for item in incoming:
                message = item.message  # type: ignore[union-attr]
                came.append(message.method)
                if hasattr(message, "id"):
                    result = {"echo": message.method}
                    told = JSONRPCResponse(jsonrpc="2.0", id=message.id, result=result)
                    await outgoing.send(SessionMessage(told))

    async def both() -> None:
        await asyncio.gather(asyncio.to_thread(client.send), run())

    lines.start()
    asyncio.run(both())
    client.source.close()
    return client, came


def test_messages_go_to_and_fro_and_blank_lines_are_none() -> None:
    client, came = converse(b"\n" + PING + b"\n\n" + PING.replace(b"ping", b"pong"))
    assert came == ["ping", "pong"]
    assert client.heard == [
        {"jsonrpc": "2.0", "id": 1, "result": {"echo": "ping"}},
        {"jsonrpc": "2.0", "id": 1, "result": {"echo": "pong"}},
    ]


def test_lines_that_are_no_messages_are_answered_and_the_rest_goes_on() -> None:
    client, came = converse(b"{\n" + PING + b"\n")
    assert came == ["ping"]
    assert [each.get("error", {}).get("code") for each in client.heard] == [PARSE_ERROR, None]


def test_large_messages_come_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    large = (
        b'{"jsonrpc":"2.0","id":2,"method":"large","params":{"text":"' + b"x" * 3_000_000 + b'"}}'
    )
    _, came = converse(large + b"\n" + PING + b"\n")
    assert came == ["large", "ping"]


def test_of_a_line_without_end_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE", 100_000)
    client, came = converse(b"x" * 1_000_000 + b"\n" + PING + b"\n")
    assert came == ["ping"]
    first, second = client.heard
    assert first["error"]["code"] == INVALID_REQUEST
    assert "more than 100000 bytes" in first["error"]["message"]
    assert second["result"] == {"echo": "ping"}


def test_the_first_message_is_greeted_once_and_its_answer_is_dropped() -> None:
    def greet(line: bytes) -> tuple[int, bytes]:
        return 1, b'{"greeted":true}'

    again = PING.replace(b"ping", b"again")
    client, came = converse(PING + b"\n" + again + b"\n", greet)
    assert came == ["ping", "again"]
    assert client.heard == [
        {"greeted": True},
        {"jsonrpc": "2.0", "id": 1, "result": {"echo": "again"}},
    ]

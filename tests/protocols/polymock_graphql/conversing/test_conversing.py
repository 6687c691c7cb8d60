"""GraphQL over WebSockets, message by message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from polymock_graphql.conversing.operations import with_params
from polymock_schemas.calls import Call, Reply

TRANSPORT, LEGACY = "graphql-transport-ws", "graphql-ws"
INIT = {"type": "connection_init"}
ACK = {"type": "connection_ack"}
SUBSCRIPTION = {"query": "subscription { renamed { id } }"}
FIELDS = {b"sec-websocket-protocol": b"x", b"host": b"pets"}


class ScriptedSocket:
    """A client that says its lines, and hangs up once it has heard nothing for a moment."""

    def __init__(self, lines: list[Any]) -> None:
        self._lines = lines
        self._heard = asyncio.Event()
        self.sent: list[Any] = []
        self.closed: tuple[int, str] | None = None

    async def receive(self) -> str | bytes | None:
        if self.closed is not None:
            return None
        while not self._lines or self._lines[0] is ...:
            self._heard.clear()
            try:
                await asyncio.wait_for(self._heard.wait(), 0.1)
            except TimeoutError:
                if not self._lines:
                    return None
                self._lines.pop(0)
        line = self._lines.pop(0)
        return line if isinstance(line, str | bytes) else msgspec.json.encode(line).decode()

    async def send(self, message: str | bytes) -> None:
        self._heard.set()
        self.sent.append(msgspec.json.decode(message))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        if self.closed is None:
            self.closed = (code, reason)


class OneFlow:
    """A reply as the edge hands it on."""

    def __init__(self, reply: Reply) -> None:
        self.reply = self.end = reply
        self._chunks = self._iterate()

    async def _iterate(self) -> AsyncIterator[bytes]:
        if self.reply.body:
            yield self.reply.body
        if self.reply.stream is not None:
            async for chunk in self.reply.stream:
                yield chunk

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        return await anext(self._chunks)

    async def aclose(self) -> None:
        await self._chunks.aclose()


def talk(client, subprotocol: str, *lines: Any) -> tuple[list[Any], Any]:
    """What is said to a client that says these lines (... is a moment's silence)."""

    async def run() -> tuple[list[Any], Any]:
        socket = ScriptedSocket(list(lines))
        call = Call("GET", "/", b"", tuple(FIELDS.items()), dict(FIELDS))
        await client.contract.converse(
            call, subprotocol, socket, lambda asked: OneFlow(client.engine.handle(asked))
        )
        return socket.sent, socket.closed

    return asyncio.run(run())


def test_a_subscription(client) -> None:
    sent, closed = talk(
        client, TRANSPORT, INIT, {"type": "subscribe", "id": "1", "payload": SUBSCRIPTION}
    )
    assert sent == [
        ACK,
        *(
            {"id": "1", "type": "next", "payload": {"data": {"renamed": {"id": str(number)}}}}
            for number in range(3)
        ),
        {"id": "1", "type": "complete"},
    ]
    assert closed is None


def test_queries_mutations_and_refusals(client) -> None:
    ask = {"type": "subscribe"}
    sent, _ = talk(
        client,
        TRANSPORT,
        INIT,
        {**ask, "id": "q", "payload": {"query": "{ pets { id } }"}},
        {**ask, "id": "m", "payload": {"query": 'mutation { rename(id: "2") { id } }'}},
        {**ask, "id": "x", "payload": {"query": "{ nope }"}},
        {**ask, "id": "v", "payload": {"query": "query($id: ID!) { pet(id: $id) { id } }"}},
    )
    by_id = {(message.get("id"), message["type"]): message.get("payload") for message in sent}
    assert by_id["q", "next"] == {"data": {"pets": [{"id": "1"}]}}
    assert by_id["m", "next"] == {"data": {"rename": {"id": "2"}}}
    assert by_id["x", "error"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert by_id["v", "error"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert ("x", "complete") not in by_id
    assert ("q", "complete") in by_id


def test_a_client_ends_its_subscription(connect) -> None:
    client = connect(subscriptions={"interval": "1h"})
    subscribe = {"type": "subscribe", "id": "1", "payload": SUBSCRIPTION}
    sent, closed = talk(
        client, TRANSPORT, INIT, subscribe, ..., {"type": "complete", "id": "1"}, subscribe
    )
    assert [message["type"] for message in sent] == ["connection_ack", "next", "next"]
    assert closed is None


def test_pings(client) -> None:
    sent, _ = talk(client, TRANSPORT, {"type": "ping"}, INIT, {"type": "ping", "payload": {"a": 1}})
    assert sent == [{"type": "pong"}, ACK, {"type": "pong", "payload": {"a": 1}}]


SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": SUBSCRIPTION}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([SUBSCRIBE], 4401),
        ([INIT, INIT], 4429),
        ([INIT, SUBSCRIBE, SUBSCRIBE], 4409),
        (["{"], 4400),
        (["[]"], 4400),
        (["[" * 100_000], 4400),
        ([b"{}"], 4400),
        ([{}], 4400),
        ([{"type": ["x"]}], 4400),
        ([{"type": "connection_init", "payload": 1}], 4400),
        ([INIT, {"type": "subscribe", "payload": SUBSCRIPTION}], 4400),
        ([INIT, {"type": "subscribe", "id": [1], "payload": SUBSCRIPTION}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": "x"}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {"query": 1}}], 4400),
        ([INIT, {"type": "complete"}], 4400),
    ],
)
def test_what_breaks_the_protocol_closes_the_socket(connect, lines, code) -> None:
    _, closed = talk(connect(subscriptions={"interval": "1h"}), TRANSPORT, *lines)
    assert closed is not None
    assert closed[0] == code


def test_a_client_that_says_nothing(client, monkeypatch) -> None:
    monkeypatch.setattr("polymock_graphql.conversing.transport.INIT_SECONDS", 0.02)
    _, closed = talk(client, TRANSPORT)
    assert closed == (4408, "Connection initialisation timeout")


def test_operations_at_once_are_limited(connect, monkeypatch) -> None:
    monkeypatch.setattr("polymock_graphql.conversing.operations.MAX_OPERATIONS", 2)
    client = connect(subscriptions={"interval": "1h"})
    asked = [{**SUBSCRIBE, "id": name} for name in "abc"]
    sent, closed = talk(client, TRANSPORT, INIT, *asked)
    assert [message["id"] for message in sent if message["type"] == "error"] == ["c"]
    assert closed is None


def test_a_socket_without_a_subprotocol(client) -> None:
    assert talk(client, "", INIT)[1] == (4406, "Subprotocol not acceptable")


def test_the_older_subprotocol(client) -> None:
    sent, closed = talk(
        client,
        LEGACY,
        {"type": "connection_init", "payload": {}},
        {"type": "start", "id": "1", "payload": SUBSCRIPTION},
        {"type": "start", "id": "2", "payload": {"query": "{ nope }"}},
        ...,
        {"type": "stop", "id": "1"},
        {"type": "connection_terminate"},
    )
    assert sent[0] == ACK
    assert {"type": "ka"} in sent
    assert {"id": "1", "type": "data", "payload": {"data": {"renamed": {"id": "2"}}}} in sent
    assert {"id": "1", "type": "complete"} in sent
    (error,) = [message for message in sent if message["type"] == "error"]
    assert error["payload"]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert closed == (1000, "")


@pytest.mark.parametrize("line", ["x", {"type": "start"}, {"type": "start", "id": [1]}, {}])
def test_the_older_subprotocol_broken(client, line) -> None:
    assert talk(client, LEGACY, line)[1][0] == 1002


def test_connection_params_become_header_fields() -> None:
    call = Call("GET", "/", b"", tuple(FIELDS.items()), dict(FIELDS))
    params = {
        "Authorization": "Bearer x",
        "headers": {"X-Api-Key": "k", "Content-Type": "text/plain"},
        "Host": "other",
        "sec-websocket-protocol": "y",
        "bad name": "x",
        "x-bad": "a\r\nb",
        "x-number": 7,
    }
    assert with_params(call, params).fields == {
        **FIELDS,
        b"authorization": b"Bearer x",
        b"x-api-key": b"k",
    }

"""Streams over HTTP, the edge driven as an ASGI application without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.ticker import Recorded, TickerContract, mocks_of
from polymock.edge.http import HttpEdge
from polymock.edge.responder import MockResponder
from polymock.edge.streaming import BrokenOff
from polymock.snapshot import Snapshot
from polymock_schemas.calls import Reply


class Exchange:
    """One request to an edge over one mock; the client stays until `leave`."""

    def __init__(self, path: str, method: str = "GET", origin: bytes | None = None) -> None:
        self.contract = TickerContract()
        self.recorded = Recorded()
        responder = MockResponder(Snapshot(mocks_of(self.contract)), self.recorded)
        self.edge = HttpEdge(responder, max_body=10, cors=True)
        self.sent: list[dict[str, Any]] = []
        self._gone = asyncio.Event()
        path, _, query = path.partition("?")
        self._scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [] if origin is None else [(b"origin", origin)],
            "client": ("127.0.0.1", "5"),
            "scheme": "http",
        }

    async def run(self) -> None:
        await self.edge(self._scope, self._receive, self._send)

    def leave(self) -> None:
        self._gone.set()

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def chunks(self) -> list[bytes]:
        return [message["body"] for message in self.sent[1:]]

    @property
    def reply(self) -> Reply:
        ((_, _, reply),) = self.recorded.exchanges
        return reply

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


def test_a_stream_is_sent_chunk_by_chunk_without_a_length() -> None:
    exchange = Exchange("/count/3")
    asyncio.run(exchange.run())
    assert exchange.chunks == [b"1 ", b"2 ", b"3 ", b""]
    assert [bool(m.get("more_body")) for m in exchange.sent[1:]] == [True, True, True, False]
    assert exchange.headers == {b"content-type": b"text/plain"}
    assert (exchange.reply.response_messages, exchange.reply.outcome) == (3, "ok")


def test_head_has_no_body_and_makes_no_stream() -> None:
    exchange = Exchange("/count/3", "HEAD")
    asyncio.run(exchange.run())
    assert exchange.chunks == [b""]
    assert (exchange.reply.status, exchange.reply.stream) == (200, None)


def test_a_page_of_another_origin_may_read_a_stream() -> None:
    exchange = Exchange("/count/3", origin=b"http://page")
    asyncio.run(exchange.run())
    assert exchange.headers[b"access-control-allow-origin"] == b"http://page"
    assert exchange.chunks[0] == b"1 "


def test_a_refusal_on_the_way_is_the_last_chunk() -> None:
    exchange = Exchange("/count/1?refuse")
    asyncio.run(exchange.run())
    assert exchange.chunks == [b"1 ", b"Invalid", b""]
    assert (exchange.reply.status, exchange.reply.source) == (200, "refusal")


def test_a_failure_on_the_way_breaks_the_answer_off() -> None:
    exchange = Exchange("/count/1?fail")
    with pytest.raises(BrokenOff):
        asyncio.run(exchange.run())
    assert exchange.chunks == [b"1 "]
    assert exchange.reply.outcome == "fault"


def test_a_client_that_goes_ends_the_stream_at_once() -> None:
    exchange = Exchange("/count/2?endless")

    async def leave_soon() -> None:
        asyncio.get_running_loop().call_later(0.02, exchange.leave)
        async with asyncio.timeout(5):
            await exchange.run()

    asyncio.run(leave_soon())
    assert exchange.contract.is_closed
    assert exchange.reply.outcome == "ok"


def test_a_stream_that_never_waits_does_not_keep_others_waiting() -> None:
    exchange = Exchange("/count/100000")

    async def leave_soon() -> None:
        asyncio.get_running_loop().call_later(0.02, exchange.leave)
        await exchange.run()

    asyncio.run(leave_soon())
    assert 1 < exchange.reply.response_messages < 100000


def test_a_server_that_ends_ends_its_streams() -> None:
    exchange = Exchange("/count/2?endless")

    async def give_up_soon() -> None:
        asyncio.get_running_loop().call_later(0.02, exchange.edge.give_up)
        async with asyncio.timeout(5):
            await exchange.run()

    asyncio.run(give_up_soon())
    assert exchange.chunks == [b"1 ", b"2 ", b""]
    assert exchange.reply.outcome == "ok"


def test_a_request_that_is_cancelled_leaves_nothing_open() -> None:
    exchange = Exchange("/count/2?endless")

    async def cancel_soon() -> int:
        task = asyncio.create_task(exchange.run())
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return len(asyncio.all_tasks())

    assert asyncio.run(cancel_soon()) == 1
    assert exchange.contract.is_closed
    assert exchange.reply.outcome == "ok"

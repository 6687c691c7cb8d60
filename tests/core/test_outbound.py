"""Requests sent after an answer, over real sockets."""

import asyncio
import logging

import pytest

from polymock.outbound import OutboundSender
from polymock_schemas.calls import Outbound


def request_to(port: int, host: str = "127.0.0.1", path: str = "/hook?a=1") -> Outbound:
    headers = ((b"content-type", b"application/json"), (b"content-length", b"2"))
    return Outbound(method="POST", url=f"http://{host}:{port}{path}", headers=headers, body=b"{}")


class Receiver:
    """A server that keeps what it was sent and answers 302 to a private address."""

    def __init__(self, delay: float = 0.0) -> None:
        self.received: list[bytes] = []
        self._delay = delay
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Receiver":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server.close()
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.append(asyncio.create_task(self._answer(reader, writer)))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.received.append(head + await reader.readexactly(2))
            await asyncio.sleep(self._delay)
            writer.write(
                b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n"
                b"connection: close\r\ncontent-length: 0\r\n\r\n"
            )
            await writer.drain()
        finally:
            writer.close()
            await writer.wait_closed()


def test_a_request_is_sent_and_its_redirect_not_followed() -> None:
    async def scenario() -> None:
        sender = OutboundSender()
        await sender.start()
        async with Receiver() as receiver:
            sender.submit([request_to(receiver.port)], allow_private=True)
            await sender.close(5)
            head, _, body = receiver.received[0].partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            assert lines[0] == b"POST /hook?a=1 HTTP/1.1"
            assert b"host: 127.0.0.1:%d" % receiver.port in lines
            assert lines.count(b"content-length: 2") == 1
            assert body == b"{}"
            assert len(receiver.received) == 1
        assert (sender.sent, sender.failed, sender.dropped) == (1, 0, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_private_addresses_are_not_called_unless_allowed(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        sender = OutboundSender()
        await sender.start()
        async with Receiver() as receiver:
            sender.submit([request_to(receiver.port, host)], allow_private=False)
            await sender.close(5)
            assert receiver.received == []
        assert (sender.sent, sender.failed) == (0, 1)

    asyncio.run(scenario())
    assert "allow_private" in caplog.text


def test_beyond_its_bounds_requests_are_dropped_counted_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        sender = OutboundSender(max_waiting=2, concurrency=1)
        async with Receiver() as receiver:
            sender.submit([request_to(receiver.port)] * 5, allow_private=True)
            assert sender.dropped == 3
            await sender.start()
            await sender.close(5)
            assert len(receiver.received) == 2

    asyncio.run(scenario())
    assert "2 requests wait already" in caplog.text


def test_a_slow_receiver_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        sender = OutboundSender(timeout_seconds=0.2)
        await sender.start()
        async with Receiver(delay=1) as receiver:
            sender.submit([request_to(receiver.port)], allow_private=True)
            await sender.close(5)
        assert (sender.sent, sender.failed) == (0, 1)

    asyncio.run(scenario())
    assert "TimeoutError" in caplog.text


@pytest.mark.parametrize(
    "url",
    ["ftp://x.test/", "http://", "nonsense", "http://[::1", "http://a:99999/", "http://\ud800/"],
    ids=["scheme", "no host", "no URL", "bracket", "port", "surrogate"],  # all of them text
)
def test_what_is_no_url_fails_and_nothing_else(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def scenario() -> None:
        sender = OutboundSender()
        await sender.start()
        sender.submit([Outbound("POST", url, (), b"")], allow_private=True)
        await sender.close(5)
        assert (sender.sent, sender.failed) == (0, 1)

    asyncio.run(scenario())
    assert caplog.text.encode()


def test_closing_does_not_wait_for_ever() -> None:
    async def scenario() -> None:
        sender = OutboundSender(concurrency=1)
        await sender.start()
        async with Receiver(delay=1) as receiver:
            sender.submit([request_to(receiver.port)] * 3, allow_private=True)
            await sender.close(0.2)
        assert sender.dropped == 2

    asyncio.run(scenario())

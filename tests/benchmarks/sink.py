"""A receiver of webhooks that takes everything and keeps nothing."""

from __future__ import annotations

import asyncio
import threading

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
LENGTH = b"content-length:"


class _Sink(asyncio.Protocol):
    """Answers each request as soon as all of it is there."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (head := self._read.find(b"\r\n\r\n")) >= 0:
            fields = self._read[:head].lower()
            length = int(fields[fields.index(LENGTH) + len(LENGTH) :].split(b"\r\n")[0])
            if len(self._read) < head + 4 + length:
                return
            self._read = self._read[head + 4 + length :]
            self._transport.write(ANSWER)


def start_sink() -> int:
    """Take webhooks in a thread, as long as this process lives; the port."""
    found: list[int] = []
    ready = threading.Event()

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Sink, "127.0.0.1", 0)
        found.append(server.sockets[0].getsockname()[1])
        ready.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    ready.wait()
    return found[0]

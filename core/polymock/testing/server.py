"""The sockets of mocks in a test: Granian and the listeners on an event loop in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from granian.constants import Interfaces
from granian.server.embed import Server

from polymock.app import mock_app
from polymock.edge.http import HttpEdge
from polymock.errors import ServerError
from polymock.server.ports import reserve
from polymock.wires import Listener, ListenerSettings, Listening
from polymock_schemas.config import ServerConfig

HOST = "127.0.0.1"
START_SECONDS = 10.0
STOP_SECONDS = 1.0
"""What is being answered when a server is closed has so long to end."""
SETTLE_SECONDS = 0.02
"""Granian's threads let go of a stream's chunks a little later; Python must not end before."""

Result = TypeVar("Result")


class BackgroundLoop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="polymock", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run it there, and wait for what it returns or raises."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def close(self) -> None:
        """Cancel what still runs, and end the thread."""
        self.run(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class ThreadedServer:
    """Granian over an edge, on a free loopback port. Raises ServerError."""

    def __init__(self, edge: HttpEdge, loop: BackgroundLoop) -> None:
        self._edge = edge
        self._loop = loop
        self._placeholder = reserve(HOST, 0, "port")
        self._port = int(self._placeholder.getsockname()[1])
        self._server = Server(
            mock_app(edge),
            address=HOST,
            port=self._port,
            interface=Interfaces.ASGINL,
            websockets=edge.responder.snapshot.converses,
            log_enabled=False,
        )
        self._serving = loop.run(self._start())

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._port}"

    def close(self) -> None:
        """Stop listening; streams and WebSockets end."""
        self._loop.run(self._stop())
        self._placeholder.close()

    async def _start(self) -> asyncio.Task[None]:
        serving = asyncio.create_task(self._server.serve())
        try:
            async with asyncio.timeout(START_SECONDS):
                await _connect(self._port)
        except TimeoutError:
            reason = "The in-process server did not start."
            raise ServerError(reason, "Use `client()` instead.") from None
        return serving

    async def _stop(self) -> None:
        await self._edge.hang_up(STOP_SECONDS)
        self._server.stop()
        self._edge.give_up()
        await asyncio.wait([self._serving], timeout=STOP_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)


class ThreadedListener:
    """A protocol's own listener, on a free loopback port. Raises ServerError, ConfigError."""

    def __init__(
        self,
        protocol: str,
        reader: Listening,
        edge: HttpEdge,
        server: ServerConfig,
        folder: Path,
        loop: BackgroundLoop,
    ) -> None:
        self._loop = loop
        self._placeholder = reserve(HOST, 0, "port")
        self._port = int(self._placeholder.getsockname()[1])
        settings = ListenerSettings(HOST, self._port, server, str(folder))
        responder = edge.responder.of_protocol(protocol)

        async def start() -> Listener:
            listener = reader.open_listener(settings, responder)
            await listener.start()
            return listener

        self._listener = loop.run(start())

    @property
    def target(self) -> str:
        """Where it listens: `127.0.0.1:PORT`."""
        return f"{HOST}:{self._port}"

    def close(self) -> None:
        """Stop listening."""
        self._loop.run(self._listener.stop(STOP_SECONDS))
        self._placeholder.close()


async def _connect(port: int) -> None:
    """Try until something listens there."""
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.005)
        else:
            writer.close()
            return


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

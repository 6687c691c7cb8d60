"""The server over HTTP: Streamable HTTP at `/mcp` on the admin port, without sessions.

Each request stands for itself, so any of a server's clients can ask at any time. The SDK is only
imported when somebody asks, as it is slow to import and most servers are never asked.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from polymock.commands.dispatching import Caller, Dispatcher
from polymock.interfaces import AsgiApp

PATH = "/mcp"
MAX_BODY = 8 * 1024 * 1024
"""Bytes of a request, as elsewhere on the admin port."""

log = logging.getLogger("polymock.mcp")


class McpAnnex:
    """Implements `polymock.interfaces.Annex`."""

    path = PATH

    @asynccontextmanager
    async def open(self, dispatcher: Dispatcher) -> AsyncIterator[AsgiApp]:
        """The application, as long as the server runs."""
        door = Door(dispatcher)
        try:
            yield door
        finally:
            await door.close()


class Door:
    """An application that begins its work with the first request."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._opening = asyncio.Lock()
        self._app: AsgiApp | None = None
        self._running: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer an HTTP request (ASGI 3)."""
        if scope["type"] != "http":
            return
        if scope["path"].rstrip("/") != PATH:
            await _refuse(send, 404, f"MCP is spoken at {PATH}.")
            return
        if scope["method"] in ("GET", "DELETE"):
            # There is nothing to listen to, and no session to end (MCP, section Transports).
            await _refuse(send, 405, "There are no sessions: each message is a POST.")
            return
        app = await self._opened()
        await app(scope, receive, send)

    async def close(self) -> None:
        """End what goes on."""
        self._closing.set()
        if self._running is not None:
            await self._running

    async def _opened(self) -> AsgiApp:
        async with self._opening:
            if self._app is None:
                ready: asyncio.Future[AsgiApp] = asyncio.get_running_loop().create_future()
                self._running = asyncio.create_task(self._run(ready))
                self._app = await ready
            return self._app

    async def _run(self, ready: asyncio.Future[AsgiApp]) -> None:
        """Open and close in one task, as the SDK asks for."""
        try:
            manager = await asyncio.to_thread(_build, self._dispatcher)
            async with manager.run():
                ready.set_result(manager.handle_request)
                await self._closing.wait()
        except Exception as error:
            if not ready.done():
                ready.set_exception(error)
            else:
                log.exception("MCP over HTTP ended")


def _build(dispatcher: Dispatcher) -> Any:
    """The SDK's manager of requests over a server. Slow: it imports the SDK."""
    logging.getLogger("mcp").setLevel(logging.WARNING)  # it tells of every request
    is_on = gc.isenabled()
    gc.disable()  # the SDK makes thousands of classes, of which none is garbage
    try:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from polymock_mcp.desk import OwnDesk
        from polymock_mcp.server import build_server
    finally:
        if is_on:
            gc.enable()
    return StreamableHTTPSessionManager(
        build_server(OwnDesk(dispatcher), _caller), stateless=True, max_request_body_size=MAX_BODY
    )


def _caller(context: Any) -> Caller:
    """Who asks, as the admin port has found out."""
    caller: Caller = context.request.scope["state"]["caller"]
    return caller


async def _refuse(send: Any, status: int, message: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if status == 405:
        headers.append((b"allow", b"POST"))
    body = message.encode()
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

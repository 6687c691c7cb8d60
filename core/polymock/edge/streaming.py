"""Sending an answer that goes on as the body of an HTTP response, until either side ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from polymock.edge.body import Receive
from polymock.edge.flow import ExchangeFlow

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class BrokenOff(Exception):
    """The answer ends before its end; the server breaks the connection off, for all to see."""


class StreamSender:
    """Sends streams, and knows those that are on their way."""

    def __init__(self) -> None:
        self._flows: dict[asyncio.Task[None], ExchangeFlow] = {}

    async def send(self, flow: ExchangeFlow, receive: Receive, send: Send) -> None:
        """Send the reply, and its chunks as they come. Ends when the client goes.

        Raises BrokenOff where the mock failed on the way.
        """
        pump = asyncio.create_task(_pump(flow, send))
        watch = asyncio.create_task(_until_gone(receive))
        watch.add_done_callback(lambda _: pump.cancel())
        self._flows[pump] = flow
        try:
            await asyncio.wait([pump])
        finally:
            del self._flows[pump]
            watch.cancel()
            pump.cancel()
            await asyncio.gather(pump, watch, return_exceptions=True)
            await flow.aclose()
        if flow.end.outcome == "fault":
            raise BrokenOff(flow.end.operation)
        await send({"type": "http.response.body", "body": b""})

    def give_up(self) -> None:
        """End all of them, as the server is about to end."""
        for pump, flow in self._flows.items():
            flow.stop()
            pump.cancel()


async def _pump(flow: ExchangeFlow, send: Send) -> None:
    status, headers = flow.reply.status, flow.reply.headers
    await send({"type": "http.response.start", "status": status, "headers": headers})
    async for chunk in flow:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await asyncio.sleep(0)  # neither stream nor send may have waited, and others want to


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

"""How far a command has come, told to the client while it waits."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from polymock.commands.context import Progress, silent

Tell = Callable[[float, float | None, str | None], Awaitable[None]]
STEP = 0.001
"""What is added where nothing has come on, as each number must be higher than the last (MCP)."""


class Telling:
    """Sends what is heard of a command's progress; of what comes faster than that, the newest.

    Without `tell`, nobody wants to know.
    """

    def __init__(self, tell: Tell | None = None) -> None:
        self._tell = tell
        self._newest: tuple[float, float | None, str] | None = None
        self._heard = asyncio.Event()
        self._last = -math.inf

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[Progress]:
        """What to give the command; it may be called from any thread."""
        if self._tell is None:
            yield silent
            return
        loop = asyncio.get_running_loop()
        sending = asyncio.create_task(self._send())

        def progress(done: float, total: float | None = None, words: str = "") -> None:
            loop.call_soon_threadsafe(self._note, done, total, words)

        try:
            yield progress
            await asyncio.sleep(0)  # what a thread has said is in the loop's queue
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        await self._send_newest()

    def _note(self, done: float, total: float | None, words: str) -> None:
        self._newest = (done, total, words)
        self._heard.set()

    async def _send(self) -> None:
        while True:
            await self._heard.wait()
            self._heard.clear()
            await self._send_newest()

    async def _send_newest(self) -> None:
        if self._newest is None or self._tell is None:
            return
        (done, total, words), self._newest = self._newest, None
        self._last = done if done > self._last else self._last + STEP
        await self._tell(self._last, total, words or None)

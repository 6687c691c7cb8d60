"""How often a message is sent: at once as long as there are few, else so many a second, evenly."""

from __future__ import annotations

import asyncio
import time


class Pace:
    """Lets `rate` through in a second, after `burst` that need not wait. Lives on one event loop.

    A server under full load has more to tell than anybody can take, and needs the time itself.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._seen = time.monotonic()

    async def wait(self) -> None:
        """Until it is one's turn."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate) - 1
        self._seen = now
        if self._left < 0:
            await asyncio.sleep(-self._left / self._rate)

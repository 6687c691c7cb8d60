"""How often somebody may ask the admin port."""

from __future__ import annotations

import math
import time
from ipaddress import ip_address

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

WRONG_TOKENS = 20
"""Wrong tokens a minute from one address that are told to be wrong."""


class Rates:
    """Counts requests of a minute, by caller. Each method tells how many seconds to wait, or 0."""

    def __init__(self, rate: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._any = None if rate == 0 else RateLimitItemPerMinute(rate)
        self._wrong = RateLimitItemPerMinute(WRONG_TOKENS)

    async def request(self, caller: str) -> int:
        """One more request of a caller."""
        return 0 if self._any is None else await self._hit(self._any, "caller", caller)

    async def stranger(self, address: str) -> int:
        """One more request from an address, of somebody who is not known."""
        return 0 if self._any is None else await self._hit(self._any, "from", _network(address))

    async def wrong_token(self, address: str) -> int:
        """One more wrong token from an address."""
        return await self._hit(self._wrong, "wrong", _network(address))

    async def _hit(self, item: RateLimitItemPerMinute, kind: str, who: str) -> int:
        if await self._limiter.hit(item, kind, who):
            return 0
        window = await self._limiter.get_window_stats(item, kind, who)
        return max(1, math.ceil(window.reset_time - time.time()))


def _network(address: str) -> str:
    """An address as one party: of IPv6 anybody has 2^64."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else found.exploded[:19]

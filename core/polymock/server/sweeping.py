"""Taking away what sessions left behind that have ended, in the background of a worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from polymock.errors import MockError
from polymock.world.world import World

MOST_SECONDS = 60.0
LEAST_SECONDS = 1.0
MOST_AT_ONCE = 1000
PAUSE_SECONDS = 0.02
"""Calls are answered between one session's removal and the next."""

log = logging.getLogger("polymock.server.sweeping")


async def sweep(find_world: Callable[[], World | None]) -> None:
    """Look for ended sessions now and then, as long as nobody cancels it."""
    while True:
        world = find_world()
        seconds = MOST_SECONDS if world is None else min(world.ttl / 4, MOST_SECONDS)
        await asyncio.sleep(max(seconds, LEAST_SECONDS))
        world = find_world()
        if world is None:
            continue
        try:
            for _ in range(MOST_AT_ONCE):
                if not world.sessions.sweep(most=1):
                    break
                await asyncio.sleep(PAUSE_SECONDS)
        except MockError as error:
            log.warning("what ended sessions left behind stays for now: %s", error.detail)

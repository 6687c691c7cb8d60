"""What contracts consist of, told to the journal by a worker: a few parts at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from itertools import islice
from time import perf_counter

from polymock.errors import UserError
from polymock.interfaces import Contract, Inventoried, Part
from polymock.journal.frames import Parts
from polymock.plugins import guarded

MAX_PARTS = 200_000
"""Of one contract; what comes after them is not listed."""
FRAME_PARTS = 1000
WORK_SECONDS = 0.008
PAUSE_SECONDS = 0.04
"""So long parts are looked for at once, between calls, and so long calls have then."""

log = logging.getLogger("polymock.journal")


async def tell_parts(
    mocks: Sequence[tuple[str, Contract]], tell: Callable[[Parts], Awaitable[None]]
) -> None:
    """Tell the parts of these mocks' contracts. Calls are answered in between."""
    for position, (name, contract) in enumerate(mocks):
        is_all = position == len(mocks) - 1
        number = 0
        async for parts in _portions(name, contract):
            await tell(Parts(name, number, tuple(parts)))
            number += 1
        await tell(Parts(name, number, (), is_last=True, is_all=is_all))


async def _portions(name: str, contract: Contract) -> AsyncIterator[list[Part]]:
    waiting: list[Part] = []
    end = perf_counter() + WORK_SECONDS
    try:
        with guarded(f"The protocol plugin {contract.protocol!r} failed on the parts of {name}"):
            for part in _parts(contract):
                waiting.append(part)
                if len(waiting) >= FRAME_PARTS:
                    yield waiting
                    waiting = []
                if perf_counter() >= end:
                    await asyncio.sleep(PAUSE_SECONDS)
                    end = perf_counter() + WORK_SECONDS
    except UserError as error:
        log.warning("%s Its coverage is told without them.", error.message)
    if waiting:
        yield waiting


def _parts(contract: Contract) -> Iterator[Part]:
    if isinstance(contract, Inventoried):
        yield from islice(contract.parts(), MAX_PARTS)

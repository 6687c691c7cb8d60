"""Commands that the control process has a worker carry out, and the answers to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

from polymock.errors import CommandError
from polymock.server.messages import Ask, Told

ANSWER_SECONDS = 30.0
MAX_WAITING = 1000
"""Commands that are not answered yet."""


class Asking:
    """The commands that one worker was asked and has not answered. `write` sends one to it."""

    def __init__(self, write: Callable[[Ask], Awaitable[None]]) -> None:
        self._write = write
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Told]] = {}

    async def ask(
        self, command: str, params: Mapping[str, Any], seconds: float = ANSWER_SECONDS
    ) -> bytes:
        """The result of a command, as JSON. Raises CommandError."""
        if len(self._waiting) >= MAX_WAITING:
            raise _unavailable("The worker has too many commands to carry out.")
        ask = Ask(next(self._numbers), command, dict(params))
        told: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting[ask.id] = told
        try:
            async with asyncio.timeout(seconds):
                await self._write(ask)
                answer = await told
        except TimeoutError:
            raise _unavailable(f"The worker did not answer within {seconds:g} seconds.") from None
        finally:
            self._waiting.pop(ask.id, None)
        if answer.refusal is not None:
            why = answer.refusal
            raise CommandError(why.message, why.hint, why.kind, why.violations)
        return bytes(answer.result)

    def hear(self, told: Told) -> None:
        """An answer has come."""
        waiting = self._waiting.get(told.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(told)

    def give_up(self) -> None:
        """The worker has ended: whoever waits is told so."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(
                    _unavailable("The worker ended before it answered; another takes its place.")
                )


def _unavailable(message: str) -> CommandError:
    return CommandError(message, "Try again in a moment.", "unavailable")

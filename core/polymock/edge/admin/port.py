"""All that answers on the admin port, each at its paths."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from polymock.edge.admin.health import LIVE, READY, Ready, answer_health
from polymock.interfaces import AsgiApp

log = logging.getLogger("polymock.edge.admin")


class AdminPort:
    """Health, annexes below their paths, and the API elsewhere.

    The API is made by `build`, in a thread, when it is first asked for or once `prepare` is called:
    it takes about as long as all else of a server's start.
    """

    def __init__(
        self, ready: Ready, annexes: Mapping[str, AsgiApp], build: Callable[[], AsgiApp]
    ) -> None:
        self._ready = ready
        self._annexes = annexes
        self._build = build
        self._building: asyncio.Task[AsgiApp] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Whose path it is answers (ASGI 3, HTTP alone)."""
        path = scope["path"]
        if path in (LIVE, READY):
            await answer_health(self._ready, scope, send)
            return
        for prefix, annex in self._annexes.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                await annex(scope, receive, send)
                return
        api = await asyncio.shield(self.prepare())
        await api(scope, receive, send)

    def prepare(self) -> asyncio.Task[AsgiApp]:
        """Make the API, unless that has been done; the task gives it."""
        if self._building is None:
            self._building = asyncio.create_task(asyncio.to_thread(self._build))
            self._building.add_done_callback(self._check)
        return self._building

    def _check(self, built: asyncio.Task[AsgiApp]) -> None:
        """Say what has failed, and let who asks next try again."""
        error = None if built.cancelled() else built.exception()
        if error is not None:
            self._building = None
            log.error("the admin API cannot be made", exc_info=error)

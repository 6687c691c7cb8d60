"""The admin API, put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar.exceptions import HTTPException

from polymock.commands.dispatching import Dispatcher
from polymock.edge.admin import problems
from polymock.edge.admin.health import Ready, health_handlers
from polymock.edge.admin.metrics import metrics_handlers
from polymock.edge.admin.page import page_handlers
from polymock.edge.admin.routes import handler
from polymock.edge.application import Application
from polymock.errors import UserError
from polymock.interfaces import AsgiApp
from polymock.observing.observers import Observers

MAX_REQUEST = 8 * 1024 * 1024
"""Bytes of a body: an entity's document may have half of it."""


def admin_app(
    ready: Ready,
    dispatcher: Dispatcher,
    *,
    needs_token: bool = False,
    observers: Observers | None = None,
) -> Application:
    """Health, an address for each command, and their description.

    `ready` tells the state of the server's parts; the `dispatcher` has commands carried out. The
    description says whether it `needs_token`; who is let in is the guard's to decide. `observers`
    have pages, such as `/metrics`.
    """
    commands = dispatcher.catalog.commands.values()
    return Application(
        [
            *health_handlers(ready),
            *(metrics_handlers(observers.paths, observers.page) if observers else ()),
            *page_handlers(dispatcher.catalog, needs_token=needs_token),
            *(handler(command, dispatcher) for command in commands if "api" in command.surfaces),
        ],
        exception_handlers={
            UserError: problems.refuse_command,
            HTTPException: problems.refuse,
            UnicodeDecodeError: problems.refuse_body,
            RecursionError: problems.refuse_body,
            Exception: problems.fail,
        },
        request_max_body_size=MAX_REQUEST,
        openapi_config=None,
        logging_config=None,
    )


class AdminPort:
    """All that answers on the admin port: annexes below their paths, the API elsewhere."""

    def __init__(self, api: AsgiApp, annexes: Mapping[str, AsgiApp]) -> None:
        self._api = api
        self._annexes = annexes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Whose path it is answers."""
        path = scope.get("path", "")
        for prefix, annex in self._annexes.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                await annex(scope, receive, send)
                return
        await self._api(scope, receive, send)

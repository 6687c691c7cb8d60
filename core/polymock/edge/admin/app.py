"""The admin API, put together."""

from __future__ import annotations

from litestar.exceptions import HTTPException

from polymock.commands.dispatching import Dispatcher
from polymock.edge.admin import problems
from polymock.edge.admin.metrics import metrics_handlers
from polymock.edge.admin.page import page_handlers
from polymock.edge.admin.routes import handler
from polymock.edge.application import Application
from polymock.errors import UserError
from polymock.observing.observers import Observers

MAX_REQUEST = 8 * 1024 * 1024
"""Bytes of a body: an entity's document may have half of it."""


def admin_app(
    dispatcher: Dispatcher,
    *,
    needs_token: bool = False,
    observers: Observers | None = None,
) -> Application:
    """An address for each command, and their description.

    The `dispatcher` has commands carried out. The description says whether it `needs_token`; who is
    let in is the guard's to decide. `observers` have pages, such as `/metrics`.
    """
    commands = dispatcher.catalog.commands.values()
    return Application(
        [
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

"""The admin API, put together."""

from __future__ import annotations

from litestar import Litestar
from litestar.exceptions import HTTPException

from polymock.edge.admin import problems, sessions, world
from polymock.edge.admin.guard import refuse_web_pages
from polymock.edge.admin.health import Ready, health_handlers
from polymock.edge.admin.logs import logs_handlers
from polymock.edge.admin.routes import Ask, handler, nobody
from polymock.errors import JournalError
from polymock.journal.writer import Journal
from polymock.server.asking import CommandRefused

MAX_REQUEST = 8 * 1024 * 1024
"""Bytes of a body: an entity's document may have half of it."""


def admin_app(ready: Ready, journal: Journal | None, ask: Ask = nobody) -> Litestar:
    """The admin API over a journal, and over what is served.

    `ready` tells the state of the server's parts; `ask` has a worker carry out a command.
    """
    routes = (*world.ROUTES, *sessions.ROUTES)
    return Litestar(
        [
            *health_handlers(ready),
            *logs_handlers(journal),
            *(handler(route, ask) for route in routes),
        ],
        before_request=refuse_web_pages,
        exception_handlers={
            JournalError: problems.refuse_query,
            CommandRefused: problems.refuse_command,
            HTTPException: problems.refuse,
            UnicodeDecodeError: problems.refuse_body,
            RecursionError: problems.refuse_body,
            Exception: problems.fail,
        },
        request_max_body_size=MAX_REQUEST,
        openapi_config=None,
        logging_config=None,
    )

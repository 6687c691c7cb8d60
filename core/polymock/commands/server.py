"""A running server as a whole."""

from __future__ import annotations

from polymock.commands.context import Context
from polymock_schemas.commands import Nothing
from polymock_schemas.observers import Health


async def health(context: Context, _params: Nothing) -> Health:
    """Whether calls are answered and recorded, and how each part does."""
    return await context.server.health()


def is_unready(health: Health, _params: Nothing) -> bool:
    """Whether calls are not answered, or not recorded."""
    return not health.ready

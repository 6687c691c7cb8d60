"""Sessions: begun, listed, reset and ended."""

from __future__ import annotations

from polymock.commands.context import Context
from polymock.commands.world import living
from polymock_schemas.commands import Nothing
from polymock_schemas.world import NewSession, SessionInfo, SessionName


def create(context: Context, params: NewSession) -> SessionInfo:
    """Begin a session."""
    return living(context).sessions.create(params.name, params.ttl)


def list_(context: Context, params: Nothing) -> tuple[SessionInfo, ...]:
    """The sessions that there are, by name."""
    return living(context).sessions.all()


def get(context: Context, params: SessionName) -> SessionInfo:
    """One session."""
    return living(context).sessions.info(params.name)


def reset(context: Context, params: SessionName) -> SessionInfo:
    """Forget what was written in a session; it goes on."""
    world = living(context)
    info = world.sessions.reset(params.name)
    world.tell("reset", params.name)
    return info


def drop(context: Context, params: SessionName) -> SessionInfo:
    """End a session; as it was."""
    return living(context).sessions.drop(params.name)

"""Sessions: begun, listed, reset and ended."""

from __future__ import annotations

from polymock.commands.command import Command
from polymock.commands.world import living
from polymock.snapshot import Snapshot
from polymock_schemas.world import NewSession, Nothing, SessionInfo, SessionName


def create(snapshot: Snapshot, params: NewSession) -> SessionInfo:
    """Begin a session."""
    return living(snapshot).sessions.create(params.name, params.ttl)


def list_(snapshot: Snapshot, params: Nothing) -> tuple[SessionInfo, ...]:
    """The sessions that there are, by name."""
    return living(snapshot).sessions.all()


def get(snapshot: Snapshot, params: SessionName) -> SessionInfo:
    """One session."""
    return living(snapshot).sessions.info(params.name)


def reset(snapshot: Snapshot, params: SessionName) -> SessionInfo:
    """Forget what was written in a session; it goes on."""
    return living(snapshot).sessions.reset(params.name)


def drop(snapshot: Snapshot, params: SessionName) -> SessionInfo:
    """End a session; as it was."""
    return living(snapshot).sessions.drop(params.name)


COMMANDS = (
    Command("sessions.create", "Begin a session.", NewSession, create),
    Command("sessions.list", "List the sessions.", Nothing, list_),
    Command("sessions.get", "Show a session.", SessionName, get),
    Command("sessions.reset", "Forget what was written in a session.", SessionName, reset),
    Command("sessions.drop", "End a session.", SessionName, drop),
)

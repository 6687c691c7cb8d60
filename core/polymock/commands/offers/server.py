"""A running server as a whole."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.commands import Nothing
from polymock_schemas.observers import Health

HEALTH = Command(
    name="server.health",
    summary="Tell whether calls are answered and recorded, and how each part of the server does.",
    params=Nothing,
    result=Health,
    run="polymock.commands.server:health",
    place="server",
    route=Route("GET", "/health"),
    terminal=Terminal(
        words=("health",),
        show="polymock.cli.showing.observers:show_health",
        fails="polymock.commands.server:is_unready",
    ),
)

plugin = Plugin(NoSettings, lambda _: Commands("See to a running server.", (HEALTH,)))

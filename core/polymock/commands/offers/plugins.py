"""Plugins."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.commands import Nothing, PluginInfo

LIST = Command(
    name="plugins.list",
    summary="List the installed plugins, and why one cannot be loaded.",
    params=Nothing,
    result=tuple[PluginInfo, ...],
    run="polymock.commands.plugins:list_plugins",
    place="machine",
    route=Route("GET", "/plugins"),
    terminal=Terminal(show="polymock.cli.showing.plugins:show_plugins"),
)

plugin = Plugin(NoSettings, lambda _: Commands("See what is plugged in.", (LIST,)))

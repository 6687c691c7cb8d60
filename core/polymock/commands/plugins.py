"""What is plugged in."""

from __future__ import annotations

from importlib.metadata import EntryPoint

from polymock import plugins
from polymock.commands.context import Context
from polymock.errors import PluginError
from polymock_schemas.commands import Nothing, PluginInfo


def list_plugins(_context: Context, _params: Nothing) -> tuple[PluginInfo, ...]:
    """Every installed plugin, by kind and name; each is tried, and what fails says why."""
    return tuple(
        _try(group, entry)
        for group in plugins.KINDS
        for entry in sorted(plugins.entries(group), key=lambda entry: entry.name)
    )


def _try(group: str, entry: EntryPoint) -> PluginInfo:
    why = ""
    try:
        plugins.load(group, entry.name)
    except PluginError as error:
        why = error.message
    return PluginInfo(
        name=entry.name,
        kind=plugins.KINDS[group],
        package=entry.dist.name if entry.dist else "",
        version=entry.dist.version if entry.dist else "",
        state="failed" if why else "loaded",
        why=why,
    )

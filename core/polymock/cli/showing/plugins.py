"""Plugins, printed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from polymock.output import print_table
from polymock_schemas.commands import PluginInfo


def show_plugins(found: Sequence[PluginInfo], _params: msgspec.Struct) -> None:
    """A line for each."""
    rows = [(p.name, p.kind, p.package, p.version, p.state, p.why) for p in found]
    print_table(("name", "kind", "package", "version", "state", "why not loaded"), rows)

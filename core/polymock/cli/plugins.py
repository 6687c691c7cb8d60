"""What is plugged in."""

from __future__ import annotations

import rich_click as click

from polymock.cli.group import json_option


@click.group()
def plugins() -> None:
    """See what is plugged in."""


@plugins.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the installed plugins, and why one cannot be loaded."""
    from polymock.commands.plugins import list_plugins
    from polymock.output import print_json, print_table

    found = list_plugins()
    if as_json:
        print_json(found)
    else:
        rows = [(p.name, p.kind, p.package, p.version, p.state, p.why) for p in found]
        print_table(("name", "kind", "package", "version", "state", "why not loaded"), rows)

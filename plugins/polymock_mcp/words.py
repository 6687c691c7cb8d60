"""What is said to people at a terminal, said to agents: tools and parameters instead of commands
and flags."""

from __future__ import annotations

import re

from polymock.commands.catalog import Catalog
from polymock.commands.command import Command

_FLAG = re.compile(r"--([a-z][a-z-]*)(?:[ =](\d+|[A-Z]{2,}))?")


def for_agents(text: str, catalog: Catalog) -> str:
    """A hint, in which commands are tools, and flags parameters.

    `polymock stop pets` becomes `instances_stop pets`, `--admin-port 0` becomes `admin_port: 0`.
    """
    for command in sorted(catalog.commands.values(), key=lambda each: -len(" ".join(each.words))):
        if "mcp" in command.surfaces:
            text = _renamed(text, command)
    return _FLAG.sub(_parameter, text)


def _renamed(text: str, command: Command) -> str:
    words = r"\s+".join(map(re.escape, command.words))
    own = rf"{re.escape(command.noun)} {re.escape(command.verb.replace('_', ' '))}"
    return re.sub(rf"\bpolymock {words}(?![\w-])|\b{own}(?![\w-])", command.tool, text)


def _parameter(found: re.Match[str]) -> str:
    name = found[1].replace("-", "_")
    return f"{name}: {found[2]}" if found[2] else name

"""What is said to people at a terminal, said to agents: tools and parameters instead of commands
and flags."""

from __future__ import annotations

import re

from polymock.commands.catalog import Catalog
from polymock.commands.command import Command

SERVER = "server"
"""The parameter that names a server."""
_TARGET = r"`?--(?:instance|journal|config|url)[ =](NAME|PATH|URL)`?"
_TARGETS = re.compile(rf"{_TARGET}(?: or {_TARGET})*")
_FLAG = re.compile(r"--([a-z][a-z-]*)(?:[ =](\d+|[A-Z]{2,}))?")


def for_agents(text: str, catalog: Catalog) -> str:
    """A hint, in which commands are tools, and flags parameters.

    `polymock stop pets` becomes `instances_stop pets`, `--admin-port 0` becomes `admin_port: 0`.
    """
    for command in sorted(catalog.commands.values(), key=lambda each: -len(" ".join(each.words))):
        if "mcp" in command.surfaces:
            text = _renamed(text, command)
    if "instances.start" in catalog.commands:  # what `serve` does for people
        text = re.sub(r"\bpolymock serve(?![\w-])", "instances_start", text)
    return _FLAG.sub(_parameter, text)


def naming_server(text: str) -> str:
    """A hint, in which the flags that name a server or its journal are the parameter for that."""

    def named(found: re.Match[str]) -> str:
        return f"`{SERVER}: {'URL' if found[1] == 'URL' else 'NAME'}`"

    return _TARGETS.sub(named, text)


def _renamed(text: str, command: Command) -> str:
    words = r"\s+".join(map(re.escape, command.words))
    own = rf"{re.escape(command.noun)} {re.escape(command.verb.replace('_', ' '))}"
    return re.sub(rf"\bpolymock {words}(?![\w-])|\b{own}(?![\w-])", command.tool, text)


def _parameter(found: re.Match[str]) -> str:
    name = found[1].replace("-", "_")
    return f"{name}: {found[2]}" if found[2] else name

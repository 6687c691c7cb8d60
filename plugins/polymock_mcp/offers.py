"""The command `polymock mcp`."""

from __future__ import annotations

import msgspec

from polymock.commands.command import Command, Commands, Terminal
from polymock.interfaces import NoSettings, Plugin


class ServeParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Serve one client until it closes its side."""


class Served(msgspec.Struct, frozen=True):
    """How many messages came from the client."""

    messages: int


SERVE = Command(
    name="mcp.serve",
    summary="Let an agent steer Polymock: a server of the Model Context Protocol over stdio.",
    help="Meant to be started by the agent's program, such as: "
    '{"mcpServers": {"polymock": {"command": "polymock", "args": ["mcp"]}}}. '
    "Every other command is a tool of it. A server that runs answers the same at /mcp on its admin "
    "port.",
    params=ServeParams,
    result=Served,
    run="polymock_mcp.stdio:serve",
    place="machine",
    role="admin",
    surfaces=frozenset(("cli",)),
    terminal=Terminal(words=("mcp",), show="polymock_mcp.offers:show_nothing"),
)


def show_nothing(_served: Served, _params: ServeParams) -> None:
    """All has been said over the protocol."""


plugin = Plugin(
    NoSettings, lambda _: Commands("Speak the Model Context Protocol with agents.", (SERVE,))
)

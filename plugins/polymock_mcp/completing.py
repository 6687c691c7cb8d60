"""Completion: names of mocks, operations and servers for those who fill in a prompt or a URI."""

from __future__ import annotations

from typing import Any

import mcp_types as types

from polymock.commands.dispatching import Caller
from polymock.errors import UserError
from polymock_mcp.desk import Desk
from polymock_mcp.sources import ask

MAX_VALUES = 100
"""MCP, section Completion."""


async def complete(
    desk: Desk, params: types.CompleteRequestParams, caller: Caller
) -> types.CompleteResult:
    """The names that go on as what was typed."""
    name, typed = params.argument.name, params.argument.value
    known = (params.context.arguments if params.context is not None else None) or {}
    try:
        names = await _names(desk, caller, name, known)
    except UserError:  # no server, or none that answers
        names = []
    found = [each for each in names if each.casefold().startswith(typed.casefold())]
    return types.CompleteResult(
        completion=types.Completion(
            values=found[:MAX_VALUES], total=len(found), has_more=len(found) > MAX_VALUES
        )
    )


async def _names(desk: Desk, caller: Caller, name: str, known: dict[str, str]) -> list[str]:
    server = known.get("server", "")
    if name == "mock":
        told: Any = await ask(desk, caller, "mocks.list", {}, server)
    elif name == "operation":
        params = {"mock": known.get("mock", ""), "limit": 1000}
        told = (await ask(desk, caller, "mocks.operations", params, server))["items"]
    elif name == "server":
        told = (await ask(desk, caller, "instances.list", {}))["instances"]
    else:
        return []
    return [str(each["name"]) for each in told]

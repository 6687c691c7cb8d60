"""A command: the same on the command line, in the admin API and as a tool of agents.

polymock jsonrpc methods --mock wallet
curl -X POST http://127.0.0.1:8081/api/v1/jsonrpc/methods -d '{"mock": "wallet"}'
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from polymock.commands.command import Command, Commands
from polymock.commands.context import Context
from polymock.interfaces import NoSettings, Plugin


class MethodsQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which mock's methods."""

    mock: Annotated[str, Meta(max_length=64, description="The mock's name; default: all")] = ""


class MethodCalls(msgspec.Struct, frozen=True):
    """A method, and how often it was called and refused."""

    mock: str
    method: str
    calls: int
    refused: int


def methods(context: Context, params: MethodsQuery) -> tuple[MethodCalls, ...]:
    """The methods of every OpenRPC document that is served, the most called first."""
    rows = context.journal.rows(
        """
        SELECT o.mock, o.operation, count(r.id), count(r.id) FILTER (r.outcome <> 'ok')
        FROM operations o LEFT JOIN requests r USING (mock, operation)
        WHERE o.protocol = 'jsonrpc' AND ($mock = '' OR o.mock = $mock)
        GROUP BY ALL ORDER BY 3 DESC, 1, 2
        """,
        {"mock": params.mock},
    )
    return tuple(MethodCalls(*row) for row in rows)


METHODS = Command(
    name="jsonrpc.methods",
    summary="List JSON-RPC methods, and how often each was called.",
    params=MethodsQuery,
    result=tuple[MethodCalls, ...],
    run="polymock_jsonrpc.commands:methods",
    place="journal",
    example={"mock": "wallet"},
)

plugin = Plugin(NoSettings, lambda _: Commands("See what JSON-RPC mocks were asked.", (METHODS,)))

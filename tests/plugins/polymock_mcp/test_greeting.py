from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from mcp.shared.message import SessionMessage
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from agents.doubles import AGENT, FakeDesk
from polymock_mcp.greeting import VERSIONS, greet
from polymock_mcp.lines import read_message
from polymock_mcp.server import build_server
from polymock_mcp.wording import instructions


def request(version: str, **changes: Any) -> bytes:
    params = {
        "protocolVersion": version,
        "capabilities": {"roots": {}},
        "clientInfo": {"name": "test", "version": "1"},
    }
    told = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    return msgspec.json.encode({**told, **changes})


def answer_of_the_sdk(line: bytes) -> Any:
    """What the server answers to a first message."""
    import anyio

    server = build_server(FakeDesk(), lambda _: AGENT)

    async def run() -> Any:
        sending, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](1)
        outgoing, receiving = anyio.create_memory_object_stream[SessionMessage](1)
        async with receiving, anyio.create_task_group() as tasks:
            options = server.create_initialization_options()
            tasks.start_soon(server.run, incoming, outgoing, options)
            async with sending:
                await sending.send(read_message(line))  # type: ignore[arg-type]
                told = await receiving.receive()
        return msgspec.json.decode(told.message.model_dump_json(by_alias=True, exclude_unset=True))

    return asyncio.run(run())


@pytest.mark.parametrize("version", [*VERSIONS, "2026-07-28", "1999-01-01", "x"])
def test_it_is_what_the_sdk_answers(version: str) -> None:
    line = request(version)
    greeted = greet(line, instructions(chooses=True))
    assert greeted is not None
    assert greeted[0] == 1
    assert msgspec.json.decode(greeted[1]) == answer_of_the_sdk(line)


def test_the_versions_are_those_of_the_sdk() -> None:
    assert VERSIONS == HANDSHAKE_PROTOCOL_VERSIONS


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        request("2025-11-25", method="ping"),
        request("2025-11-25", jsonrpc="1.0"),
        request("2025-11-25", id=None),
        request("2025-11-25", id=True),
        request("2025-11-25", params={"protocolVersion": "2025-11-25"}),
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        b'{"a":' * 5000,
    ],
)
def test_anything_else_is_left_to_the_sdk(line: bytes) -> None:
    assert greet(line, "") is None

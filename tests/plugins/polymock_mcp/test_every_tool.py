"""Every tool over both transports, with arguments that are right and such that are wrong."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, Tool

from agents.conversing import COMMAND, PETS, environment, stop_all
from polymock.commands.catalog import installed

GRAPH = "type Query { pet(id: ID!): Pet } type Pet { id: ID! name: String! }"
SESSION = {"name": "a-test"}
KEPT = {"name": "a-snapshot"}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("config_schema", {}),
    ("instances_list", {}),
    ("instances_log", {"name": "pets"}),
    ("logs_schema", {}),
    ("logs_sql", {"sql": "select 1 as one"}),
    ("mocks_config", {}),
    ("mocks_list", {}),
    ("mocks_document", {"mock": "pets"}),
    ("mocks_operations", {}),
    ("mocks_operation", {"operation": "GET /pets/{id}"}),
    ("mocks_call", {"path": "/pets/1"}),
    ("observers_list", {}),
    ("plugins_list", {}),
    ("server_health", {}),
    ("sessions_create", SESSION),
    ("sessions_list", {}),
    ("sessions_get", SESSION),
    ("sessions_reset", SESSION),
    ("sessions_drop", SESSION),
    ("world_bound", {}),
    ("world_collections", {}),
    ("world_list", {"collection": "pets"}),
    ("world_get", {"collection": "pets", "key": "1"}),
    ("world_put", {"collection": "pets", "key": "1", "value": {"id": 1, "name": "Rex"}}),
    ("world_delete", {"collection": "pets", "key": "1"}),
    ("world_snapshot", KEPT),
    ("world_snapshots", {}),
    ("world_restore", KEPT),
    ("world_forget", KEPT),
    ("world_clock", {}),
    ("world_set_clock", {"freeze": True}),
    ("world_reset", {}),
)
"""Calls that succeed on a server of the pets, in this order."""


HELP = ("What to do:", " again", "lists what there is", "instances_list")
"""One of these stands in every error."""


class Pets(NamedTuple):
    """A server of the pets: the state folder with its record, and its admin API."""

    state: Path
    folder: Path
    admin_url: str


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pets]:
    """One that runs, whatever calls do to it."""
    folder = tmp_path_factory.mktemp("pets")
    state = folder / "state"
    (folder / "pets.yaml").write_text(PETS)
    start = ("start", "pets.yaml", "--port", "0", "--admin-port", "0", "--json")
    run = subprocess.run(
        [sys.executable, "-P", "-m", "polymock", *start],
        env=environment(state),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    yield Pets(state, folder, json.loads(run.stdout)["admin_url"])
    stop_all(state)


async def connect(stack: AsyncExitStack, pets: Pets, transport: str) -> ClientSession:
    """A session with the server, over stdio or HTTP."""
    if transport == "http":
        streams: Any = await stack.enter_async_context(
            streamable_http_client(f"{pets.admin_url}/mcp")
        )
    else:
        parameters = StdioServerParameters(
            command=COMMAND[0],
            args=[*COMMAND[1:]],
            env=environment(pets.state),
            cwd=str(pets.folder),
        )
        streams = await stack.enter_async_context(stdio_client(parameters))
    session = await stack.enter_async_context(ClientSession(*streams[:2]))
    await session.initialize()
    return session


def text_of(result: CallToolResult) -> str:
    """All that a result says."""
    return "\n".join(each.text for each in result.content if each.type == "text")


async def check_answer(session: ClientSession, tool: Tool) -> None:
    """A tool that only reads, called as its example says, answers, or tells how to go on."""
    example = dict((tool.input_schema.get("examples") or [{}])[0])
    result = await session.call_tool(tool.name, example)
    if result.is_error:
        told = text_of(result)
        assert any(each in told for each in HELP), (tool.name, example, told)
    else:
        jsonschema_rs.validate(tool.output_schema or {}, result.structured_content)


def wrong_values(tool: Tool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Arguments that a tool must refuse, with the name of what is wrong."""
    yield "no_such_thing", {"no_such_thing": 1}
    example = dict((tool.input_schema.get("examples") or [{}])[0])
    for name, schema in tool.input_schema["properties"].items():
        for wrong in ({"a": [1]}, [[[]]]):
            if not jsonschema_rs.is_valid(schema, wrong):
                yield name, {**example, name: wrong}
                break
    for name in tool.input_schema.get("required", ()):
        yield name, {key: value for key, value in example.items() if key != name}


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_every_tool_answers_or_says_what_to_do(pets: Pets, transport: str) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            session = await connect(stack, pets, transport)
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            offered = [each for each in installed().commands.values() if "mcp" in each.surfaces]
            assert set(tools) == {command.tool for command in offered}
            for name, arguments in STEPS:
                result = await session.call_tool(name, arguments)
                assert not result.is_error, (name, text_of(result))
                jsonschema_rs.validate(tools[name].output_schema or {}, result.structured_content)
                assert json.loads(text_of(result)) is not None
            for tool in tools.values():
                if tool.annotations and tool.annotations.read_only_hint:
                    await check_answer(session, tool)
                for what, arguments in wrong_values(tool):
                    result = await session.call_tool(tool.name, arguments)
                    told = text_of(result)
                    assert result.is_error, (tool.name, arguments, told[:300])
                    assert what in told, (tool.name, arguments, told)
                    assert f"call {tool.name} again" in told, (tool.name, told)

    asyncio.run(asyncio.wait_for(run(), 300))


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_resources_and_prompts_can_all_be_read(pets: Pets, transport: str) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            session = await connect(stack, pets, transport)
            listed = (await session.list_resources()).resources
            assert "polymock://mocks/pets/document" in {str(each.uri) for each in listed}
            for each in listed:
                (content,) = (await session.read_resource(each.uri)).contents
                assert content.text, each.uri  # type: ignore[union-attr]
            uri = "polymock://mocks/pets/operations/PUT%20%2Fpets%2F%7Bid%7D"
            (content,) = (await session.read_resource(uri)).contents
            assert json.loads(content.text)["name"] == "PUT /pets/{id}"  # type: ignore[union-attr]
            await session.call_tool("mocks_call", {"path": "/pets/wrong"})
            for prompt in (await session.list_prompts()).prompts:
                arguments = {"spec": PETS} if prompt.name == "mock_this_api" else {}
                told = await session.get_prompt(prompt.name, arguments)
                assert len(told.messages) == 2
                assert "begin of data" in told.messages[1].content.text  # type: ignore[union-attr]

    asyncio.run(asyncio.wait_for(run(), 120))

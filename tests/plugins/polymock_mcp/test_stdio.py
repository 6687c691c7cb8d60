from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession

from agents.conversing import (
    COMMAND,
    HELLO,
    PETS,
    READY,
    by_id,
    environment,
    exchange,
    stop_all,
    talk,
)

NOISY = """
import os, subprocess, sys
from polymock.commands import local
from polymock.commands.context import Context
from polymock_mcp.offers import ServeParams
from polymock_mcp.stdio import serve

asked = local.LocalDispatcher.carry_out

async def noisy(self, *args, **kwargs):
    print("printed")
    sys.__stdout__.write("written\\n")
    os.write(1, b"below python\\n")
    subprocess.run(["echo", "by a child"])
    subprocess.run(["cat"], check=True)
    return await asked(self, *args, **kwargs)

local.LocalDispatcher.carry_out = noisy
serve(Context(), ServeParams())
print("after the end")
"""


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A registry of instances, which end with the test."""
    folder = tmp_path / "state"
    yield folder
    if folder.exists():
        stop_all(folder)


def request(id_: Any, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}


def call(id_: Any, tool: str, /, **arguments: Any) -> dict[str, Any]:
    return request(id_, "tools/call", name=tool, arguments=arguments)


def test_an_agent_mocks_an_api_by_tools_alone(state: Path, tmp_path: Path) -> None:
    progress: list[str | None] = []

    async def note(_done: float, _total: float | None, words: str | None) -> None:
        progress.append(words)

    async def work(session: ClientSession) -> None:
        async def ask(tool: str, /, **arguments: Any) -> Any:
            result = await session.call_tool(tool, arguments, progress_callback=note)
            assert not result.is_error, result.content
            return result.structured_content

        pets = {"name": "pets.yaml", "text": PETS}
        started = await ask("instances_start", name="pets", texts=[pets])
        assert (started["status"], started["specs"]) == ("running", ["pets.yaml"])
        (mock,) = (await ask("mocks_list"))["result"]
        assert (mock["name"], mock["protocol"], mock["operations"]) == ("pets", "openapi", 3)
        found = await ask("mocks_operations", text="one pet")
        assert [each["name"] for each in found["items"]] == ["GET /pets/{id}"]
        told = await ask("mocks_operation", operation="PUT /pets/{id}")
        reply = await ask("mocks_call", **told["example"])
        assert reply["status"] == 200
        assert (await ask("mocks_call", path="/pets/x"))["status"] == 422

        await ask("world_put", collection="pets", key="7", value={"id": 7, "name": "Rex"})
        assert (await ask("mocks_call", path="/pets/7"))["body"] == {"id": 7, "name": "Rex"}

        sql = "select operation, status from requests order by ts"
        rows = []
        for _ in range(50):  # the journal is written beside the calls
            rows = (await ask("logs_sql", sql=sql))["rows"]
            if len(rows) == 3:
                break
        assert rows == [["PUT /pets/{id}", 200], ["GET /pets/{id}", 422], ["GET /pets/{id}", 200]]

        graph = "type Query { pet(id: ID!): Pet } type Pet { id: ID! name: String! }"
        texts = [{"name": "schema.graphql", "text": graph}]
        changed = await ask("instances_change", name="pets", texts=texts)
        assert changed["url"] == started["url"]
        told = await ask("mocks_operation", operation="Query.pet")
        reply = await ask("mocks_call", **told["example"])
        assert reply["body"]["data"]["pet"]["id"] == "1"
        assert [*rows] == (await ask("logs_sql", sql=sql))["rows"][:3]

        (stopped,) = (await ask("instances_stop", names=["pets"]))["result"]
        assert stopped["ending"] == "stopped"
        gone = await session.call_tool("mocks_list", {})
        assert gone.is_error
        assert "instances_start" in gone.content[0].text  # type: ignore[union-attr]

    talk(state, work, tmp_path)
    assert progress == ["starting pets", "stopping pets", "starting pets"]


def test_initialize_is_answered_within_a_second_and_a_half(state: Path) -> None:
    """Or, where this machine has other things to do, soon after `--version` is."""
    times, plain = [], []
    for _ in range(3):
        begun = time.perf_counter()
        version = [*COMMAND[:-1], "--version"]
        subprocess.run(version, env=environment(state), capture_output=True, check=True)
        plain.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(state)
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(HELLO).encode() + b"\n")
            process.stdin.flush()
            told = json.loads(process.stdout.readline())
            times.append(time.perf_counter() - begun)
            process.stdin.close()
            assert process.wait(30) == 0
        assert told["result"]["serverInfo"]["name"] == "polymock"
        assert "instances_start" in told["result"]["instructions"]
        if times[-1] < 1.5:
            break
    assert min(times) < max(1.5, 3 * min(plain)), (times, plain)


def test_all_that_was_asked_is_answered_after_the_client_has_closed(state: Path) -> None:
    lines = [HELLO, READY, request(1, "ping"), request(2, "tools/list"), call(3, "instances_list")]
    told, _, code = exchange(lines, state)
    answers = by_id(told)
    assert code == 0
    assert set(answers) == {0, 1, 2, 3}
    assert answers[1]["result"] == {}
    assert len(answers[2]["result"]["tools"]) > 30
    assert answers[3]["result"]["structuredContent"]["instances"] == []


def test_what_breaks_the_protocol_is_told_and_the_rest_goes_on(state: Path) -> None:
    large = "x" * 2_000_000
    lines: list[Any] = [
        HELLO,
        READY,
        b"{not json",
        b"",
        b"[]",
        b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}',
        request(2, "no/such/method"),
        request(3, "tools/call"),
        request(4, "tools/call", name="no_such_tool", arguments={}),
        request(5, "tools/call", name="instances_list", arguments=[1]),
        request(6, "resources/read", uri="polymock://nothing"),
        request(7, "prompts/get", name="nothing"),
        {"jsonrpc": "2.0", "method": "notifications/nothing"},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}},
        call(8, "instances_start", name=large),
        call(9, "instances_start", texts=[{"name": "../../evil.yaml", "text": "a"}]),
        request("text id", "ping"),
    ]
    told, _, code = exchange(lines, state)
    assert code == 0
    answers = by_id([each for each in told if each.get("id") is not None])
    codes = [each["error"]["code"] for each in told if "id" in each and each["id"] is None]
    assert codes == [-32700, -32600]
    assert answers[1]["error"]["code"] == -32600
    assert answers[2]["error"]["code"] == -32601
    assert answers[3]["error"]["code"] == -32602
    assert "There is no tool 'no_such_tool'" in answers[4]["error"]["message"]
    assert answers[5]["error"]["code"] == -32602
    assert "resources/list" in answers[6]["error"]["message"]
    assert "There are: mock_this_api" in answers[7]["error"]["message"]
    for number in (8, 9):
        assert answers[number]["result"]["isError"]
        assert len(answers[number]["result"]["content"][0]["text"]) < 2000
    assert answers["text id"]["result"] == {}
    assert not list(state.parent.rglob("evil.yaml"))


def test_nothing_but_initialize_and_ping_is_answered_before_it(state: Path) -> None:
    told, _, _ = exchange([request(1, "tools/list"), request(2, "ping"), HELLO], state)
    answers = by_id(told)
    assert answers[1]["error"]["code"] == -32602
    assert answers[2]["result"] == {}
    assert answers[0]["result"]["protocolVersion"] == "2025-11-25"


def test_a_request_that_is_called_off_is_not_answered(state: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("pets.yaml").write_text(PETS)
    start = call(1, "instances_start", specs=[str(tmp_path / "pets.yaml")], port=0, admin_port=0)
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    told, _, code = exchange([HELLO, READY, start, cancel, request(2, "ping")], state)
    assert code == 0
    assert set(by_id(told)) == {0, 2}


def test_what_is_printed_goes_to_standard_error(state: Path) -> None:
    told, errors, code = exchange(
        [HELLO, READY, call(1, "instances_list")], state, [sys.executable, "-c", NOISY]
    )
    assert code == 0
    assert not by_id(told)[1]["result"]["isError"]
    for words in ("printed", "written", "below python", "by a child", "after the end"):
        assert words in errors


def test_it_is_offered_on_the_command_line_only(state: Path) -> None:
    told, _, _ = exchange([HELLO, READY, request(1, "tools/list")], state)
    names = {tool["name"] for tool in by_id(told)[1]["result"]["tools"]}
    assert "mcp_serve" not in names
    run = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "mcpServers" in run.stdout

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from agents.conversing import HELLO
from agents.doubles import LIBRARY
from polymock.commands.dispatching import Caller
from polymock.errors import CommandError
from polymock_mcp.http import MAX_BODY, McpAnnex
from polymock_mcp.plugin import plugin

ACCEPT = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
ASKED: list[tuple[str, Caller]] = []


class Dispatcher:
    """Answers nothing but what it is told to, and remembers who asked."""

    catalog = LIBRARY

    async def carry_out(
        self, name: str, params: Any, caller: Caller, progress: Any = None
    ) -> bytes:
        ASKED.append((name, caller))
        if caller.role != "admin":
            hint = "Use a token of that role: `polymock tokens create NAME --role admin`."
            raise CommandError(f"{name} asks for the role admin.", hint, "forbidden")
        return b"[]"


def ask(work: Callable[[httpx.AsyncClient], Awaitable[Any]], caller: Caller | None = None) -> Any:
    """What comes of some work with the annex, whose caller the admin port knows."""

    async def run() -> Any:
        annex = plugin.build(plugin.config())
        assert isinstance(annex, McpAnnex)
        assert annex.path == "/mcp"
        async with annex.open(Dispatcher()) as app:  # type: ignore[arg-type]

            async def known(scope: Any, receive: Any, send: Any) -> None:
                scope["state"] = {"caller": caller or Caller("ann", "admin")}
                await app(scope, receive, send)

            transport = httpx.ASGITransport(known)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8081", headers=ACCEPT
            ) as client:
                return await work(client)

    return asyncio.run(run())


def message_in(reply: httpx.Response) -> Any:
    """The message of an answer that is JSON or one event."""
    if reply.headers["content-type"].startswith("text/event-stream"):
        (line,) = [line for line in reply.text.splitlines() if line.startswith("data: {")]
        return json.loads(line.removeprefix("data: "))
    return reply.json()


def request(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def post(body: Any, caller: Caller | None = None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply: httpx.Response = ask(
        lambda client: client.post("/mcp", content=content, headers=headers), caller
    )
    return reply


def test_each_message_stands_for_itself() -> None:
    assert message_in(post(HELLO))["result"]["serverInfo"]["name"] == "polymock"
    told = message_in(post(request("tools/list")))["result"]["tools"]
    assert [tool["name"] for tool in told] == ["books_burn", "books_list", "instances_list"]
    assert "server" not in told[0]["inputSchema"]["properties"]
    notification = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert post(notification).status_code == 202


def test_who_asks_is_who_the_admin_port_says() -> None:
    ASKED.clear()
    calling = request("tools/call", name="books_list", arguments={"shelf": "a"})
    assert not message_in(post(calling))["result"]["isError"]
    told = message_in(post(calling, Caller("bob", "viewer")))["result"]
    assert [(name, caller.name) for name, caller in ASKED] == [
        ("books.list", "ann"),
        ("books.list", "bob"),
    ]
    assert told["isError"]
    assert "asks for the role admin" in told["content"][0]["text"]


def test_what_is_no_message_is_refused() -> None:
    assert post(b"{").status_code == 400
    assert post(b"x" * (MAX_BODY + 1)).status_code == 413
    assert post(request("ping"), accept="text/html").status_code == 406
    assert message_in(post(request("no/such")))["error"]["code"] == -32601
    reply = post(request("ping"), **{"mcp-protocol-version": "1999-01-01"})
    assert reply.status_code == 400


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("DELETE", 405), ("PUT", 405)])
def test_other_methods_are_not_allowed(method: str, status: int) -> None:
    reply = ask(lambda client: client.request(method, "/mcp"))
    assert reply.status_code == status


def test_other_paths_are_not_there() -> None:
    reply = ask(lambda client: client.post("/mcp/more", json=HELLO))
    assert (reply.status_code, reply.text) == (404, "MCP is spoken at /mcp.")
    assert message_in(ask(lambda client: client.post("/mcp/", json=HELLO)))["result"]


def test_many_ask_at_once() -> None:
    async def work(client: httpx.AsyncClient) -> list[httpx.Response]:
        calling = request("tools/call", name="books_list", arguments={"shelf": "a"})
        return await asyncio.gather(*(client.post("/mcp", json=calling) for _ in range(20)))

    replies = ask(work)
    assert all(not message_in(reply)["result"]["isError"] for reply in replies)


def test_nothing_is_imported_until_somebody_asks() -> None:
    import subprocess
    import sys

    code = "import sys, polymock_mcp.plugin, polymock_mcp.offers; print('mcp' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"

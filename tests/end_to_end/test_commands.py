"""Every command over the command line, the admin API and MCP: the same, asked rightly and wrongly.

Each step is a command with parameters; `{surface}` in them is the surface's name, so that what is
made on one does not stand in the way of another.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from end_to_end.servers import Server, start
from polymock.cli import main
from polymock.commands.catalog import Catalog
from polymock.commands.command import Command
from polymock.commands.remote import request_of

SHOP = Path(__file__).parents[2] / "examples" / "shop"
CATALOG = Catalog()
SECONDS = 120.0
PETS = "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\npaths: {/pets: {get: {}}}\n"
PORTS = {"port": 0, "admin_port": 0, "grpc_port": 0, "no_journal": True}
NAMED = {"name": "{surface}"}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("config.check", {"specs": ["openapi.yaml"]}),
    ("config.schema", {}),
    ("plugins.list", {}),
    ("projects.generate", {"specs": ["openapi.yaml"], "output": "made-{surface}"}),
    ("server.health", {}),
    ("mocks.list", {}),
    ("mocks.operations", {"text": "product"}),
    ("mocks.operation", {"operation": "GET /products/{productId}"}),
    ("mocks.document", {"mock": "shop"}),
    ("mocks.call", {"method": "GET", "path": "/products/1"}),
    ("mocks.config", {}),
    ("world.bindings", {"specs": ["openapi.yaml"]}),
    ("world.bound", {}),
    ("world.collections", {}),
    ("world.list", {"collection": "products", "where": ["currency=EUR"], "limit": 2}),
    ("world.get", {"collection": "products", "key": "1"}),
    ("world.snapshot", NAMED),
    ("world.snapshots", {}),
    ("world.put", {"collection": "categories", "key": "77", "value": {"id": 77, "name": "Lamps"}}),
    ("world.delete", {"collection": "categories", "key": "77"}),
    ("world.restore", NAMED),
    ("world.forget", NAMED),
    ("world.reset", {}),
    ("world.set_clock", {"freeze": True, "now": "2026-01-31T12:00:00Z"}),
    ("world.clock", {}),
    ("sessions.create", {"name": "{surface}", "ttl": 600.0}),
    ("sessions.list", {}),
    ("sessions.get", NAMED),
    ("sessions.reset", NAMED),
    ("sessions.drop", NAMED),
    ("tokens.create", {"name": "{surface}", "role": "viewer"}),
    ("tokens.list", {}),
    ("tokens.revoke", NAMED),
    ("observers.list", {}),
    ("observers.test", {"name": "webhook"}),
    ("observers.history", {"name": "webhook"}),
    ("observers.dead_letters", {"name": "webhook"}),
    ("observers.replay", {"name": "webhook"}),
    ("logs.sql", {"sql": "select count(*) as n from requests", "limit": 5}),
    ("logs.schema", {}),
    ("logs.report", {"since": "1h"}),
    ("logs.coverage", {"mock": "shop", "since": "1h"}),
    ("logs.anomalies", {"since": "1h"}),
    ("logs.unmatched", {"since": "1h"}),
    ("logs.verify", {"method": "GET", "path": "/products/1", "at_least": 1}),
    ("logs.diff", {"before": "2h..1h", "after": "1h.."}),
    ("logs.tail", {"limit": 5}),
    ("logs.export", {"format": "csv", "output": "{surface}.csv"}),
    ("logs.status", {}),
    ("logs.compact", {}),
    ("logs.clear", {"mock": "shop-graph"}),
    (
        "instances.start",
        {"name": "{surface}", "texts": [{"name": "pets.yaml", "text": PETS}], **PORTS},
    ),
    ("instances.list", {}),
    ("instances.log", NAMED),
    ("instances.change", {"name": "{surface}", "texts": [{"name": "pets.yaml", "text": PETS}]}),
    ("instances.restart", NAMED),
    ("instances.stop", {"names": ["{surface}"]}),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shop, with observers, in a folder of its own and with nobody else's instances."""
    folder = tmp_path_factory.mktemp("commands")
    shutil.copytree(SHOP, folder, dirs_exist_ok=True)
    config = (folder / "polymock.yaml").read_text("utf-8")
    with receiver() as url:
        webhook = f'{{type: webhook, url: "{url}", allow_private: true}}'
        observers = f"\nobservers: [{{type: log}}, {webhook}]\n"
        (folder / "polymock.yaml").write_text(config + observers, "utf-8")
        environment = {"POLYMOCK_STATE_DIR": str(folder / "state")}
        server = start(folder, "--grpc-port", "0", environment=environment)
        httpx.get(f"{server.url}/products/1", trust_env=False)
        server.await_rows(1)
        yield server
        server.end()
        polymock(server, "stop", "--all")


@contextmanager
def receiver() -> Iterator[str]:
    """The URL of somebody who takes what webhooks deliver."""
    with HTTPServer(("127.0.0.1", 0), Receiver) as opened:
        thread = Thread(target=opened.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{opened.server_port}/"
        opened.shutdown()
        thread.join()


class Receiver(BaseHTTPRequestHandler):
    """Says 204 to everything."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def polymock(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`polymock` in the server's folder."""
    return subprocess.run(
        [sys.executable, "-m", "polymock", *arguments],
        cwd=server.folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "POLYMOCK_STATE_DIR": str(server.folder / "state")},
    )


def filled(value: Any, surface: str) -> Any:
    """Parameters as one surface has them."""
    if isinstance(value, str):
        return value.replace("{surface}", surface)
    if isinstance(value, Mapping):
        return {name: filled(each, surface) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, surface) for each in value]
    return value


def arguments_of(command: Command, params: Mapping[str, Any]) -> list[str]:
    """Parameters as the command line has them."""
    left = dict(params)
    found: list[str] = []
    for name in command.terminal.arguments:
        value = left.pop(name, None)
        values = value if isinstance(value, list) else [] if value is None else [value]
        found += [each if isinstance(each, str) else json.dumps(each) for each in values]
    for name, value in left.items():
        flag = f"--{name.replace('_', '-')}"
        for each in value if isinstance(value, list) else [value]:
            text = each if isinstance(each, str) else json.dumps(each)
            found += [flag] if each is True else [flag, text.removesuffix(".0")]
    return found


def by_cli(server: Server, command: Command, params: dict[str, Any]) -> Any:
    if command.terminal.hidden:  # texts are for programs
        params = {n: v for n, v in params.items() if n not in command.terminal.hidden}
        if "texts" in command.terminal.hidden:
            params["specs"] = ["openapi.yaml"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(server.folder)
        patch.setenv("POLYMOCK_STATE_DIR", str(server.folder / "state"))
        run = CliRunner().invoke(main, [*command.words, *arguments_of(command, params), "--json"])
    assert run.exit_code == 0, (command.name, run.stdout, run.stderr, run.exception)
    return json.loads(run.stdout)


def by_api(server: Server, command: Command, params: dict[str, Any]) -> Any:
    answer = ask(server, command, params)
    assert answer.status_code == command.address.status, (command.name, answer.text)
    return answer.json()


def ask(server: Server, command: Command, params: dict[str, Any]) -> httpx.Response:
    path, query, body = request_of(command.address, params)
    url = f"{server.admin_url}/api/v1{path}"
    method = command.address.method
    return httpx.request(
        method, url, params=query or None, json=body, trust_env=False, timeout=SECONDS
    )


def by_mcp(server: Server, calls: Sequence[tuple[str, dict[str, Any]]]) -> list[Any]:
    """The results of tools that are called one after another."""

    async def call() -> list[Any]:
        async with (
            streamable_http_client(f"{server.admin_url}/mcp") as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            return [await session.call_tool(name, params) for name, params in calls]

    return asyncio.run(call())


def test_every_command_has_a_step() -> None:
    everywhere = {c.name for c in CATALOG.commands.values() if len(c.surfaces) == 3}
    assert {name for name, _ in STEPS} == everywhere


def test_the_command_line_carries_every_command_out(server: Server) -> None:
    for name, params in STEPS:
        assert by_cli(server, CATALOG.find(name), filled(params, "by-cli")) is not None


def test_the_api_carries_every_command_out(server: Server) -> None:
    for name, params in STEPS:
        command = CATALOG.find(name)
        told = by_api(server, command, filled(params, "by-api"))
        msgspec.convert(told, command.result, strict=False)


def test_mcp_carries_every_command_out(server: Server) -> None:
    calls = [(CATALOG.find(name).tool, filled(params, "by-mcp")) for name, params in STEPS]
    for (name, _), told in zip(calls, by_mcp(server, calls), strict=True):
        assert not told.is_error, (name, told.content)
        assert told.structured_content is not None, name


@pytest.mark.parametrize("name", [name for name, _ in STEPS])
def test_usage_that_is_wrong_ends_with_2(name: str) -> None:
    command = CATALOG.find(name)
    run = CliRunner().invoke(main, [*command.words, "--colour", "red"])
    assert (run.exit_code, run.stdout) == (2, "")
    assert "--colour" in run.stderr


def test_the_api_says_which_parameter_is_wrong(server: Server) -> None:
    for name, _ in STEPS:
        command = CATALOG.find(name)
        answer = ask(server, command, {**command.example, "colour": "red"})
        assert answer.status_code == 400, (name, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert told["violations"][0]["location"] == "colour", (name, told)
        assert told["hint"]


def test_mcp_says_which_parameter_is_wrong(server: Server) -> None:
    commands = [CATALOG.find(name) for name, _ in STEPS]
    calls = [(each.tool, {**each.example, "colour": "red"}) for each in commands]
    for (name, _), told in zip(calls, by_mcp(server, calls), strict=True):
        assert told.is_error, name
        assert "colour" in told.content[0].text, name

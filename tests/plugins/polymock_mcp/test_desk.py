from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from agents.doubles import AGENT, catalog, command
from polymock.commands.context import silent
from polymock.errors import CommandError
from polymock_mcp.desk import Conversation, OwnDesk

COMMANDS = catalog(
    command("books.list"),
    *(
        command(f"instances.{verb}", place="machine")
        for verb in ("list", "start", "stop", "change")
    ),
)


class Local:
    """A local dispatcher that starts and stops nothing, and remembers what it was asked."""

    def __init__(self, *running: str) -> None:
        self.catalog = COMMANDS
        self.running = list(running)
        self.servers: list[str] = []

    async def carry_out(
        self, name: str, params: Mapping[str, Any], caller: Any, progress: Any, server: str = ""
    ) -> bytes:
        match name:
            case "instances.list":
                told: Any = {"instances": [{"name": each} for each in self.running]}
            case "instances.start" | "instances.change":
                told = {"name": params["name"]}
            case "instances.stop":
                told = [{"name": each} for each in params["names"]]
            case _:
                self.servers.append(server)
                told = []
        return msgspec.json.encode(told)


def carry_out(local: Local, *calls: tuple[str, dict[str, Any], str]) -> list[str]:
    """Which servers were meant by calls of one client."""
    desk = Conversation(local)  # type: ignore[arg-type]

    async def run() -> None:
        for name, params, server in calls:
            await desk.carry_out(name, params, AGENT, silent, server)

    asyncio.run(run())
    return local.servers


LIST: tuple[str, dict[str, Any], str] = ("books.list", {}, "")


def start(name: str) -> tuple[str, dict[str, Any], str]:
    return "instances.start", {"name": name}, ""


def test_the_server_started_last_is_meant_until_it_is_stopped() -> None:
    change = ("instances.change", {"name": "a"}, "")
    stop = ("instances.stop", {"names": ["a"]}, "")
    calls = (start("a"), LIST, start("b"), LIST, change, LIST, stop, LIST)
    assert carry_out(Local("other", "more"), *calls) == ["a", "b", "a", "b"]


def test_a_server_that_is_named_is_meant() -> None:
    assert carry_out(Local("x"), start("a"), ("books.list", {}, "x")) == ["x"]


def test_else_the_only_one_that_runs_or_that_of_the_folder() -> None:
    assert carry_out(Local("x"), LIST) == ["x"]
    assert carry_out(Local(), LIST) == [""]
    with pytest.raises(CommandError, match="Several servers run: x, y") as caught:
        carry_out(Local("x", "y"), LIST)
    assert caught.value.hint == 'Say which one is meant: "server": "x".'


def test_a_servers_own_desk_asks_its_dispatcher() -> None:
    class Dispatcher:
        catalog = COMMANDS

        async def carry_out(self, name: str, params: Any, caller: Any, progress: Any) -> bytes:
            return f"{name} {dict(params)} {caller.name}".encode()

    desk = OwnDesk(Dispatcher())  # type: ignore[arg-type]
    assert not desk.chooses
    told = asyncio.run(desk.carry_out("books.list", {"a": 1}, AGENT, silent, "x"))
    assert told == b"books.list {'a': 1} agent"

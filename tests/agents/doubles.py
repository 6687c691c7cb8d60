"""For tests of MCP: a desk without servers, and a client that talks to it without a transport."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import msgspec
from mcp import Client
from msgspec import Meta

from polymock.commands.catalog import installed
from polymock.commands.command import Command, Surface
from polymock.commands.context import Progress
from polymock.commands.dispatching import Caller
from polymock.commands.execution import read_params
from polymock.errors import CommandError, UserError
from polymock_mcp.server import build_server

AGENT = Caller("agent", "admin")


class ShelfParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which books."""

    shelf: Annotated[str, Meta(description="The shelf's name", max_length=20)]
    limit: Annotated[int, Meta(ge=1, le=100, description="At most so many")] = 10
    wait: Annotated[float | None, Meta(description="How long", extra={"unit": "seconds"})] = None


class Book(msgspec.Struct, frozen=True):
    """A book, and those that it refers to."""

    title: str
    refers_to: tuple[Book, ...] = ()


def command(name: str, **changes: Any) -> Command:
    """A command of the library's."""
    known: dict[str, Any] = {
        "summary": "List books.",
        "params": ShelfParams,
        "result": tuple[Book, ...],
        "run": "nowhere:run",
        "place": "mocks",
        "example": {"shelf": "poetry"},
    }
    return Command(name=name, **{**known, **changes})


def catalog(*commands: Command) -> Any:
    """The commands that there are."""
    by_name = {each.name: each for each in commands}

    def find(name: str) -> Command:
        if name not in by_name:
            raise CommandError(f"There is no command {name!r}.", "", "unknown")
        return by_name[name]

    return SimpleNamespace(commands=by_name, find=find, failures={})


ONLY_CLI: frozenset[Surface] = frozenset(("cli",))
LIBRARY = catalog(
    command("books.list"),
    command(
        "books.burn",
        summary="Burn books.",
        help="Nothing of them is left. `polymock books list` tells which there are.",
        result=Book,
        writes=True,
        destroys=True,
        repeats=True,
    ),
    command("books.serve", surfaces=ONLY_CLI),
    command("instances.list", place="machine", params=msgspec.defstruct("None_", [])),
)


class FakeDesk:
    """Answers what it was told to, once the parameters are right."""

    def __init__(self, answer: Any = (), *, chooses: bool = True) -> None:
        self.catalog = LIBRARY
        self.chooses = chooses
        self.answer = answer
        self.heard: list[tuple[str, Mapping[str, Any], str, str]] = []

    async def carry_out(
        self,
        name: str,
        params: Mapping[str, Any],
        caller: Caller,
        progress: Progress,
        server: str = "",
    ) -> bytes:
        """The answer, or the error that it is."""
        read_params(self.catalog.find(name), params)
        self.heard.append((name, dict(params), caller.name, server))
        for done, words in ((0, "looking"), (0, "reading"), (2, "done")):
            progress(done, 2, words)
        if isinstance(self.answer, UserError):
            raise self.answer
        return msgspec.json.encode(self.answer)


Mode = Literal["legacy", "auto"]


@asynccontextmanager
async def client_of(desk: Any, mode: Mode = "legacy") -> AsyncIterator[Client]:
    """A client of a server over a desk, in this process."""
    async with Client(build_server(desk, lambda _: AGENT), mode=mode) as client:
        yield client


class ScriptedDesk:
    """Answers each command of those installed as it was told to; others cannot be carried out."""

    def __init__(self, answers: Mapping[str, Any], *, chooses: bool = True) -> None:
        self.catalog = installed()
        self.chooses = chooses
        self.answers = answers
        self.heard: list[tuple[str, Mapping[str, Any], str]] = []

    async def carry_out(
        self,
        name: str,
        params: Mapping[str, Any],
        caller: Caller,
        progress: Progress,
        server: str = "",
    ) -> bytes:
        """The answer, or the error that it is."""
        read_params(self.catalog.find(name), params)
        self.heard.append((name, dict(params), server))
        answer = self.answers.get(name, CommandError("No server runs here.", "", "unavailable"))
        if isinstance(answer, UserError):
            raise answer
        return msgspec.json.encode(answer)

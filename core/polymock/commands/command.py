"""What a command is: one use case, defined once, offered by CLI, admin API and MCP alike.

A plugin of the group `polymock.commands` offers those of one noun:

    plugin = Plugin(NoSettings, lambda _: Commands("Ask the journal.", (REPORT, TAIL)))

The entry point's name is the noun, and each command's name begins with it (`logs.report`). From a
definition come the sub-command, the endpoint and the tool, and their documentation. Definitions are
all imported for `polymock --help`, so they import nothing heavy: `run` and `show` are places, as
entry points are, and what stands there is imported when it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Place = Literal["mocks", "journal", "server", "machine"]
"""Where a command runs, and what its context has: in a worker, with the `snapshot` that it serves;
where the `journal` can be read, be it in the server that writes it or from its file; in a server's
control process (`server`); or anywhere (`machine`)."""

Role = Literal["viewer", "operator", "admin"]
"""Who may: a `viewer` reads; an `operator` also changes the world, sessions and what is recorded;
an `admin` also starts and stops servers, reads and writes files, and gives out tokens."""

Method = Literal["GET", "POST", "PUT", "DELETE"]

Surface = Literal["cli", "api", "mcp"]


class Route(msgspec.Struct, frozen=True):
    """The address of a command below `/api/v1`.

    Parameters are those of the path, then of the query (of GET and DELETE, and of what `query`
    names) or members of the body (of POST and PUT). `body` names the parameter that the whole body
    is. A parameter `{key:path}` at the path's end is as it is, slashes and all. `status` is that of
    success.
    """

    method: Method
    path: str
    status: int = 200
    body: str = ""
    query: tuple[str, ...] = ()


class Terminal(msgspec.Struct, frozen=True):
    """How the command line shows a command.

    `words` are its sub-command; by default noun and verb. Parameters are options (`--dry-run` for
    `dry_run`), but those in `arguments` are positional, in order; the last may be a list. `short`
    gives options a letter, and those in `hidden` are for programs alone.

    The others are places of functions. `show(result, params)` prints the result for people; by
    default structs are printed as tables. `formats` are flags (`csv` is `--csv`) with functions of
    that kind, and what `json(result, params)` returns is what `--json` prints, where that is not
    the result as it is. `fails(result, params)` tells whether the exit code is 1.
    `document(result, params, file)` gives the text that `--output FILE` (`-o`) writes to a file
    instead; it raises CommandError where the file's name asks for what there is not.
    `follow(ask, params)` prints on and on, where `ask(params)` has the command carried out with
    other parameters; `--follow` (`-f`) asks for it.
    """

    words: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    short: Mapping[str, str] = {}
    hidden: tuple[str, ...] = ()
    show: str = ""
    formats: Mapping[str, str] = {}
    json: str = ""
    fails: str = ""
    document: str = ""
    follow: str = ""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One use case.

    `name` is noun and verb (`world.list`), `summary` a sentence on what it does, `help` more on it.
    `params` is a struct whose fields have descriptions (`msgspec.Meta`); `result` is a type that
    msgspec can write as JSON. `run` is the place (`package.module:function`) of a function
    `(context, params) -> result`, see `context`. `writes` tells whether anything is changed,
    `destroys` whether something is lost by it, and `repeats` whether doing it twice is doing it
    once. `example` are parameters that would do. All `surfaces` offer it, unless it makes no sense
    there, as a server that speaks over standard output does not in an API.
    """

    name: str
    summary: str
    params: type[msgspec.Struct]
    result: Any
    run: str
    place: Place
    help: str = ""
    role: Role = "viewer"
    writes: bool = False
    destroys: bool = False
    repeats: bool = False
    example: Mapping[str, Any] = {}
    route: Route | None = None
    terminal: Terminal = Terminal()
    surfaces: frozenset[Surface] = frozenset(("cli", "api", "mcp"))

    @property
    def noun(self) -> str:
        """The first half of its name: that of the plugin that offers it."""
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        """The second half of its name."""
        return self.name.partition(".")[2]

    @property
    def words(self) -> tuple[str, ...]:
        """Its sub-command: `("world", "list")`."""
        return self.terminal.words or (self.noun, self.verb.replace("_", "-"))

    @property
    def address(self) -> Route:
        """Its address: as it says, else POST to `/NOUN/VERB`."""
        return self.route or Route("POST", f"/{self.noun}/{self.verb.replace('_', '-')}")

    @property
    def tool(self) -> str:
        """Its name as a tool: `world_list`."""
        return self.name.replace(".", "_")


class Commands(msgspec.Struct, frozen=True):
    """The commands of a noun, and a sentence on what they are for."""

    summary: str
    commands: tuple[Command, ...]

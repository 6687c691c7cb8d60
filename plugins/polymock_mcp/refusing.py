"""Errors, as an agent can go on from them: what is wrong, where, and what to call next."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from polymock.commands.catalog import Catalog
from polymock.commands.command import Command
from polymock.commands.execution import refusal
from polymock.errors import SpecError, UserError
from polymock_mcp.words import for_agents
from polymock_schemas.commands import Refusal

MAX_FAULTS = 20


def told(error: UserError, command: Command, catalog: Catalog) -> str:
    """The text of a tool's error."""
    found = refusal(error)
    lines = [found.message]
    lines += [f"- {each.location}: {each.message}" for each in found.violations]
    if isinstance(error, SpecError):
        lines += [
            f"- {fault.file}#{fault.path}: {fault.message} {fault.hint}".rstrip()
            for fault in error.faults[:MAX_FAULTS]
        ]
    if found.hint:
        lines.append(f"What to do: {for_agents(found.hint, catalog)}")
    lines += _next(found, command, catalog, is_of_spec=isinstance(error, SpecError))
    return "\n".join(dict.fromkeys(lines))


def _next(found: Refusal, command: Command, catalog: Catalog, *, is_of_spec: bool) -> Iterator[str]:
    """Which tools help."""
    if found.kind == "wrong":
        if command.example and "For example" not in found.hint and not is_of_spec:
            yield f"An example of {command.tool}: {msgspec.json.encode(command.example).decode()}"
        yield f"Then call {command.tool} again" + (
            ", with the mended spec."
            if is_of_spec
            else "; its input schema says all that it takes."
        )
    elif found.kind == "unknown":
        for verb in ("collections", "list"):
            lists = f"{command.noun}.{verb}"
            if lists in catalog.commands and lists != command.name:
                yield f"{catalog.commands[lists].tool} lists what there is."
                return
    elif found.kind in ("conflict", "unavailable"):
        yield (
            "instances_list tells which servers run and how they are, instances_start starts one, "
            "instances_log shows what one has printed."
        )
    elif found.kind == "failed":
        yield "That is no fault of yours. instances_log shows what the server says of it."


def unknown_tool(name: str, catalog: Catalog) -> str:
    """What to say where there is no such tool."""
    from polymock.config.settings import suggestion

    names = [command.tool for command in catalog.commands.values() if "mcp" in command.surfaces]
    near = suggestion(name, names)
    return f"There is no tool {name[:100]!r}. {near or ''} tools/list lists all.".replace("  ", " ")

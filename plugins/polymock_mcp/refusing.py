"""Errors, as an agent can go on from them: what is wrong, where, and what to call next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from polymock.commands.catalog import Catalog
from polymock.commands.command import Command
from polymock.commands.execution import refusal
from polymock.errors import SpecError, UserError
from polymock_mcp.words import for_agents, naming_server
from polymock_schemas.calls import Violation
from polymock_schemas.commands import Fault, Refusal

MAX_FAULTS = 20


def told(
    error: UserError, command: Command, catalog: Catalog, *, takes_server: bool = False
) -> str:
    """The text of a tool's error; `takes_server` where the tool has the parameter for one."""
    found = refusal(error)
    lines = [found.message, *_violations(found.message, found.violations)]
    if isinstance(error, SpecError):
        lines += _faults(error.faults)
    if found.hint:
        lines.append(f"What to do: {_hint(found, catalog, takes_server=takes_server)}")
    if "`protocol:`" in found.message + found.hint and "texts" in _parameters(command):
        lines.append(
            "A text named polymock.yaml among `texts` can say it: "
            "`mocks: [{spec: NAME, protocol: openapi}]`."
        )
    lines += _next(found, command, catalog, is_of_spec=isinstance(error, SpecError))
    return "\n".join(dict.fromkeys(lines))


def _violations(message: str, violations: Sequence[Violation]) -> Iterator[str]:
    """What is wrong where, as far as the message does not say it."""
    for each in violations:
        line = f"{each.location}: {each.message}" if each.location else each.message
        if line not in message:
            yield f"- {line}"


def _faults(faults: Sequence[Fault]) -> Iterator[str]:
    """The faults of a spec, with their places; one alone is told by the message and the hint."""
    for fault in faults[:MAX_FAULTS] if len(faults) > 1 else ():
        place = f"{fault.file}#{fault.path}" if fault.path else fault.file
        yield f"- {place}: {fault.message} {fault.hint}".rstrip()


def _hint(found: Refusal, catalog: Catalog, *, takes_server: bool) -> str:
    """What to do, in the words of who is told: who may not do it asks somebody who may."""
    if found.kind == "forbidden":
        return f"Ask whoever runs the server. {found.hint}"
    hint = naming_server(found.hint) if takes_server else found.hint
    return for_agents(hint, catalog)


def _parameters(command: Command) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(command.params)}


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

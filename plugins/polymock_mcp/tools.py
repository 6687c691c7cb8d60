"""Tools: one for each command, with its schemas and what it does to the world."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import mcp_types as types
import msgspec
from mcp.shared.exceptions import MCPError

from polymock.commands.command import Command
from polymock.commands.dispatching import Caller
from polymock.commands.execution import refuse_unknown
from polymock.errors import CommandError, UserError
from polymock_mcp.desk import Desk
from polymock_mcp.progress import Telling
from polymock_mcp.refusing import told, unknown_tool
from polymock_mcp.shapes import RESULT, input_schema, output_schema
from polymock_mcp.words import SERVER, for_agents

_SERVER_SCHEMA = {
    "type": "string",
    "maxLength": 2000,
    "description": "Which server: an instance's name, or the URL of an admin API; default: the one "
    "that you started last, else the only one that runs",
}

log = logging.getLogger("polymock.mcp")


class Tools:
    """The tools of a desk; schemas are made when they are first asked for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @cached_property
    def commands(self) -> Mapping[str, Command]:
        """The commands by the names of their tools."""
        commands = self._desk.catalog.commands.values()
        return {command.tool: command for command in commands if "mcp" in command.surfaces}

    @cached_property
    def all(self) -> list[types.Tool]:
        """Every tool, by name. One that cannot be described is left out, with a word in the log."""
        found = []
        commands = self.commands
        for noun, failure in self._desk.catalog.failures.items():
            log.error("the commands %r are not offered: %s", noun, failure.message)
        for name in sorted(commands):
            try:
                found.append(self._tool(commands[name]))
            except (TypeError, ValueError, NotImplementedError) as error:  # a third party's types
                log.error("the tool %s is not offered: %s", name, error)
        return found

    async def call(
        self, name: str, arguments: Mapping[str, Any], caller: Caller, telling: Telling
    ) -> types.CallToolResult:
        """Carry out the command of a tool. Raises MCPError where there is none."""
        command = self.commands.get(name)
        if command is None:
            message = unknown_tool(name, self._desk.catalog)
            raise MCPError(code=types.INVALID_PARAMS, message=message)
        params = dict(arguments)
        takes_server = self._takes_server(command)
        try:
            server = _server_in(params) if takes_server else ""
            if takes_server:
                refuse_unknown(command, params, (SERVER,))
            async with telling.heard() as progress:
                result = await self._desk.carry_out(command.name, params, caller, progress, server)
        except UserError as error:
            text = told(error, command, self._desk.catalog, takes_server=takes_server)
            return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
        return _answer(command, result)

    def _takes_server(self, command: Command) -> bool:
        own = {field.encode_name for field in msgspec.structs.fields(command.params)}
        return self._desk.chooses and command.place != "machine" and SERVER not in own

    def _tool(self, command: Command) -> types.Tool:
        schema = input_schema(command.params)
        if self._takes_server(command):
            schema["properties"] = {**schema["properties"], SERVER: dict(_SERVER_SCHEMA)}
        if command.example:
            schema["examples"] = [dict(command.example)]
        described = " ".join(filter(None, (command.summary, command.help)))
        return types.Tool(
            name=command.tool,
            title=_title(command),
            description=for_agents(described, self._desk.catalog),
            input_schema=schema,
            output_schema=output_schema(command.result)[0],
            annotations=types.ToolAnnotations(
                title=_title(command),
                read_only_hint=not command.writes,
                destructive_hint=command.destroys,
                idempotent_hint=command.repeats or not command.writes,
                open_world_hint="specs" in schema["properties"],
            ),
        )


def _title(command: Command) -> str:
    return f"{command.noun.capitalize()}: {command.verb.replace('_', ' ')}"


def _server_in(params: dict[str, Any]) -> str:
    """Take the server out of the parameters. Raises CommandError where it is no text."""
    server = params.pop(SERVER, None)
    if server is None:
        return ""
    if not isinstance(server, str):
        raise CommandError(
            f"{SERVER}: it must be text.", "An instance's name, or the URL of an admin API."
        )
    return server


def _answer(command: Command, result: bytes) -> types.CallToolResult:
    """A result as structured content, and the same as text."""
    value = msgspec.json.decode(result)
    text = result.decode()
    if not isinstance(value, dict) or output_schema(command.result)[1]:
        value = {RESULT: value}
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=value)

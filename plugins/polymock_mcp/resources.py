"""Resources: what there is to read of a server, at `polymock://…`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import mcp_types as types
import msgspec
from mcp.shared.exceptions import MCPError

from polymock.commands.dispatching import Caller
from polymock.errors import UserError
from polymock_mcp.desk import Desk
from polymock_mcp.refusing import told
from polymock_mcp.sources import MAX_TEXT, WARNING, as_json, ask

SCHEME = "polymock://"
JSON = "application/json"
TEXT = "text/plain"
RESOURCE_NOT_FOUND = -32002
"""MCP, section Resources, Error handling."""


class Reader(msgspec.Struct, frozen=True):
    """A resource, or a family of such: `path` has `{captures}`; `command` with `params` (captures
    by their names) is what it says."""

    path: str
    name: str
    title: str
    description: str
    command: str
    params: dict[str, Any] = {}
    mime_type: str = JSON
    member: str = ""
    """The part of the answer that is the resource; "" for all of it."""


READERS = (
    Reader(
        "instances",
        "instances",
        "Servers that run",
        "Background servers of this machine: status, URLs, what they serve.",
        "instances.list",
    ),
    Reader(
        "config",
        "config",
        "Config",
        "The config that the server serves, its secrets hidden.",
        "mocks.config",
        member="config",
    ),
    Reader(
        "config/schema",
        "config-schema",
        "What a config may say",
        "The JSON Schema of polymock.yaml.",
        "config.schema",
    ),
    Reader(
        "mocks",
        "mocks",
        "Mocks",
        "The mocks that the server serves, and where they answer.",
        "mocks.list",
    ),
    Reader(
        "mocks/{mock}/document",
        "document",
        "Contract",
        f"The document that a mock was made from, as its author wrote it. {WARNING}",
        "mocks.document",
        {"mock": "{mock}", "limit": MAX_TEXT},
        TEXT,
        "text",
    ),
    Reader(
        "mocks/{mock}/operations",
        "operations",
        "Operations",
        "The operations of a mock, and how each is called over HTTP.",
        "mocks.operations",
        {"mock": "{mock}", "limit": 1000},
    ),
    Reader(
        "mocks/{mock}/operations/{operation}",
        "operation",
        "Operation",
        "All of an operation: parameters, schemas, a call that would do. Its name is "
        "percent-encoded: GET%20%2Fpets",
        "mocks.operation",
        {"mock": "{mock}", "operation": "{operation}"},
    ),
    Reader(
        "journal/schema",
        "journal-schema",
        "The journal's schema",
        "Tables, views and columns that logs_sql can ask.",
        "logs.schema",
    ),
    Reader(
        "reports/latest",
        "report",
        "Report",
        f"What the traffic so far was like: latency, errors, coverage. {WARNING}",
        "logs.report",
    ),
    Reader(
        "world/bindings",
        "world-bindings",
        "World",
        "What was inferred of the world: collections, references, and operations on them.",
        "world.bound",
    ),
)


class Resources:
    """The resources of a desk. Where it chooses among servers, `?server=NAME` says which."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def _readers(self) -> list[Reader]:
        commands = self._desk.catalog.commands
        return [reader for reader in READERS if reader.command in commands]

    @property
    def templates(self) -> list[types.ResourceTemplate]:
        """Those with something to fill in."""
        return [
            types.ResourceTemplate(
                name=reader.name,
                title=reader.title,
                description=reader.description,
                mime_type=reader.mime_type,
                uri_template=f"{SCHEME}{reader.path}{query}",
            )
            for reader in self._readers
            if (query := self._query(reader)) or _open(reader)
        ]

    def _query(self, reader: Reader) -> str:
        """What may be said of a reader's server."""
        place = self._desk.catalog.commands[reader.command].place
        return "{?server}" if self._desk.chooses and place != "machine" else ""

    async def all(self, caller: Caller) -> list[types.Resource]:
        """Those that are there now: the fixed ones, and those of each mock that is served."""
        found = [_resource(reader, reader.path) for reader in self._readers if not _open(reader)]
        try:
            mocks = await ask(self._desk, caller, "mocks.list", {})
        except UserError:  # no server, or several: then there is nothing more to list
            return found
        for mock in mocks:
            name = str(mock["name"])
            for reader in self._readers:
                if re.findall(r"{(\w+)}", reader.path) == ["mock"]:
                    path = reader.path.replace("{mock}", quote(name, safe=""))
                    found.append(_resource(reader, path, f" of {name}"))
        return found

    async def read(self, uri: str, caller: Caller) -> types.ReadResourceResult:
        """One of them. Raises MCPError where there is none, or it cannot be read now."""
        path, _, query = uri.removeprefix(SCHEME).partition("?")
        for reader in self._readers if uri.startswith(SCHEME) else ():
            found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", reader.path), path)
            if found is not None:
                captures = {name: unquote(value) for name, value in found.groupdict().items()}
                server = parse_qs(query).get("server", [""])[0]
                text = await self._text(reader, captures, caller, server)
                content = types.TextResourceContents(uri=uri, mime_type=reader.mime_type, text=text)
                return types.ReadResourceResult(contents=[content])
        raise MCPError(
            code=RESOURCE_NOT_FOUND,
            message=f"There is no resource {uri[:200]}. resources/list and "
            "resources/templates/list tell what there is.",
            data={"uri": uri},
        )

    async def _text(
        self, reader: Reader, captures: dict[str, str], caller: Caller, server: str
    ) -> str:
        params = {
            name: captures[value[1:-1]] if isinstance(value, str) else value
            for name, value in reader.params.items()
        }
        try:
            value = await ask(self._desk, caller, reader.command, params, server)
        except UserError as error:
            command = self._desk.catalog.commands[reader.command]
            text = told(error, command, self._desk.catalog)
            raise MCPError(code=RESOURCE_NOT_FOUND, message=text) from error
        if not reader.member:
            return as_json(value)
        value, whole = value[reader.member], value
        if not isinstance(value, str):
            return as_json(value)
        text = value
        left = int(whole.get("length", len(text))) - len(text)
        if left > 0:
            text += f"\n({left} characters more: mocks_document with offset {len(text)})\n"
        return text


def _open(reader: Reader) -> bool:
    return "{" in reader.path


def _resource(reader: Reader, path: str, of: str = "") -> types.Resource:
    return types.Resource(
        uri=SCHEME + path,
        name=path,
        title=f"{reader.title}{of}",
        description=reader.description,
        mime_type=reader.mime_type,
    )

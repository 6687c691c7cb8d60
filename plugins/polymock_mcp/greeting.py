"""The answer to `initialize`, given at once.

The SDK takes about a second to import. Until then the client would wait for the first answer of
all, of which everything is known before. So it is given here, the request is handed on to the SDK,
and what that answers is dropped; a test holds the two against each other.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Any

import msgspec

from polymock_mcp.wording import DESCRIPTION, TITLE

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Of the protocol, those that begin with `initialize`; the last is offered for any other."""
CAPABILITIES = {
    "completions": {},
    "prompts": {"listChanged": False},
    "resources": {"subscribe": False, "listChanged": False},
    "tools": {"listChanged": False},
}


class ClientInfo(msgspec.Struct):
    """Who the client is."""

    name: str
    version: str


class Params(msgspec.Struct, rename="camel"):
    """What the client offers."""

    protocol_version: str
    capabilities: dict[str, Any]
    client_info: ClientInfo


class Initialize(msgspec.Struct):
    """The request."""

    jsonrpc: str
    id: str | int
    method: str
    params: Params


def greet(line: bytes, instructions: str) -> tuple[str | int, bytes] | None:
    """The id of the `initialize` request that a line is, and the answer to it.

    None where it is anything else, or not as it should be: then the SDK says so.
    """
    try:
        asked = msgspec.json.decode(line, type=Initialize)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if (asked.jsonrpc, asked.method) != ("2.0", "initialize"):
        return None
    wanted = asked.params.protocol_version
    result: dict[str, Any] = {
        "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[-1],
        "capabilities": CAPABILITIES,
        "serverInfo": {
            "name": "polymock",
            "title": TITLE,
            "version": own_version(),
            "description": DESCRIPTION,
        },
        "instructions": instructions,
    }
    return asked.id, msgspec.json.encode({"jsonrpc": "2.0", "id": asked.id, "result": result})


def own_version() -> str:
    """Polymock's."""
    try:
        return installed_version("polymock")
    except PackageNotFoundError:  # run from a folder that is not installed
        return "0"

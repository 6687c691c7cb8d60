"""Real conversations: `polymock mcp` as a process, with a registry of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from mcp import ClientSession, StdioServerParameters, stdio_client

Told = TypeVar("Told")
COMMAND = (sys.executable, "-P", "-m", "polymock", "mcp")
SECONDS = 120.0
HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}
PETS = """\
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      responses:
        "200":
          description: Pets
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}
  /pets/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    get:
      summary: One pet
      responses:
        "200":
          description: A pet
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
    put:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
      responses:
        "200":
          description: The pet
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
components:
  schemas:
    Pet:
      type: object
      required: [id, name]
      properties: {id: {type: integer}, name: {type: string}}
"""


def environment(state: Path) -> dict[str, str]:
    """That of a process whose instances are nobody else's."""
    return {**os.environ, "POLYMOCK_STATE_DIR": str(state)}


def talk(state: Path, work: Callable[[ClientSession], Awaitable[Told]], folder: Path) -> Told:
    """What comes of a conversation over stdio, by the SDK's client."""
    parameters = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:]], env=environment(state), cwd=str(folder)
    )

    async def run() -> Told:
        async with asyncio.timeout(SECONDS):
            async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
                await session.initialize()
                return await work(session)

    return asyncio.run(run())


def stop_all(state: Path) -> None:
    """End every instance of a registry."""
    stop = (sys.executable, "-P", "-m", "polymock", "stop", "--all")
    subprocess.run(stop, env=environment(state), capture_output=True, check=True)


def exchange(
    lines: Sequence[bytes | Mapping[str, Any]], state: Path, command: Sequence[str] = COMMAND
) -> tuple[list[Any], str, int]:
    """Send lines, and close our side: the messages that came, standard error, the exit code.

    Fails where anything that is no message stands on standard output.
    """
    sent = b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
    )
    run = subprocess.run(
        command, input=sent, env=environment(state), capture_output=True, timeout=SECONDS
    )
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert all(each.get("jsonrpc") == "2.0" for each in told), run.stdout
    return told, run.stderr.decode(), run.returncode


def by_id(told: Sequence[Any]) -> dict[Any, Any]:
    """The answers by the ids of their requests."""
    return {each["id"]: each for each in told if "id" in each}

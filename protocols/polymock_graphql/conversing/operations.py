"""The operations that run on one WebSocket, each an exchange of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from polymock.wires import Flow
from polymock_schemas.calls import Call

MAX_OPERATIONS = 100
"""At once, on one socket."""
MAX_ID = 200
"""Characters of an operation's id."""
MAX_PARAMS = 50
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]{1,8000}")
_OWN = frozenset(
    {b"accept", b"connection", b"content-length", b"content-type", b"host", b"transfer-encoding"}
)
"""What a connection's parameters may not set: it says how the call itself is read."""

Answerer = Callable[[Call], Flow]
Payload = Any
"""Of JSON's types."""


class Teller(msgspec.Struct, frozen=True):
    """How a subprotocol tells of an operation: each takes the operation's id."""

    result: Callable[[str, msgspec.Raw], Awaitable[None]]
    refusal: Callable[[str, Payload], Awaitable[None]]
    """With the errors, as a list."""
    end: Callable[[str], Awaitable[None]]


class Operations:
    """Runs operations as tasks, at most MAX_OPERATIONS at once."""

    def __init__(self, handshake: Call, answer: Answerer, teller: Teller) -> None:
        self._call = _with_fields(handshake, {b"content-type": b"application/json"})
        self._answer = answer
        self._teller = teller
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._tasks

    @property
    def is_full(self) -> bool:
        """Whether no more can run."""
        return len(self._tasks) >= MAX_OPERATIONS

    def connect(self, params: Mapping[str, Any]) -> None:
        """Take over what a client sends when it connects: header fields for each of its calls."""
        self._call = with_params(self._call, params)

    def start(self, name: str, payload: Mapping[str, Any]) -> None:
        """Begin an operation; its payload is the same as the body of a POST."""
        self._tasks[name] = asyncio.create_task(self._run(name, payload))

    async def stop(self, name: str) -> None:
        """End an operation early; nothing happens where there is none of this name."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """End all of them."""
        for name in [*self._tasks]:
            await self.stop(name)

    async def _run(self, name: str, payload: Mapping[str, Any]) -> None:
        flow = self._answer(
            replace(self._call, method="POST", body=msgspec.json.encode(payload), query=b"")
        )
        try:
            if flow.reply.source == "refusal":
                body = b"".join([chunk async for chunk in flow])
                self._forget(name)
                await self._teller.refusal(name, _errors(body))
                return
            async for chunk in flow:
                await self._teller.result(name, msgspec.Raw(chunk))
            self._forget(name)
            await self._teller.end(name)
        finally:
            self._forget(name)
            await flow.aclose()

    def _forget(self, name: str) -> None:
        """Let the client use the id again; a later operation that has it stays."""
        if self._tasks.get(name) is asyncio.current_task():
            del self._tasks[name]


def with_params(call: Call, params: Mapping[str, Any]) -> Call:
    """The handshake with the header fields that stand in a client's `connectionParams`, at their
    top or under `headers`. Fields of the same name give way to them."""
    nested = params.get("headers")
    wanted = {**(nested if isinstance(nested, Mapping) else {}), **params}
    added: dict[bytes, bytes] = {}
    for name, value in [*wanted.items()][:MAX_PARAMS]:
        if not isinstance(value, str) or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            continue
        field = name.lower().encode()
        if field not in _OWN and not field.startswith(b"sec-"):
            added[field] = value.encode("latin-1")
    return _with_fields(call, added)


def _with_fields(call: Call, added: Mapping[bytes, bytes]) -> Call:
    kept = [(name, value) for name, value in call.headers if name not in added]
    headers = (*kept, *added.items())
    return replace(call, headers=headers, fields=dict(headers))


def read_message(message: str | bytes) -> Mapping[str, Any] | None:
    """A message as a JSON object; None where it is none."""
    try:
        value = msgspec.json.decode(message) if isinstance(message, str) else None
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return value if isinstance(value, dict) else None


def _errors(body: bytes) -> Payload:
    try:
        return msgspec.json.decode(body)["errors"]
    except (msgspec.MsgspecError, KeyError, TypeError):
        return [{"message": "The mock failed; the server's log says where."}]

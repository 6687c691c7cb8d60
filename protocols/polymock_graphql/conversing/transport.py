"""The subprotocol `graphql-transport-ws` (github.com/enisdenjo/graphql-ws, PROTOCOL.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from polymock.wires import Socket
from polymock_graphql.conversing.operations import (
    MAX_ID,
    MAX_OPERATIONS,
    Answerer,
    Operations,
    Payload,
    Teller,
    read_message,
)
from polymock_schemas.calls import Call

SUBPROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
"""So long a client may take to say `connection_init`."""
BAD_REQUEST = 4400


class _Closed(Exception):
    """The conversation is over; `code` and `reason` say why, where it is not the client's wish."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def talk(call: Call, socket: Socket, answer: Answerer) -> None:
    """Talk until either side closes. `call` is the handshake."""
    conversation = _Conversation(call, socket, answer)
    try:
        await conversation.run()
    except _Closed as end:
        await socket.close(end.code, end.reason)
    finally:
        await conversation.operations.close()


class _Conversation:
    """What has been said on one socket."""

    def __init__(self, call: Call, socket: Socket, answer: Answerer) -> None:
        self._socket = socket
        self._is_open = False
        self.operations = Operations(
            call, answer, Teller(self._tell_result, self._tell_refusal, self._tell_end)
        )

    async def run(self) -> None:
        """Raises _Closed."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                while not self._is_open:
                    if not await self._hear():
                        return
        except TimeoutError as error:
            raise _Closed(4408, "Connection initialisation timeout") from error
        while await self._hear():
            continue

    async def _hear(self) -> bool:
        """Take one message; False once the client has gone."""
        text = await self._socket.receive()
        if text is None:
            return False
        message = read_message(text)
        if message is None:
            raise _Closed(BAD_REQUEST, "A message must be a JSON object in a text frame")
        match message.get("type"):
            case "connection_init":
                await self._init(message)
            case "ping":
                await self._send({"type": "pong", **_payload(message)})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                await self.operations.stop(_id(message))
            case _:
                raise _Closed(BAD_REQUEST, "Unknown message type")
        return True

    async def _init(self, message: Mapping[str, Any]) -> None:
        if self._is_open:
            raise _Closed(4429, "Too many initialisation requests")
        params = message.get("payload")
        if params is not None and not isinstance(params, dict):
            raise _Closed(BAD_REQUEST, "The payload of connection_init must be an object")
        self.operations.connect(params or {})
        self._is_open = True
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, message: Mapping[str, Any]) -> None:
        if not self._is_open:
            raise _Closed(4401, "Unauthorized")
        name, payload = _id(message), message.get("payload")
        if not isinstance(payload, dict) or not isinstance(payload.get("query"), str | None):
            raise _Closed(BAD_REQUEST, "The payload of subscribe must be an object with a query")
        if name in self.operations:
            raise _Closed(4409, f"Subscriber for {name[:50]} already exists")
        if self.operations.is_full:
            reason = f"No more than {MAX_OPERATIONS} operations can run on one socket."
            await self._tell_refusal(name, [{"message": reason}])
        else:
            self.operations.start(name, payload)

    async def _tell_result(self, name: str, result: msgspec.Raw) -> None:
        await self._send({"id": name, "type": "next", "payload": result})

    async def _tell_refusal(self, name: str, errors: Payload) -> None:
        await self._send({"id": name, "type": "error", "payload": errors})

    async def _tell_end(self, name: str) -> None:
        await self._send({"id": name, "type": "complete"})

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._socket.send(msgspec.json.encode(message).decode())


def _id(message: Mapping[str, Any]) -> str:
    name = message.get("id")
    if not isinstance(name, str) or not name or len(name) > MAX_ID:
        raise _Closed(BAD_REQUEST, "A message of this type needs an id: a string")
    return name


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A pong repeats what came with the ping, if anything."""
    return {"payload": message["payload"]} if "payload" in message else {}

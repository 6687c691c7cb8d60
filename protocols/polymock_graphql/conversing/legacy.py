"""The subprotocol `graphql-ws` of subscriptions-transport-ws, which older clients talk."""

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

SUBPROTOCOL = "graphql-ws"
KEEP_ALIVE_SECONDS = 12.0
PROTOCOL_ERROR = 1002


async def talk(call: Call, socket: Socket, answer: Answerer) -> None:
    """Talk until either side closes. `call` is the handshake."""
    conversation = _Conversation(call, socket, answer)
    living = asyncio.create_task(conversation.show_life())
    try:
        while await conversation.hear():
            continue
    finally:
        living.cancel()
        await asyncio.wait([living])
        await conversation.operations.close()


class _Conversation:
    """What has been said on one socket."""

    def __init__(self, call: Call, socket: Socket, answer: Answerer) -> None:
        self._socket = socket
        self._is_open = asyncio.Event()
        self.operations = Operations(
            call, answer, Teller(self._tell_result, self._tell_refusal, self._tell_end)
        )

    async def show_life(self) -> None:
        """Send `ka` once the connection is acknowledged, and again and again."""
        await self._is_open.wait()
        while True:
            await self._send({"type": "ka"})
            await asyncio.sleep(KEEP_ALIVE_SECONDS)

    async def hear(self) -> bool:
        """Take one message; False once the conversation is over."""
        text = await self._socket.receive()
        if text is None:
            return False
        message = read_message(text)
        kind = message.get("type") if message else None
        if message is None or kind not in ("connection_init", "start", "stop"):
            normal = kind == "connection_terminate"
            reason = "" if normal else "This is no message of graphql-ws"
            await self._socket.close(1000 if normal else PROTOCOL_ERROR, reason)
            return False
        payload = message.get("payload")
        if kind == "connection_init":
            self.operations.connect(payload if isinstance(payload, dict) else {})
            await self._send({"type": "connection_ack"})
            self._is_open.set()
            return True
        return await self._hear_of_operation(str(kind), message.get("id"), payload)

    async def _hear_of_operation(self, kind: str, name: Any, payload: Any) -> bool:
        if not isinstance(name, str) or len(name) > MAX_ID:
            await self._socket.close(PROTOCOL_ERROR, "The message needs an id: a string")
            return False
        await self.operations.stop(name)  # a second start takes the place of the first
        if kind == "start":
            if not isinstance(payload, dict):
                await self._tell_refusal(name, [{"message": "The payload must be an object."}])
            elif self.operations.is_full:
                reason = f"No more than {MAX_OPERATIONS} operations can run on one socket."
                await self._tell_refusal(name, [{"message": reason}])
            else:
                self.operations.start(name, payload)
        return True

    async def _tell_result(self, name: str, result: msgspec.Raw) -> None:
        await self._send({"id": name, "type": "data", "payload": result})

    async def _tell_refusal(self, name: str, errors: Payload) -> None:
        """One error, which is all that this message can hold."""
        await self._send({"id": name, "type": "error", "payload": errors[0] if errors else {}})

    async def _tell_end(self, name: str) -> None:
        await self._send({"id": name, "type": "complete"})

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._socket.send(msgspec.json.encode(message).decode())

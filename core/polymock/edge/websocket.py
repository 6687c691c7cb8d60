"""WebSockets (RFC 6455): ASGI to Socket, and the contract's conversation over it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from time import perf_counter_ns

from polymock.edge.body import Receive, Scope
from polymock.edge.flow import ExchangeFlow
from polymock.edge.responder import MockResponder
from polymock.edge.streaming import Send
from polymock.errors import NotAcceptable
from polymock.snapshot import Mock
from polymock.wires import Conversing
from polymock_schemas.calls import Call, Reply

NORMAL, GOING_AWAY, TOO_BIG, FAILED = 1000, 1001, 1009, 1011
"""Codes that say why a WebSocket is closed (RFC 6455, section 7.4.1)."""
REASON_BYTES = 123
"""A longer reason does not fit into a close frame (RFC 6455, section 5.5)."""
DENIAL = "websocket.http.response"
"""The ASGI extension that answers the handshake with a response of HTTP."""

log = logging.getLogger("polymock.edge")


class AsgiSocket:
    """Implements `polymock.wires.Socket`; a message above `max_message` bytes closes it."""

    def __init__(self, receive: Receive, send: Send, max_message: int) -> None:
        self._receive = receive
        self._send = send
        self._max_message = max_message
        self._is_open = True

    async def receive(self) -> str | bytes | None:
        """The next message; None once either side has closed."""
        if not self._is_open:
            return None
        event = await self._receive()
        if event["type"] != "websocket.receive":
            self._is_open = False
            return None
        text: str | None = event.get("text")
        message: str | bytes = event.get("bytes") or b"" if text is None else text
        if self._is_too_long(message):
            await self.close(TOO_BIG, f"The limit is {self._max_message} bytes.")
            return None
        return message

    async def send(self, message: str | bytes) -> None:
        """Send one message, unless it is closed."""
        if self._is_open:
            kind = "text" if isinstance(message, str) else "bytes"
            await self._send({"type": "websocket.send", kind: message})

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close it, unless it is closed."""
        if self._is_open:
            self._is_open = False
            fitting = reason.encode()[:REASON_BYTES].decode(errors="ignore")
            await self._send({"type": "websocket.close", "code": code, "reason": fitting})

    def _is_too_long(self, message: str | bytes) -> bool:
        if len(message) > self._max_message:
            return True
        if isinstance(message, bytes) or len(message) * 4 <= self._max_message:
            return False
        return len(message.encode()) > self._max_message


class Conversations:
    """The WebSockets that are open. Messages have at most `max_message` bytes."""

    def __init__(self, responder: MockResponder, max_message: int) -> None:
        self._responder = responder
        self._max_message = max_message
        self._open: dict[asyncio.Task[None], _Conversation] = {}
        self._held: set[asyncio.Future[None]] = set()
        """One for each socket, done once that is closed."""

    async def hold(
        self,
        mock: Mock,
        contract: Conversing,
        call: Call,
        subprotocol: str,
        receive: Receive,
        send: Send,
    ) -> None:
        """Accept, and let the contract talk until either side closes."""
        socket = AsgiSocket(receive, send, self._max_message)
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._held.add(held)
        try:
            await send({"type": "websocket.accept", "subprotocol": subprotocol or None})
            await self._talk(mock, contract, call, subprotocol, socket)
        finally:
            self._held.discard(held)
            held.set_result(None)

    async def _talk(
        self, mock: Mock, contract: Conversing, call: Call, subprotocol: str, socket: AsgiSocket
    ) -> None:
        conversation = _Conversation(self._responder, mock)
        talk = asyncio.create_task(
            contract.converse(call, subprotocol, socket, conversation.answer)
        )
        self._open[talk] = conversation
        try:
            await asyncio.wait([talk])
        finally:
            del self._open[talk]
            talk.cancel()
            (outcome,) = await asyncio.gather(talk, return_exceptions=True)
            await conversation.end()
        if isinstance(outcome, asyncio.CancelledError):
            await socket.close(GOING_AWAY)
        elif isinstance(outcome, BaseException):
            log.error(
                "mock %r failed in its conversation at %s", mock.name, call.path, exc_info=outcome
            )
            await socket.close(FAILED, "The mock failed; the server's log says where.")
        else:
            await socket.close()

    async def hang_up(self, seconds: float) -> None:
        """Close all of them, as the server is about to end, and wait so long for that."""
        self.give_up()
        if self._held:
            await asyncio.wait(self._held, timeout=seconds)

    def give_up(self) -> None:
        """Begin to close all of them."""
        for talk, conversation in self._open.items():
            conversation.stop()
            talk.cancel()


class _Conversation:
    """The exchanges over one WebSocket."""

    def __init__(self, responder: MockResponder, mock: Mock) -> None:
        self._responder = responder
        self._mock = mock
        self._flows: list[ExchangeFlow] = []

    def answer(self, call: Call) -> ExchangeFlow:
        """The mock's answer to a call that came over it."""
        started = perf_counter_ns()
        reply = self._responder.answer(self._mock, call)
        flow = self._responder.flow(self._mock, call, reply, started)
        self._flows = [other for other in self._flows if not other.ended]
        self._flows.append(flow)
        return flow

    def stop(self) -> None:
        """Record what goes on as it is."""
        for flow in self._flows:
            flow.stop()

    async def end(self) -> None:
        """End what goes on."""
        for flow in self._flows:
            await flow.aclose()


def choose_subprotocol(offered: Sequence[str], known: Sequence[str]) -> str:
    """The first known one that the client offers; "" where it offers none.

    Raises NotAcceptable where it offers others alone.
    """
    for name in known:
        if name in offered:
            return name
    if offered:
        raise NotAcceptable(
            f"None of the subprotocols {', '.join(offered)} is spoken here; "
            f"these are: {', '.join(known)}.",
            known,
        )
    return ""


async def deny(scope: Scope, send: Send, reply: Reply) -> None:
    """Answer the handshake with the reply; without its status and body where ASGI has no way."""
    if DENIAL not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [field for field in reply.headers if field[0] != b"content-length"]
    await send({"type": f"{DENIAL}.start", "status": reply.status, "headers": headers})
    await send({"type": f"{DENIAL}.body", "body": reply.body})

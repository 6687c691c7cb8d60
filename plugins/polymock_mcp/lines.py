"""Messages over a pair of byte streams: JSON-RPC 2.0, one a line, in UTF-8.

The SDK's own transport passes over lines that are no message, and drops what it has begun when the
client closes its side. Here the former are answered with the errors that JSON-RPC has for them, the
latter is answered still, and of a line without end nothing is kept.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, BinaryIO

import msgspec

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.shared.message import SessionMessage

    Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
    Outgoing = MemoryObjectSendStream[SessionMessage]

MAX_LINE = 32 * 1024 * 1024
"""Bytes of a message."""
BLOCK = 64 * 1024
MAX_WAITING = 100
"""Messages that were read and not taken."""
GRACE_SECONDS = 10.0
"""How long what has begun may take after the client has closed its side."""
PARSE_ERROR = -32700
INVALID_REQUEST = -32600


Greet = Callable[[bytes], tuple[str | int, bytes] | None]
"""Answers the first message if it can: the request's id, and the answer."""


class Fault(msgspec.Struct, frozen=True):
    """A line that is no message: the code and the words to answer it with, and its id."""

    code: int
    message: str
    id: str | int | None = None


class Lines:
    """Reads messages in a thread of its own, from when it is started, and writes messages."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, greet: Greet | None = None) -> None:
        self._source = source
        self._sink = sink
        self._greet = greet
        self._greeted: str | int | None = None
        """The request that `greet` has answered, and the SDK has not."""
        self._read: deque[bytes | Fault | None] = deque()
        self._room = threading.Semaphore(MAX_WAITING)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._writing = threading.Lock()
        self._written = asyncio.Event()
        """Nothing more is to be written."""
        self._open: set[str | int] = set()
        """The requests that are not answered yet."""
        self.count = 0
        """How many messages came."""

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._reads, name="mcp-input", daemon=True).start()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[tuple[Incoming, Outgoing]]:
        """The streams that the SDK takes messages from and gives them to."""
        import anyio

        self._loop = asyncio.get_running_loop()
        to_server, incoming = anyio.create_memory_object_stream["SessionMessage | Exception"](0)
        outgoing, from_server = anyio.create_memory_object_stream["SessionMessage"](0)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._hand_in, to_server)
            tasks.start_soon(self._hand_out, from_server)
            try:
                yield incoming, outgoing
            finally:
                outgoing.close()
                with anyio.move_on_after(GRACE_SECONDS, shield=True):
                    await self._written.wait()
                tasks.cancel_scope.cancel()

    def _reads(self) -> None:
        """Put lines where the loop finds them, until the client closes its side."""
        begun = bytearray()
        skipping = False
        while True:
            try:
                block = self._source.read(BLOCK)
            except OSError:
                block = b""
            if not block:
                break
            *whole, rest = block.split(b"\n")
            for part in whole:
                if not skipping:
                    self._put(bytes(begun + part))
                begun.clear()
                skipping = False
            if not skipping:
                begun += rest
            if len(begun) > MAX_LINE:
                self._put(Fault(INVALID_REQUEST, f"A message has more than {MAX_LINE} bytes."))
                begun.clear()
                skipping = True
        if begun:
            self._put(bytes(begun))
        self._put(None)

    def _put(self, line: bytes | Fault | None) -> None:
        if isinstance(line, bytes) and not line.strip():
            return
        greet, self._greet = self._greet, None
        answered = greet(line) if greet is not None and isinstance(line, bytes) else None
        if answered is not None:
            self._greeted, answer = answered
            self._write_all(answer + b"\n")
        self._room.acquire()
        self._read.append(line)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    async def _next(self) -> bytes | Fault | None:
        """The next line; None at the end."""
        while not self._read:
            self._wake.clear()
            if not self._read:
                await self._wake.wait()
        self._room.release()
        return self._read.popleft()

    async def _hand_in(self, to_server: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        from anyio import BrokenResourceError, ClosedResourceError

        async with to_server:
            while (line := await self._next()) is not None:
                found = line if isinstance(line, Fault) else read_message(line)
                if isinstance(found, Fault):
                    await self._refuse(found)
                    continue
                self.count += 1
                self._note_in(found)
                try:
                    await to_server.send(found)
                except (BrokenResourceError, ClosedResourceError):
                    return
            await self._answered()

    async def _hand_out(self, from_server: MemoryObjectReceiveStream[SessionMessage]) -> None:
        async with from_server:
            async for item in from_server:
                message = item.message
                answered = None if hasattr(message, "method") else getattr(message, "id", None)
                if answered is None or answered != self._greeted:
                    await self._write(message.model_dump_json(by_alias=True, exclude_unset=True))
                else:
                    self._greeted = None
                self._close(answered)
        self._written.set()

    def _note_in(self, item: SessionMessage) -> None:
        """Remember a request until it is answered, or called off."""
        message = item.message
        method, id_ = getattr(message, "method", ""), getattr(message, "id", None)
        if method and id_ is not None:
            self._open.add(id_)
        elif method == "notifications/cancelled":
            self._close((getattr(message, "params", None) or {}).get("requestId"))

    def _close(self, id_: object) -> None:
        if isinstance(id_, (str, int)):
            self._open.discard(id_)
            self._wake.set()

    async def _answered(self) -> None:
        """Wait until what has begun is answered, but not for ever."""
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                while self._open:
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            return

    async def _refuse(self, fault: Fault) -> None:
        error = {"code": fault.code, "message": fault.message}
        told = msgspec.json.encode({"jsonrpc": "2.0", "id": fault.id, "error": error})
        await self._write(told.decode())

    async def _write(self, message: str) -> None:
        await asyncio.to_thread(self._write_all, f"{message}\n".encode())

    def _write_all(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            with self._writing:
                while left:
                    left = left[self._sink.write(left) or 0 :]
        except OSError:  # the client has gone, and hears nothing any more
            return


def read_message(line: bytes) -> SessionMessage | Fault:
    """The message that a line is, or what is wrong with it."""
    from mcp.shared.message import SessionMessage
    from mcp_types import jsonrpc_message_adapter
    from pydantic import ValidationError

    try:
        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
    except (ValidationError, UnicodeDecodeError):
        return _fault(line)
    if not hasattr(message, "id") and b'"id"' in line and "id" in msgspec.json.decode(line):
        return _fault(line)  # a request whose id is none: the SDK takes it for a notification
    return SessionMessage(message)


def _fault(line: bytes) -> Fault:
    try:
        told = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Fault(PARSE_ERROR, f"Parse error: {error}")
    if isinstance(told, list):
        return Fault(INVALID_REQUEST, "Invalid request: send messages one by one, not in a list.")
    if not isinstance(told, dict):
        return Fault(INVALID_REQUEST, "Invalid request: a message is a JSON object.")
    known = told.get("id")
    id_ = known if isinstance(known, (str, int)) and not isinstance(known, bool) else None
    return Fault(
        INVALID_REQUEST,
        'Invalid request: a message has "jsonrpc": "2.0", a "method", and where it asks for an '
        'answer an "id" that is text or a whole number.',
        id_,
    )

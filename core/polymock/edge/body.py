"""Reading request bodies off the wire: bounded in size and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from polymock.errors import TooLarge, Unreadable

BODY_SECONDS = 30.0
"""A body that takes longer to arrive is refused."""
SWEEP_SECONDS = 1.0
DRAIN_BYTES = 256 * 1024 * 1024
"""So much of a too large body is read and thrown away, for the sender to see the refusal."""
LARGE_BYTES = 64 * 1024
"""A larger body waits for its turn."""
HELD_BYTES = 256 * 1024 * 1024
"""So much of large bodies is held at once."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def has_body(scope: Scope, fields: dict[bytes, bytes]) -> bool:
    """Whether a request carries a body (RFC 9112, section 6); HTTP/2 may not announce it."""
    length = fields.get(b"content-length")
    if length is not None:
        return length != b"0"
    if b"transfer-encoding" in fields:
        return True
    return scope["http_version"] == "2" and scope["method"] not in ("GET", "HEAD")


class BodyReader:
    """Reads bodies of at most `max_body` bytes that arrive within `seconds`.

    Large ones take turns, so that those read at once stay within HELD_BYTES. One timer for all
    bodies costs a tenth of a timeout for each.
    """

    def __init__(self, max_body: int, seconds: float = BODY_SECONDS) -> None:
        self._max_body = max_body
        self._seconds = seconds
        self._large = asyncio.Semaphore(max(1, HELD_BYTES // max(max_body, LARGE_BYTES)))
        self._waiting: dict[asyncio.Task[Any], float] = {}
        """When each task began to wait, the oldest first."""
        self._late: set[asyncio.Task[Any]] = set()
        self._sweeping = False

    async def read(self, fields: dict[bytes, bytes], receive: Receive) -> bytes:
        """The whole body.

        Raises TooLarge, or Unreadable where it comes too slowly or breaks off. `fields` are the
        request's header fields.
        """
        task = asyncio.current_task()
        if task is None:
            return await self._collect(fields, receive)
        loop = asyncio.get_running_loop()
        self._waiting[task] = loop.time()
        if not self._sweeping:
            self._sweeping = True
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)
        try:
            return await self._collect(fields, receive)
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise Unreadable("The body did not arrive in time.") from None
        finally:
            self._waiting.pop(task, None)
            self._late.discard(task)

    def check(self, size: int) -> None:
        """Raises TooLarge where a body of so many bytes is above the limit."""
        if size > self._max_body:
            raise TooLarge(f"The body is larger than the limit of {self._max_body} bytes.")

    def give_up(self) -> None:
        """Refuse every body that has not arrived whole, as the server is about to end."""
        self._refuse(tuple(self._waiting))

    async def _collect(self, fields: dict[bytes, bytes], receive: Receive) -> bytes:
        length = fields.get(b"content-length", b"")
        declared = int(length) if length.isdigit() else 0
        if declared > DRAIN_BYTES or b"expect" in fields:
            self.check(declared)  # nothing was sent yet, or too much is to come
        chunks: list[bytes] = []
        size, is_large = 0, False
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Unreadable("The body broke off before its end.")
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > LARGE_BYTES and not is_large:
                    is_large = await self._large.acquire()
                if max(size, declared) > self._max_body:
                    chunks.clear()
                else:
                    chunks.append(chunk)
                if not message.get("more_body") or size > DRAIN_BYTES:
                    break
        finally:
            if is_large:
                self._large.release()
        self.check(max(size, declared))
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse what is late, and look again while any is read."""
        limit = loop.time() - self._seconds
        self._refuse([task for task, since in self._waiting.items() if since <= limit])
        self._sweeping = bool(self._waiting)
        if self._sweeping:
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)

    def _refuse(self, tasks: Collection[asyncio.Task[Any]]) -> None:
        for task in tasks:
            del self._waiting[task]
            self._late.add(task)
            task.cancel()

"""The control process's side of the socket: frames in, acknowledgements out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from polymock.errors import JournalError
from polymock.journal.appender import Source
from polymock.journal.frames import (
    Ack,
    Batch,
    Changes,
    Contracts,
    Hello,
    Parts,
    Replies,
    Wanted,
    encode_frame,
    read_frame,
)
from polymock.journal.writer import Journal

if TYPE_CHECKING:
    from polymock.observing.feed import Feeds

LONGEST_SOCKET_PATH = 100
"""Bytes; Linux takes 107, macOS 103."""
HELD_BYTES = 32 * 1024 * 1024
"""Received and not yet committed; above it nothing more is read, and workers count their losses."""

log = logging.getLogger("polymock.journal")

Sent = Batch | Replies | Contracts | Parts
"""What the journal gets of a worker."""


class Receiver:
    """Listens for workers, and hands what they send to the journal. Lives on one event loop.

    Without a journal it says at once that it has what they sent. `feeds` hear of it too.
    """

    def __init__(self, journal: Journal | None, socket: str, feeds: Feeds | None = None) -> None:
        self._journal = journal
        self._socket = socket
        self._feeds = feeds
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._held = 0
        self._closing = False
        self._room = asyncio.Event()
        self._room.set()
        self._alone = asyncio.Event()
        self._alone.set()

    async def start(self) -> None:
        """Listen. Only this user may connect. Raises JournalError."""
        if len(os.fsencode(self._socket)) > LONGEST_SOCKET_PATH:
            raise JournalError(
                f"the path of the journal's socket is too long: {self._socket}",
                "set TMPDIR to a shorter path",
            )
        self._remove()
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._socket)
        except OSError as error:
            raise JournalError(
                f"the journal's socket {self._socket} cannot be made: {error.strerror}",
                "check the folder's permissions, or set TMPDIR",
            ) from error
        finally:
            os.umask(mask)

    async def close(self, seconds: float = 5.0) -> None:
        """Stop listening; give workers so many seconds to finish and go."""
        if self._server is None:
            return
        self._server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._alone.wait()
        self._closing = True
        self._room.set()
        for writer in tuple(self._writers):
            writer.close()
        await self._alone.wait()
        await self._server.wait_closed()
        self._remove()

    def _remove(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            Path(self._socket).unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._alone.clear()
        try:
            await self._receive(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            log.debug("a worker left")
        except msgspec.DecodeError as error:
            log.warning("a worker was disconnected: %s", error)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._writers.discard(writer)
            if not self._writers:
                self._alone.set()

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        hello = await read_frame(reader)
        if not isinstance(hello, Hello):
            raise msgspec.DecodeError("the first frame was not a Hello")
        source = Source(hello.node, hello.run, hello.resuming)
        feed = None if self._feeds is None else self._feeds.open(hello)
        if self._feeds is not None:
            writer.write(encode_frame(Wanted(tuple(sorted(self._feeds.bus.wanted)))))
        while not self._closing:
            await self._room.wait()
            frame = await read_frame(reader)
            if not isinstance(frame, (Batch, Replies, Contracts, Parts, Changes)):
                raise msgspec.DecodeError("a worker sent a frame that it may not send")
            if feed is not None and not isinstance(frame, Parts):
                feed.hear(frame)
            if isinstance(frame, Changes):
                continue
            if self._journal is None:
                _acknowledge(writer, frame)
                continue
            size = _size(frame)
            self._hold(size)

            def done(frame: Sent = frame, size: int = size) -> None:
                with contextlib.suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(self._done, writer, frame, size)

            self._journal.submit(source, frame, done, size)

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > HELD_BYTES:
            self._room.clear()

    def _done(self, writer: asyncio.StreamWriter, frame: Sent, size: int) -> None:
        self._held -= size
        if self._held <= HELD_BYTES:
            self._room.set()
        _acknowledge(writer, frame)


def _acknowledge(writer: asyncio.StreamWriter, frame: Sent) -> None:
    if isinstance(frame, Batch) and not writer.is_closing():
        writer.write(encode_frame(Ack(frame.sequence)))


def _size(frame: Sent) -> int:
    if isinstance(frame, Batch):
        return sum(len(memoryview(data)) for _, _, data in frame.rows)
    if isinstance(frame, Replies):
        return sum(len(reply.body) for reply in frame.replies.values())
    return 0

"""The worker's side of the journal: records cheaply, hands over in the background, never waits.

Exchanges gather as references, become a batch every 25 ms or 256 rows, and stay here until the
control process has acknowledged them. What does not fit into the capacity is dropped and counted;
the count travels with a later batch and becomes a row of `journal_gaps`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import msgspec

from polymock.ids import new_run
from polymock.journal.frames import (
    WORLD_CHANGED,
    Ack,
    Batch,
    ChangePart,
    Changes,
    Contracts,
    Gap,
    Hello,
    MockPart,
    Parts,
    Replies,
    ReplyPart,
    Wanted,
    encode_call,
    encode_frame,
    read_frame,
    reply_fields,
    reply_part,
)
from polymock.journal.known_replies import KnownReplies
from polymock.journal.transcription import READABLE_BYTES, Transcriber, shown
from polymock_schemas.calls import Call, Reply

CAPACITY = 32 * 1024 * 1024
FLUSH_SECONDS = 0.025
FLUSH_ROWS = 256
FLUSH_BYTES = 1024 * 1024
PARCEL_BYTES = 8 * 1024 * 1024
"""Header fields and paths count too, and a frame may have MAX_FRAME bytes at most."""
LIGHT_BODY = 4096
"""Bodies up to this length are not counted one by one."""
LARGEST_BODY = 16 * 1024 * 1024
"""No larger limit for bodies is kept to: two of them have to fit into a frame."""
MAX_CHANGES = 10_000
"""Changes of the world that wait to be told."""
RECONNECT_SECONDS = (0.05, 1.0)
FULL = "the hand-over to the journal was full"
UNENCODABLE = "the exchange held values that cannot be written"

TellParts = Callable[[Callable[[Parts], Awaitable[None]]], Coroutine[Any, Any, None]]
"""Tells the parts of contracts, frame by frame."""

_Row = tuple[int, Call, Reply, int, int, int, int]
"""(mock, call, reply, ts, latency, size of the call's body on the wire, size of the reply's)"""


class _Parcel(msgspec.Struct, frozen=True):
    """A batch on its way: its encoded frame, and the remembered replies that it refers to."""

    sequence: int
    frame: bytes
    generation: int
    replies: dict[int, ReplyPart]


class Recorder:
    """Records a worker's exchanges. Lives on one event loop; every method is called on it.

    `socket` is the path of the control process's Unix socket, `node` the worker's name (host and
    worker number), `body_limit` how many bytes of each body are kept, `capacity` how many bytes
    may wait for acknowledgement.
    """

    def __init__(
        self, socket: str, node: str, body_limit: int = 65536, capacity: int = CAPACITY
    ) -> None:
        self._socket = socket
        self._node = node
        self._limit = min(body_limit, LARGEST_BODY)
        self._light = min(body_limit, LIGHT_BODY)
        self._capacity = capacity
        self._run = new_run()
        self._mocks: tuple[MockPart, ...] = ()
        self._names: tuple[tuple[str, str], ...] = ()
        self._transcribers: Sequence[Transcriber | None] = ()
        self._rows: list[_Row] = []
        self._heavy = 0
        self._known = KnownReplies()
        self._sequences = itertools.count(1)
        self._recorded = 0
        self._sent = 0
        self._held = 0
        self._gap: Gap | None = None
        self._parcels: deque[_Parcel] = deque()
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._told: tuple[MockPart, ...] | None = None
        self._wanted: frozenset[str] = frozenset()
        self._changes: list[ChangePart] = []
        self._unheard = 0
        self._parts: TellParts | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to hand over. Needs a running event loop."""
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._keep_connected(), name="journal-stream")
        self._seal()

    def set_mocks(
        self, mocks: Sequence[MockPart], transcribers: Sequence[Transcriber | None] | None = None
    ) -> None:
        """What the worker serves from now on; `record` refers to a mock by its place in it.

        `transcribers` are those of the mocks whose bodies are no text, None for the others.
        """
        self._seal()
        self._mocks = tuple(mocks)
        self._names = tuple((mock.name, mock.protocol) for mock in mocks)
        self._transcribers = transcribers or (None,) * len(self._mocks)
        self._parts = None
        self._wake.set()

    def set_parts(self, tell: TellParts) -> None:
        """Let this function tell of what the contracts consist, now and whenever it connects; it
        gets a function that hands a frame over."""
        self._parts = tell
        self._wake.set()

    def record(
        self,
        mock: int,
        call: Call,
        reply: Reply,
        ts_us: int,
        latency_us: int,
        request_bytes: int | None = None,
        response_bytes: int | None = None,
    ) -> None:
        """Record one exchange. `ts_us` is microseconds since 1970, `latency_us` microseconds.

        `request_bytes` and `response_bytes` are sizes on the wire, where a body is not all that
        was there (of a stream, the first messages are kept); None: the body's length. Keeps
        references to call and reply: neither may change afterwards.
        """
        rows = self._rows
        request, response = len(call.body), len(reply.body)
        if request > self._light or (response > self._light and not reply.stable):
            call, reply = self._trimmed(mock, call, reply)
        if request_bytes is not None:
            request = request_bytes
        if response_bytes is not None:
            response = response_bytes
            if reply.stable:  # a remembered reply has one size, that of its body
                reply = msgspec.structs.replace(reply, stable=False)
        rows.append((mock, call, reply, ts_us, latency_us, request, response))
        waiting = len(rows)
        if waiting == 1:
            if self._loop is not None:
                self._loop.call_later(FLUSH_SECONDS, self._seal)
        elif waiting >= FLUSH_ROWS or self._heavy > FLUSH_BYTES:
            self._seal()

    def tell_change(
        self, action: str, collection: str, key: str, space: str, mock: str, others: int
    ) -> None:
        """Tell of a write to the world, if somebody wants to hear of it: a ChangePart."""
        if WORLD_CHANGED not in self._wanted:
            return
        if len(self._changes) >= MAX_CHANGES:
            self._unheard += 1
            return
        now = time.time_ns() // 1000
        change = (now, action, collection, key, space, mock, others)
        self._changes.append(msgspec.convert(change, ChangePart))
        if len(self._changes) == 1 and self._loop is not None:
            self._loop.call_later(FLUSH_SECONDS, self._wake.set)

    async def close(self, seconds: float = 5.0) -> bool:
        """Hand over what is left; True if all of it was acknowledged within so many seconds."""
        self._seal()
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._task is not None and (self._parcels or self._gap or self._changes):
                    self._settled.clear()
                    await self._settled.wait()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        return not (self._parcels or self._gap or self._rows)

    def _trimmed(self, mock: int, call: Call, reply: Reply) -> tuple[Call, Reply]:
        """Both without what nobody will see, but for a byte, which tells that there was more."""
        readable = 0 if self._transcribers[mock] is None else READABLE_BYTES
        limit = max(self._limit, readable) + 1
        if len(call.body) > limit:
            call = msgspec.structs.replace(call, body=call.body[:limit])
        if len(reply.body) > limit and not reply.stable:
            reply = msgspec.structs.replace(reply, body=reply.body[:limit])
        self._heavy += len(call.body) + (0 if reply.stable else len(reply.body))
        return call, reply

    def _seal(self) -> None:
        """Make the waiting rows a parcel, or count them as dropped."""
        rows, self._rows, self._heavy = self._rows, [], 0
        full = self._held >= self._capacity
        if full and rows:
            self._drop(rows, FULL)
        elif rows or (self._gap and not full):
            self._hand_over(rows)

    def _hand_over(self, rows: list[_Row]) -> None:
        """Make parcels of the rows: one, unless they are larger than a frame should be."""
        self._known.renew_when_full()
        replies: dict[int, ReplyPart] = {}
        encoded: list[tuple[int, int, msgspec.Raw]] = []
        size = 0
        for row in rows:
            try:
                data = self._encoded(row, replies)
            except (UnicodeEncodeError, TypeError, OverflowError, msgspec.ValidationError):
                self._drop([row], UNENCODABLE)
                continue
            encoded.append((row[3], row[4], msgspec.Raw(data)))
            size += len(data)
            if size > PARCEL_BYTES:
                self._pack(encoded, replies)
                replies, encoded, size = {}, [], 0
        if encoded or self._gap:
            self._pack(encoded, replies)

    def _pack(
        self, rows: list[tuple[int, int, msgspec.Raw]], replies: dict[int, ReplyPart]
    ) -> None:
        batch = Batch(
            next(self._sequences),
            self._known.generation,
            self._recorded,
            self._names,
            rows,
            self._gap,
        )
        self._gap = None
        self._recorded += len(rows)
        parcel = _Parcel(batch.sequence, encode_frame(batch), batch.generation, replies)
        self._held += len(parcel.frame)
        self._parcels.append(parcel)
        self._wake.set()

    def _encoded(self, row: _Row, replies: dict[int, ReplyPart]) -> bytes:
        mock, call, reply, _, _, size, response = row
        transcriber, body, limit = self._transcribers[mock], call.body, self._limit
        if transcriber is not None:
            text = transcriber.text(reply.operation, call.headers, body, is_reply=False)
            body, whole = shown(body, text, size, limit)
        else:  # as `shown` has it, without the call of a function
            whole = size if size > len(body) else len(body)
            if whole > limit:
                body = body[:limit]
        if not reply.stable:
            fields = self._fields(transcriber, reply, response)
            return encode_call(mock, call, fields, body, size, whole)
        known = self._known.by_identity.get(id(reply))
        if known is None:
            part = reply_part(self._fields(transcriber, reply, response))
            known = self._known.add(reply, part)
        number, replies[number], _ = known
        return encode_call(mock, call, number, body, size, whole)

    def _fields(
        self, transcriber: Transcriber | None, reply: Reply, size: int
    ) -> tuple[object, ...]:
        body = reply.body
        if transcriber is not None:
            text = transcriber.text(reply.operation, reply.headers, body, is_reply=True)
            body, whole = shown(body, text, size, self._limit)
        else:
            whole = size if size > len(body) else len(body)
            if whole > self._limit:
                body = body[: self._limit]
        return reply_fields(reply, body, size, whole)

    def _drop(self, rows: list[_Row], reason: str) -> None:
        size = sum(len(call.body) + len(reply.body) for _, call, reply, *_ in rows)
        gap = self._gap or Gap(rows[0][3], 0, 0, reason)
        self._gap = Gap(gap.ts, gap.rows + len(rows), gap.bytes + size, gap.reason)

    async def _keep_connected(self) -> None:
        delay, longest = RECONNECT_SECONDS
        while True:
            started = time.monotonic()
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, msgspec.DecodeError):
                reader, writer = await asyncio.open_unix_connection(self._socket)
                try:
                    await self._converse(reader, writer)
                finally:
                    writer.close()
                    with contextlib.suppress(OSError):
                        await writer.wait_closed()
            if time.monotonic() - started > longest:
                delay = RECONNECT_SECONDS[0]
            await asyncio.sleep(delay)
            delay = min(delay * 2, longest)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode_frame(Hello(self._node, os.getpid(), self._run, self._sent)))
        self._told, self._wanted = None, frozenset()
        acks = asyncio.create_task(self._read_acks(reader), name="journal-acks")
        acks.add_done_callback(lambda _: self._wake.set())
        sent, generation, known = 0, 0, set[int]()
        telling: asyncio.Task[None] | None = None
        parts: TellParts | None = None
        try:
            while not acks.done():
                self._wake.clear()
                self._tell_contracts(writer)
                self._tell_changes(writer)
                if self._parts is not parts:
                    if telling is not None:
                        telling.cancel()
                    parts = self._parts
                    telling = None if parts is None else self._tell_parts(writer, parts)
                await writer.drain()
                for parcel in self._unsent(sent):
                    if parcel.generation != generation:
                        generation, known = parcel.generation, set()
                    self._tell_replies(writer, parcel, known)
                    writer.write(parcel.frame)
                    sent = parcel.sequence
                    self._sent = max(self._sent, sent)
                    await writer.drain()
                await self._wake.wait()
        finally:
            acks.cancel()
            if telling is not None:
                telling.cancel()
            await asyncio.gather(acks, *filter(None, (telling,)), return_exceptions=True)

    def _unsent(self, sent: int) -> list[_Parcel]:
        skipped = max(0, sent + 1 - self._parcels[0].sequence) if self._parcels else 0
        return list(itertools.islice(self._parcels, skipped, None))

    def _tell_contracts(self, writer: asyncio.StreamWriter) -> None:
        if self._told is not self._mocks:
            self._told = self._mocks
            writer.write(encode_frame(Contracts(self._mocks)))

    def _tell_changes(self, writer: asyncio.StreamWriter) -> None:
        if self._changes or self._unheard:
            changes, self._changes = tuple(self._changes), []
            dropped, self._unheard = self._unheard, 0
            writer.write(encode_frame(Changes(changes, dropped)))
            self._settled.set()

    def _tell_parts(self, writer: asyncio.StreamWriter, parts: TellParts) -> asyncio.Task[None]:
        async def tell(frame: Parts) -> None:
            writer.write(encode_frame(frame))
            await writer.drain()

        return asyncio.ensure_future(parts(tell))

    def _tell_replies(self, writer: asyncio.StreamWriter, parcel: _Parcel, known: set[int]) -> None:
        for number, part in parcel.replies.items():
            if number not in known:
                known.add(number)
                writer.write(encode_frame(Replies(parcel.generation, {number: part})))

    async def _read_acks(self, reader: asyncio.StreamReader) -> None:
        while True:
            frame = await read_frame(reader)
            if isinstance(frame, Wanted):
                self._wanted = frozenset(frame.events)
                continue
            if not isinstance(frame, Ack):
                raise msgspec.DecodeError("the journal's server sent something else than an Ack")
            while self._parcels and self._parcels[0].sequence <= frame.sequence:
                self._held -= len(self._parcels.popleft().frame)
            if self._gap and self._held < self._capacity:
                self._seal()
            self._settled.set()

"""What workers and the control process say to one another: msgpack, each frame length-prefixed.

A worker says Hello and Contracts whenever it connects, then Batches, each after the Replies that it
refers to, and Changes of the world where they are wanted. The control process says what is Wanted,
and answers every Batch with an Ack once it is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

import msgspec

from polymock.interfaces import Operation, Part
from polymock_schemas.calls import Call, Outcome, Reply, Source, Violation

MAX_FRAME = 64 * 1024 * 1024
"""A longer frame is not read: the connection is closed."""
WORLD_CHANGED = "world.changed"
"""The event that Changes tell of."""


class OperationPart(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An operation of a contract, for the table `operations`."""

    name: str
    id: str
    summary: str
    statuses: tuple[str, ...]


class MockPart(msgspec.Struct, array_like=True, frozen=True):
    """A mock that is served, with all its operations."""

    name: str
    protocol: str
    operations: tuple[OperationPart, ...]
    secrets: tuple[str, ...]
    """Names of header fields and query parameters to hide."""


class ReplyPart(msgspec.Struct, array_like=True, frozen=True):
    """A reply, as the journal shows it.

    `status` is the protocol's own where it has one; `headers` are encoded Headers, the trailers
    behind them. `body` may be cut: `whole` is how long it was before, and `size` how long on the
    wire, where it may have been something else than this text.
    """

    status: int
    headers: msgspec.Raw
    body: bytes
    whole: int
    size: int
    source: Source
    outcome: Outcome
    operation: str
    principal: str
    violations: tuple[Violation, ...]
    stub: str
    scenario: str
    request_messages: int
    response_messages: int


class CallPart(msgspec.Struct, array_like=True, frozen=True):
    """A call. `mock` is its place in Batch.mocks; `reply` itself, or its number in Replies.

    `body`, `whole` and `size` are as in ReplyPart.
    """

    mock: int
    method: str
    path: str
    query: bytes
    client: str
    headers: msgspec.Raw
    body: bytes
    whole: int
    size: int
    reply: int | ReplyPart


class Gap(msgspec.Struct, array_like=True, frozen=True):
    """Exchanges that a worker could not hand over: a row of `journal_gaps`."""

    ts: int
    rows: int
    bytes: int
    reason: str


class Hello(msgspec.Struct, array_like=True, tag="hello", frozen=True):
    """A worker's first frame. `run` is the random number of its ids; batches up to `resuming`
    may have been received before."""

    node: str
    pid: int
    run: int
    resuming: int


class Contracts(msgspec.Struct, array_like=True, tag="contracts", frozen=True):
    """All that the worker serves now."""

    mocks: tuple[MockPart, ...]


class Parts(msgspec.Struct, array_like=True, tag="parts", frozen=True):
    """Parts of a mock's contract, for the table `contract_parts`.

    They come in several frames, numbered from 0; `is_last` says that those of the mock are
    complete, and `is_all` that those of all mocks are.
    """

    mock: str
    number: int
    parts: tuple[Part, ...]
    is_last: bool = False
    is_all: bool = False


class Replies(msgspec.Struct, array_like=True, tag="replies", frozen=True):
    """Replies by number, for the batches of the same generation; another one forgets them."""

    generation: int
    replies: dict[int, ReplyPart]


class Batch(msgspec.Struct, array_like=True, tag="batch", frozen=True):
    """Exchanges in order: (ts in microseconds, latency in microseconds, encoded CallPart).

    `first` is the number of the first row in the worker's run. `mocks` are (name, protocol).
    """

    sequence: int
    generation: int
    first: int
    mocks: tuple[tuple[str, str], ...]
    rows: list[tuple[int, int, msgspec.Raw]]
    gap: Gap | None = None


class ChangePart(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A write to the world: of an entity, or (`collection` is "") of all that there is in a space.

    `ts` is in microseconds since 1970; `others` are entities that changed with it.
    """

    ts: int
    action: Literal["created", "updated", "deleted", "reset", "restored"]
    collection: str
    key: str
    space: str
    mock: str
    others: int


class Changes(msgspec.Struct, array_like=True, tag="changes", frozen=True):
    """What was written since the last of them, and how many more there were no room for."""

    changes: tuple[ChangePart, ...]
    dropped: int = 0


class Wanted(msgspec.Struct, array_like=True, tag="wanted", frozen=True):
    """The names of events that somebody wants to hear of from the worker."""

    events: tuple[str, ...]


class Ack(msgspec.Struct, array_like=True, tag="ack", frozen=True):
    """Every batch up to this one is in the file."""

    sequence: int


Frame = Hello | Contracts | Parts | Replies | Batch | Changes | Wanted | Ack

_encoder = msgspec.msgpack.Encoder()
_frames: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)
_headers: msgspec.msgpack.Decoder[list[tuple[bytes, bytes]]] = msgspec.msgpack.Decoder(
    list[tuple[bytes, bytes]]
)
_calls = msgspec.msgpack.Decoder(CallPart)
_replies = msgspec.msgpack.Decoder(ReplyPart)


def encode_frame(frame: Frame) -> bytes:
    """The frame with its length (4 bytes, big-endian) in front."""
    payload = _encoder.encode(frame)
    return len(payload).to_bytes(4, "big") + payload


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """The next frame.

    Raises asyncio.IncompleteReadError at the end, msgspec.DecodeError where it is not a frame.
    """
    length = int.from_bytes(await reader.readexactly(4), "big")
    if length > MAX_FRAME:
        raise msgspec.DecodeError(f"a frame of {length} bytes is longer than {MAX_FRAME}")
    return _frames.decode(await reader.readexactly(length))


def encode_call(
    mock: int, call: Call, reply: int | tuple[object, ...], body: bytes, size: int, whole: int
) -> bytes:
    """An encoded CallPart. `reply` is a number in Replies, or what `reply_fields` gives.

    `body` is what the journal shows of the call's, of `whole` bytes before it was cut; `size` is
    what it was on the wire. Raises UnicodeEncodeError, TypeError or OverflowError where a plugin
    has put values of other types into the call.
    """
    return _encoder.encode(
        (
            mock,
            call.method,
            call.address,
            call.query,
            call.client,
            call.headers,
            body,
            whole,
            size,
            reply,
        )
    )


def reply_fields(reply: Reply, body: bytes, size: int, whole: int) -> tuple[object, ...]:
    """What stands in a ReplyPart; `body`, `size` and `whole` are as in `encode_call`."""
    return (
        reply.status if reply.code is None else reply.code,
        (*reply.headers, *reply.trailers) if reply.trailers else reply.headers,
        body,
        whole,
        size,
        reply.source,
        reply.outcome,
        reply.operation,
        reply.principal,
        reply.violations,
        reply.stub,
        reply.scenario,
        reply.request_messages,
        reply.response_messages,
    )


def reply_part(fields: tuple[object, ...]) -> ReplyPart:
    """A ReplyPart as the control process reads it. Raises as `encode_call` does."""
    return _replies.decode(_encoder.encode(fields))


def decode_call(data: bytes | msgspec.Raw) -> CallPart:
    """Raises msgspec.DecodeError."""
    return _calls.decode(data)


def decode_headers(data: bytes | msgspec.Raw) -> list[tuple[bytes, bytes]]:
    """Raises msgspec.DecodeError."""
    return _headers.decode(data)


def mock_part(
    name: str, protocol: str, operations: Sequence[Operation], secrets: Sequence[str] = ()
) -> MockPart:
    """A mock as the journal knows it, from its contract's operations."""
    return MockPart(
        name,
        protocol,
        tuple(OperationPart(o.name, o.id, o.summary, o.statuses) for o in operations),
        tuple(secrets),
    )

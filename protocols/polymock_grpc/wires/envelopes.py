"""Messages in a stream of bytes: a flag byte, four bytes of length, and the message.

gRPC, gRPC-Web and Connect share this frame; the meaning of the flags but the first is their own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from polymock.errors import TooLarge, Unreadable
from polymock_grpc.wires.compression import (
    WORTHWHILE,
    check_size,
    compress,
    decompress,
)

COMPRESSED = 0x01
"""The flag of a compressed message."""
MAX_MESSAGES = 100_000
"""Messages of one call."""

_HEAD = struct.Struct(">BI")


def wrap(data: bytes, flags: int = 0) -> bytes:
    """One message in its frame."""
    return _HEAD.pack(flags, len(data)) + data


def wrap_compressed(coding: str, data: bytes) -> bytes:
    """One message in its frame, compressed in `coding` where there is one and it pays."""
    if coding and len(data) >= WORTHWHILE:
        return wrap(compress(coding, data), COMPRESSED)
    return wrap(data)


def frames(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The flags and the data of each frame of a body. Raises Unreadable where one breaks off."""
    position = 0
    while position < len(body):
        if len(body) - position < _HEAD.size:
            raise Unreadable(f"A message's head breaks off at byte {position} of the body.")
        flags, length = _HEAD.unpack_from(body, position)
        position += _HEAD.size
        data = body[position : position + length]
        if len(data) < length:
            raise Unreadable(
                f"A message of {length} bytes breaks off: {len(data)} follow its head."
            )
        position += length
        yield flags, data


def unwrap(body: bytes, coding: str, limit: int) -> Iterator[bytes]:
    """The messages in a body, decompressed.

    `coding` is the one that the caller named, "" for none; `limit` the bytes that they may have
    together. Raises Unreadable, TooLarge.
    """
    total = 0
    for count, (flags, data) in enumerate(frames(body), 1):
        if count > MAX_MESSAGES:
            raise TooLarge(f"The call has more than {MAX_MESSAGES} messages.")
        if flags & ~COMPRESSED:
            raise Unreadable(f"A request's message has flags {flags:#04x}, which it may not have.")
        plain = data
        if flags & COMPRESSED:
            if not coding:
                raise Unreadable("A message is marked as compressed, and the call names no coding.")
            plain = decompress(coding, data, limit)
        total += len(plain)
        check_size(total, limit)
        yield plain

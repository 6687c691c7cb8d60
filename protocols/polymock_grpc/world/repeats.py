"""Requests that may be sent again (AIP-155): the same `request_id` gets the same answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from hashlib import blake2b

import msgspec
from protobuf import Message

from polymock.errors import Aborted, Invalid
from polymock.stores import Change
from polymock.world.writing import Writer
from polymock_grpc.model import Method
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.requests import Request
from polymock_schemas.calls import Violation

KEPT = 24 * 60 * 60
"""Seconds for which an answer is kept."""
_COLLECTION = "~requests/grpc"


class _Seen(msgspec.Struct, frozen=True, array_like=True):
    """A request that was carried out: a digest of it, and its answer once that is known."""

    digest: bytes
    answer: bytes | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Seen).decode

Mark = Callable[[Message | None], Sequence[Change]]
"""What is written with what a request writes: that it was carried out, and its answer if known."""
Write = Callable[[Mark], Told | None]
"""Carries a request out; what the mark gives goes in the same batch."""


def once(
    world: Writer, method: Method, request: Request, message: Message, write: Write
) -> Told | None:
    """Carry a request out, unless it was; then it gets the answer that it got.

    Raises Invalid where another request had the id, and what `write` raises.
    """
    field = request.request_id
    asked = "" if field is None else message[field]
    if not asked or field is None:
        return write(lambda _: ())
    key = blake2b(f"{method.name}\0{asked}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    digest = blake2b(message.to_binary(), digest_size=16).digest()
    row = world.rows.get(_COLLECTION, key)
    if row is not None and row.value is not None:
        seen = _decode(row.value)
        if seen.digest != digest:
            told = "another request had this id"
            raise Invalid(f"{field.name}: {told}.", [Violation(f"body/{field.name}", told)])
        if seen.answer is None:
            raise Aborted("The same is being asked for at the same time: try again.")
        return Told((method.output.from_binary(seen.answer),), is_written=True, writes=True)
    expires = time.time() + KEPT

    def mark(answer: Message | None) -> Sequence[Change]:
        value = _encode(_Seen(digest, None if answer is None else answer.to_binary()))
        return (Change(_COLLECTION, key, value, expected=0, expires=expires),)

    told_now = write(mark)
    if told_now is not None:
        value = _encode(_Seen(digest, told_now.messages[0].to_binary()))
        last = Change(_COLLECTION, key, value, expires=expires)
        world.rows.store.apply(world.rows.space, [last])
    return told_now

"""Results one after another, as each kind of stream frames them.

Event streams are those of the GraphQL over SSE protocol's distinct connections mode. Parts are
those of incremental delivery (RFC 2046 with the boundary `-`) and of Apollo's multipart
subscriptions, which wrap each result as `payload`. On a WebSocket each chunk is the bare result;
who talks there wraps it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from polymock.errors import MockError
from polymock_graphql.reading.errors import errors_of
from polymock_graphql.reading.media_types import EVENTS, PARTS
from polymock_graphql.reading.negotiation import SOCKET, SUBSCRIPTION_SPEC
from polymock_schemas.calls import Ending

BOUNDARY = "-"
KEEP_ALIVE_SECONDS = 12.0
"""A sign of life while nothing comes, before proxies give up."""

Results = Iterator[Mapping[str, Any]]


class Frame(msgspec.Struct, frozen=True):
    """What stands around the results of a stream. `wrap` names the key that holds each."""

    content_type: str
    opening: bytes = b""
    before: bytes = b""
    after: bytes = b""
    closing: bytes = b""
    sign_of_life: bytes = b""
    wrap: str = ""

    def put(self, result: Mapping[str, Any]) -> bytes:
        """One result as a chunk."""
        body = msgspec.json.encode({self.wrap: result} if self.wrap else result)
        return b"%b%b%b" % (self.before, body, self.after)


_EVENT_FRAME = Frame(
    content_type=f"{EVENTS}; charset=utf-8",
    before=b"event: next\ndata: ",
    after=b"\n\n",
    closing=b"event: complete\ndata:\n\n",
    sign_of_life=b":\n\n",
)
_PART_FRAME = Frame(
    content_type=f'{PARTS}; boundary="{BOUNDARY}"',
    opening=b"--" + BOUNDARY.encode(),
    before=b"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n",
    after=b"\r\n--" + BOUNDARY.encode(),
    closing=b"--\r\n",
)
_SUBSCRIPTION_FRAME = replace(
    _PART_FRAME,
    content_type=f"{_PART_FRAME.content_type}; subscriptionSpec=1.0",
    sign_of_life=_PART_FRAME.before + b"{}" + _PART_FRAME.after,
    wrap="payload",
)


def frame_of(media: str) -> Frame:
    """The frame of a media type. The client reads each part as soon as the boundary behind it is
    there, so that is sent along."""
    if media == SOCKET:
        return Frame(content_type="application/json")
    if media == EVENTS:
        return _EVENT_FRAME
    if media == SUBSCRIPTION_SPEC:
        return _SUBSCRIPTION_FRAME
    if "deferSpec" in media:
        return replace(_PART_FRAME, content_type=f"{_PART_FRAME.content_type}; deferSpec=20220824")
    return _PART_FRAME


async def stream(frame: Frame, results: Results, interval: float) -> AsyncIterator[bytes]:
    """The chunks of a stream, `interval` seconds between two results.

    What goes wrong on the way ends it, told as a last result.
    """
    opening = frame.opening
    try:
        for index, result in enumerate(results):
            chunk = frame.put(result)
            left = interval if index else 0.0
            while left > KEEP_ALIVE_SECONDS and frame.sign_of_life:
                await asyncio.sleep(KEEP_ALIVE_SECONDS)
                yield Ending(frame.sign_of_life)
                left -= KEEP_ALIVE_SECONDS
            await asyncio.sleep(left)
            yield opening + chunk
            opening = b""
    except MockError as error:
        yield opening + frame.put({"errors": errors_of(error)})
        opening = b""
    if opening or frame.closing:
        yield Ending(opening + frame.closing)

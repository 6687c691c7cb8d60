"""gRPC-Web (doc/PROTOCOL-WEB.md of gRPC): framed messages, with the trailers in the body's end.

All kinds of call, half-duplex: it is answered once the whole body has come. As text
(`application/grpc-web-text`) every chunk of the body is base64 of its own.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace
from protobuf import Message, Registry

from polymock.errors import MethodNotAllowed, Unreadable, UnsupportedMedia
from polymock_grpc.model import UNIMPLEMENTED, Metadata, Method, Status
from polymock_grpc.wires.codecs import MAX_MESSAGE, BinaryCodec, Codec, JsonCodec
from polymock_grpc.wires.codes import code_of
from polymock_grpc.wires.compression import (
    SUPPORTED,
    accepted_coding,
    coding_named,
    decompress,
    knows_coding,
)
from polymock_grpc.wires.envelopes import unwrap, wrap, wrap_compressed
from polymock_grpc.wires.media_types import split_media_type
from polymock_grpc.wires.metadata import header_fields, percent_encoded, unpadded
from polymock_grpc.wires.rich_status import status_bytes
from polymock_grpc.wires.streams import closing
from polymock_schemas.calls import Call, Ending, Headers, Reply

TRAILERS = 0x80
"""The flag of the frame that ends an answer."""
ACCEPTED = (
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web+json",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
)
"""The content types of requests."""

_PADDED_CHUNK = re.compile(rb"[^=]+={0,2}")


class WebMedia(NamedTuple):
    """What a content type says: the codec's name, and whether the body is base64 text."""

    codec: str
    is_text: bool
    suffix: bytes
    """`+proto`, or "" where it named no codec."""

    def content_type(self) -> bytes:
        """The answer's."""
        return b"application/grpc-web" + (b"-text" if self.is_text else b"") + self.suffix


class GrpcWebWire:
    """Implements `polymock_grpc.model.Wire`.

    `registry` resolves Any and extensions in JSON; `max_message` is the limit, in bytes, of what
    the messages of a call may have together, decompressed.
    """

    def __init__(self, registry: Registry | None = None, max_message: int = MAX_MESSAGE) -> None:
        self._binary = BinaryCodec()
        self._codecs: dict[str, Codec] = {"json": JsonCodec(registry), "proto": self._binary}
        self._limit = max_message

    def takes(self, call: Call) -> bool:
        """Whether a call is gRPC-Web's, by its content type."""
        content_type = call.fields.get(b"content-type", b"")
        return content_type.lower().startswith(b"application/grpc-web")

    def decode(self, method: Method, call: Call) -> Sequence[Message]:
        """The messages of the body.

        Raises MethodNotAllowed, UnsupportedMedia, Unreadable, Invalid, TooLarge.
        """
        if call.method != "POST":
            raise MethodNotAllowed(f"{method.name} is called by POST.", ("POST",))
        fields = call.fields
        media = _media_type(fields.get(b"content-type", b""))
        if media is None:
            raise UnsupportedMedia(
                f"{method.name} takes {', '.join(ACCEPTED)} as content-type.", ACCEPTED
            )
        body = call.body
        whole = coding_named(fields.get(b"content-encoding"))
        if whole:
            body = decompress(whole, body, self._limit)
        if media.is_text:
            body = from_text(body)
        codec = self._codecs[media.codec]
        frames = unwrap(body, coding_named(fields.get(b"grpc-encoding")), self._limit)
        messages = [codec.decode(method.input, data) for data in frames]
        if len(messages) != 1 and not method.client_streaming:
            raise Unreadable(f"{method.name} takes one message; the body has {len(messages)}.")
        return messages

    def decode_one(self, method: Method, data: bytes) -> Message:
        """One message in binary form. Raises Unreadable."""
        return self._binary.decode(method.input, data)

    def encode(self, method: Method, call: Call, message: Message, metadata: Metadata) -> Reply:
        """The reply that is one message, and the trailers behind it."""
        media, coding = _answer_media(call), _answer_coding(call)
        data = self._codecs[media.codec].encode(message)
        body = _chunk(media, wrap_compressed(coding, data) + _trailers(None, metadata.trailers))
        length = (b"content-length", b"%d" % len(body))
        return Reply(
            status=200,
            headers=(*_headers(media, coding, metadata.headers), length),
            body=body,
            source="",
            operation=method.name,
            code=0,
        )

    def encode_stream(
        self, method: Method, call: Call, messages: AsyncIterator[Message], metadata: Metadata
    ) -> Reply:
        """The reply that streams messages, one chunk each, with the trailers in the last."""
        media, coding = _answer_media(call), _answer_coding(call)
        codec = self._codecs[media.codec]

        async def chunks() -> AsyncIterator[bytes]:
            async with closing(messages) as source:
                async for message in source:
                    yield _chunk(media, wrap_compressed(coding, codec.encode(message)))
            yield Ending(_chunk(media, _trailers(None, metadata.trailers)))

        return Reply(
            status=200,
            headers=_headers(media, coding, metadata.headers),
            body=b"",
            source="",
            operation=method.name,
            code=0,
            stream=chunks(),
        )

    def refuse(self, call: Call, status: Status, method: Method | None) -> Reply:
        """The trailers with the status, as the whole body; they end a stream as well."""
        http = 200
        extra: Headers = ()
        codings = (call.fields.get(b"grpc-encoding"), call.fields.get(b"content-encoding"))
        if not all(map(knows_coding, codings)):
            status = replace(status, code=UNIMPLEMENTED)
        if call.method != "POST":
            http, extra = 405, ((b"allow", b"POST"),)
        elif _media_type(call.fields.get(b"content-type", b"")) is None:
            http, extra = 415, ((b"accept-post", ", ".join(ACCEPTED).encode()),)
        media = _answer_media(call)
        body = _chunk(media, _trailers(status, status.metadata))
        length = (b"content-length", b"%d" % len(body))
        return Reply(
            status=http,
            headers=(*_headers(media, "", ()), length, *extra),
            body=body,
            source="refusal",
            outcome=code_of(status.code).outcome,
            code=status.code,
        )


@lru_cache(maxsize=256)
def _media_type(content_type: bytes) -> WebMedia | None:
    """None where the codec is unknown."""
    name, plus, codec = split_media_type(content_type).partition("+")
    if plus and codec not in ("json", "proto"):
        return None
    if name not in ("application/grpc-web", "application/grpc-web-text"):
        return None
    return WebMedia(codec or "proto", name.endswith("-text"), (plus + codec).encode())


def _answer_media(call: Call) -> WebMedia:
    """The request's own media type; as text also where `accept` asks for it."""
    media = _media_type(call.fields.get(b"content-type", b""))
    if media is None:
        media = WebMedia("proto", is_text=False, suffix=b"+proto")
    if not media.is_text and b"application/grpc-web-text" in call.fields.get(b"accept", b""):
        media = media._replace(is_text=True)
    return media


def _answer_coding(call: Call) -> str:
    return accepted_coding(call.fields, b"grpc-accept-encoding", b"grpc-encoding")


def _headers(media: WebMedia, coding: str, metadata: Headers) -> Headers:
    kind = (b"content-type", media.content_type())
    encoding = ((b"grpc-encoding", coding.encode()),) if coding else ()
    accepted = (b"grpc-accept-encoding", SUPPORTED)
    return (kind, *encoding, accepted, *header_fields(metadata))


def _trailers(status: Status | None, metadata: Headers) -> bytes:
    """The frame that ends the answer: a block of header fields, as HTTP/1 writes them."""
    lines = [b"grpc-status: %d\r\n" % (0 if status is None else status.code)]
    if status is not None:
        if status.message:
            lines.append(b"grpc-message: %s\r\n" % percent_encoded(status.message))
        if status.details:
            details = unpadded(status_bytes(status))
            lines.append(b"grpc-status-details-bin: %s\r\n" % details)
    lines += [b"%s: %s\r\n" % field for field in header_fields(metadata)]
    return wrap(b"".join(lines), TRAILERS)


def _chunk(media: WebMedia, data: bytes) -> bytes:
    return b64encode(data) if media.is_text else data


def from_text(body: bytes) -> bytes:
    """The bytes of base64 text that was written chunk by chunk, each with its own padding.

    Raises Unreadable.
    """
    try:
        return b"".join(b64decode(chunk, validate=True) for chunk in _PADDED_CHUNK.findall(body))
    except ValueError as error:
        raise Unreadable("The body is no base64.") from error

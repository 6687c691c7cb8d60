"""The Connect protocol (connectrpc.com/docs/protocol): unary calls by POST and GET, and streams.

A stream's messages stand in the body one behind the other; a call is answered once all of them
have come (half-duplex).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace
from protobuf import Message, Registry

from polymock.errors import MethodNotAllowed, Unreadable, UnsupportedMedia
from polymock_grpc.model import UNIMPLEMENTED, Metadata, Method, Status
from polymock_grpc.wires.codecs import MAX_MESSAGE, BinaryCodec, Codec, JsonCodec
from polymock_grpc.wires.compression import (
    WORTHWHILE,
    accepted_coding,
    check_size,
    coding_named,
    compress,
    decompress,
    knows_coding,
)
from polymock_grpc.wires.connect.errors import end_of_stream, refuse_stream, refuse_unary
from polymock_grpc.wires.connect.query import ConnectQuery, read_query
from polymock_grpc.wires.envelopes import unwrap, wrap_compressed
from polymock_grpc.wires.media_types import split_media_type
from polymock_grpc.wires.metadata import header_fields
from polymock_grpc.wires.streams import closing
from polymock_schemas.calls import Call, Ending, Headers, Reply

UNARY = ("application/json", "application/proto")
STREAMING = ("application/connect+json", "application/connect+proto")
"""The content types of requests, which their answers have too."""

_READ_VERBS = ("GET", "HEAD")


class ConnectMedia(NamedTuple):
    """What a content type says: the codec's name, and whether the body is a stream."""

    codec: str
    streams: bool


class ConnectWire:
    """Implements `polymock_grpc.model.Wire`.

    `registry` resolves Any and extensions in JSON; `max_message` is the limit, in bytes, of what
    the messages of a call may have together, decompressed.
    """

    def __init__(self, registry: Registry | None = None, max_message: int = MAX_MESSAGE) -> None:
        self._binary = BinaryCodec()
        self._codecs: dict[str, Codec] = {"json": JsonCodec(registry), "proto": self._binary}
        self._limit = max_message

    def takes(self, call: Call) -> bool:
        """Whether a call to an RPC's path is Connect's: it is no other wire's by its media type.

        So a call without a media type, or with an unknown one, is told so in Connect's manner.
        """
        return not call.fields.get(b"content-type", b"").lower().startswith(b"application/grpc")

    def decode(self, method: Method, call: Call) -> Sequence[Message]:
        """The messages of the body or, of a GET, in the query.

        Raises MethodNotAllowed, UnsupportedMedia, Unreadable, Invalid, TooLarge.
        """
        if call.method != "POST":
            return (self._decode_query(method, call),)
        media = self._media(method, call)
        fields = call.fields
        if fields.get(b"connect-protocol-version", b"1") != b"1":
            raise Unreadable("connect-protocol-version is not 1, which is the only one.")
        codec = self._codecs[media.codec]
        if media.streams:
            coding = coding_named(fields.get(b"connect-content-encoding"))
            bodies = unwrap(call.body, coding, self._limit)
            messages = [codec.decode(method.input, data) for data in bodies]
            if len(messages) != 1 and not method.client_streaming:
                raise Unreadable(f"{method.name} takes one message; the body has {len(messages)}.")
            return messages
        data = self._plain(call.body, fields.get(b"content-encoding"))
        return (codec.decode(method.input, data),)

    def decode_one(self, method: Method, data: bytes) -> Message:
        """One message in binary form. Raises Unreadable."""
        return self._binary.decode(method.input, data)

    def encode(self, method: Method, call: Call, message: Message, metadata: Metadata) -> Reply:
        """The reply that is one message; in a frame, and with its end, where the method streams."""
        if _streams(method):
            return self._encode_framed(method, call, message, metadata)
        query = read_query(call.query) if call.method in _READ_VERBS else None
        name = self._media(method, call).codec if query is None else query.codec
        body = self._codecs[name].encode(message)
        headers: Headers = ((b"content-type", b"application/" + name.encode()),)
        if len(body) >= WORTHWHILE:
            coding = _answer_coding(call, query)
            if coding:
                body = compress(coding, body)
                headers = (*headers, (b"content-encoding", coding.encode()))
        headers = (*headers, (b"content-length", b"%d" % len(body)))
        if metadata.headers or metadata.trailers:
            trailers = header_fields(metadata.trailers, b"trailer-")
            headers = (*headers, *header_fields(metadata.headers), *trailers)
        return Reply(
            status=200, headers=headers, body=body, source="", operation=method.name, code=0
        )

    def encode_stream(
        self, method: Method, call: Call, messages: AsyncIterator[Message], metadata: Metadata
    ) -> Reply:
        """The reply that streams messages, one chunk each, with the trailers in the last."""
        codec = self._codecs[self._media(method, call).codec]
        coding = _stream_coding(call)

        async def chunks() -> AsyncIterator[bytes]:
            async with closing(messages) as source:
                async for message in source:
                    yield wrap_compressed(coding, codec.encode(message))
            yield Ending(end_of_stream(None, metadata.trailers))

        return Reply(
            status=200,
            headers=_stream_headers(codec, coding, metadata),
            body=b"",
            source="",
            operation=method.name,
            code=0,
            stream=chunks(),
        )

    def refuse(self, call: Call, status: Status, method: Method | None) -> Reply:
        """The error: JSON with its HTTP status or, of a stream, the frame that ends it.

        An unknown codec is 415 and another verb 405, whatever the status; an unknown compression
        is `unimplemented`.
        """
        media = _media_type(call.fields.get(b"content-type", b""))
        streams = media is not None and media.streams if method is None else _streams(method)
        if not _knows_codings(call, streams):
            status = replace(status, code=UNIMPLEMENTED)
        if call.method != "POST":
            return self._refuse_other_verb(call, status, method)
        if method is not None and (media is None or media.streams != streams):
            accepted = ", ".join(STREAMING if streams else UNARY)
            return refuse_unary(status, 415, ((b"accept-post", accepted.encode()),))
        if media is not None and streams:
            return refuse_stream(status, media.codec)
        return refuse_unary(status)

    def _refuse_other_verb(self, call: Call, status: Status, method: Method | None) -> Reply:
        reads = method is not None and _reads(method)
        if call.method not in _READ_VERBS or (method is not None and not reads):
            allowed = b"GET, HEAD, POST" if reads else b"POST"
            return refuse_unary(status, 405, ((b"allow", allowed),))
        if not reads or read_query(call.query).codec in self._codecs:
            return refuse_unary(status)
        return refuse_unary(status, 415)

    def _decode_query(self, method: Method, call: Call) -> Message:
        if call.method not in _READ_VERBS or not _reads(method):
            raise MethodNotAllowed(
                f"{method.name} is called by POST"
                + ("" if not _reads(method) else " or GET")
                + f", not by {call.method}.",
                ("GET", "HEAD", "POST") if _reads(method) else ("POST",),
            )
        query = read_query(call.query)
        codec = self._codecs.get(query.codec)
        if codec is None:
            raise UnsupportedMedia(
                "The query has no `encoding` that is `json` or `proto`.", tuple(self._codecs)
            )
        if query.version not in ("", "v1"):
            raise Unreadable("The query's `connect` is not v1, which is the only version.")
        if query.message is None:
            raise Unreadable("The query has no `message`.")
        data = query.decoded_message()
        return codec.decode(method.input, self._plain(data, query.compression.encode()))

    def _plain(self, data: bytes, coding: bytes | None) -> bytes:
        name = coding_named(coding)
        if name:
            return decompress(name, data, self._limit)
        check_size(len(data), self._limit)
        return data

    def _media(self, method: Method, call: Call) -> ConnectMedia:
        """Raises UnsupportedMedia where the content type is not of the method's kind."""
        media = _media_type(call.fields.get(b"content-type", b""))
        streams = _streams(method)
        if media is None or media.streams != streams:
            accepted = STREAMING if streams else UNARY
            raise UnsupportedMedia(
                f"{method.name} takes {' or '.join(accepted)} as content-type.", accepted
            )
        return media

    def _encode_framed(
        self, method: Method, call: Call, message: Message, metadata: Metadata
    ) -> Reply:
        codec = self._codecs[self._media(method, call).codec]
        coding = _stream_coding(call)
        body = wrap_compressed(coding, codec.encode(message))
        body += end_of_stream(None, metadata.trailers)
        length = (b"content-length", b"%d" % len(body))
        return Reply(
            status=200,
            headers=(*_stream_headers(codec, coding, metadata), length),
            body=body,
            source="",
            operation=method.name,
            code=0,
        )


@lru_cache(maxsize=256)
def _media_type(content_type: bytes) -> ConnectMedia | None:
    name = split_media_type(content_type)
    if name in UNARY:
        return ConnectMedia(name.removeprefix("application/"), streams=False)
    if name in STREAMING:
        return ConnectMedia(name.removeprefix("application/connect+"), streams=True)
    return None


def _streams(method: Method) -> bool:
    return method.client_streaming or method.server_streaming


def _reads(method: Method) -> bool:
    """Whether GET will do."""
    return method.has_no_side_effects and not _streams(method)


def _knows_codings(call: Call, streams: bool) -> bool:
    if call.method in _READ_VERBS:
        return knows_coding(read_query(call.query).compression.encode())
    name = b"connect-content-encoding" if streams else b"content-encoding"
    return knows_coding(call.fields.get(name))


def _answer_coding(call: Call, query: ConnectQuery | None) -> str:
    coding = accepted_coding(call.fields, b"accept-encoding", b"content-encoding")
    if not coding and query is not None and b"accept-encoding" not in call.fields:
        return coding_named(query.compression.encode())
    return coding


def _stream_coding(call: Call) -> str:
    return accepted_coding(call.fields, b"connect-accept-encoding", b"connect-content-encoding")


def _stream_headers(codec: Codec, coding: str, metadata: Metadata) -> Headers:
    kind = (b"content-type", b"application/connect+" + codec.name.encode())
    encoding = ((b"connect-content-encoding", coding.encode()),) if coding else ()
    return (kind, *encoding, *header_fields(metadata.headers))

"""Bodies as the journal shows them: messages as JSON text, streams as arrays of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from protobuf import Message, Registry

from polymock.errors import MockError, Unreadable
from polymock_grpc.model import Method
from polymock_grpc.wires.codecs import MAX_MESSAGE, BinaryCodec, JsonCodec
from polymock_grpc.wires.compression import coding_named, decompress
from polymock_grpc.wires.connect.errors import END_OF_STREAM
from polymock_grpc.wires.envelopes import COMPRESSED, frames, wrap
from polymock_grpc.wires.grpc_web import TRAILERS, from_text
from polymock_schemas.calls import Headers

_ENDINGS = END_OF_STREAM | TRAILERS
"""Flags of the frames that end a stream."""


def frame(headers: Headers, message: bytes) -> bytes:
    """A message of a native stream behind its length, as gRPC's own frames have it."""
    content_type = dict(headers).get(b"content-type", b"").lower()
    return wrap(message) if _is_native_type(content_type) else message


def _is_native_type(content_type: bytes) -> bool:
    """Whether a content type is that of native gRPC, whose frames a listener takes off."""
    is_web = content_type.startswith(b"application/grpc-web")
    return content_type.startswith(b"application/grpc") and not is_web


class Transcriber:
    """Makes JSON text of one contract's bodies."""

    def __init__(self, registry: Registry) -> None:
        self._binary = BinaryCodec()
        self._json = JsonCodec(registry)

    def text(self, method: Method, headers: Headers, body: bytes, *, is_reply: bool) -> bytes:
        """The body of a call or a reply as JSON text; as it is where it cannot be read.

        A listener's reply has no content type, and its call no host.
        """
        fields = dict(headers)
        said = fields.get(b"content-type", b"").lower()
        native = _is_native_type(said)
        kind = method.output if is_reply else method.input
        streams = method.server_streaming if is_reply else method.client_streaming
        try:
            if native or not said:
                # Replies to streams are streams on the way; and on the HTTP port, nobody took the
                # frames off.
                if streams or method.client_streaming or b"host" in fields:
                    return self._framed(kind, body, "", streams)
                return self._one(kind, body)
            if said.startswith(b"application/grpc-web"):
                return self._web(kind, fields, said, body, streams)
            if said.startswith(b"application/connect+"):
                coding = coding_named(fields.get(b"connect-content-encoding"))
                is_json = said.startswith(b"application/connect+json")
                return self._framed(None if is_json else kind, body, coding, True)
            coding = coding_named(fields.get(b"content-encoding"))
            plain = decompress(coding, body, MAX_MESSAGE) if coding else body
            return self._one(kind, plain) if said.startswith(b"application/proto") else plain
        except (MockError, ValueError):
            return body

    def _web(
        self,
        kind: type[Message],
        fields: Mapping[bytes, bytes],
        said: bytes,
        body: bytes,
        streams: bool,
    ) -> bytes:
        if said.startswith(b"application/grpc-web-text"):
            body = from_text(body)
        coding = coding_named(fields.get(b"grpc-encoding"))
        return self._framed(None if b"+json" in said else kind, body, coding, streams)

    def _framed(self, kind: type[Message] | None, body: bytes, coding: str, streams: bool) -> bytes:
        """The messages in frames, an array where they stream; without a kind they are JSON."""
        texts = [
            data if kind is None else self._one(kind, data) for data in _messages(body, coding)
        ]
        if streams or len(texts) != 1:
            return b"[" + b",".join(texts) + b"]" if texts or streams else b""
        return texts[0]

    def _one(self, kind: type[Message], data: bytes) -> bytes:
        return self._json.encode(self._binary.decode(kind, data))


def _messages(body: bytes, coding: str) -> Iterator[bytes]:
    """The messages of a body, decompressed."""
    for flags, data in _whole_frames(body):
        if not flags & _ENDINGS:
            yield decompress(coding, data, MAX_MESSAGE) if coding and flags & COMPRESSED else data


def _whole_frames(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The frames of a body but the last where the journal has cut it off."""
    with suppress(Unreadable):
        yield from frames(body)

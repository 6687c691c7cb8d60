"""Bodies as the journal shows them: messages as JSON text, streams as arrays of them."""

from __future__ import annotations

import struct
from base64 import b64decode
from collections.abc import Iterator, Mapping

from protobuf import Message, Registry

from polymock.errors import MockError
from polymock_grpc.model import Method
from polymock_grpc.wires.codecs import MAX_MESSAGE, BinaryCodec, JsonCodec
from polymock_grpc.wires.compression import coding_named, decompress
from polymock_schemas.calls import Headers

_HEAD = struct.Struct(">BI")
_COMPRESSED = 0x01
_ENDINGS = 0x82
"""Flags of the frames that end a stream: trailers in gRPC-Web, the end's JSON in Connect."""


def is_native(fields: Mapping[bytes, bytes]) -> bool:
    """Whether header fields are those of a native gRPC call."""
    said = fields.get(b"content-type", b"")
    return said.startswith(b"application/grpc") and not said.startswith(b"application/grpc-web")


def frame(headers: Headers, message: bytes) -> bytes:
    """A message of a native stream behind its length, as gRPC's own frames have it."""
    return _HEAD.pack(0, len(message)) + message if is_native(dict(headers)) else message


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
        native = is_native(fields)
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
            body = b"".join(map(b64decode, _padded(body)))
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
    """The messages of a body that are whole; its last may be cut off."""
    position = 0
    while position + _HEAD.size <= len(body):
        flags, length = _HEAD.unpack_from(body, position)
        position += _HEAD.size
        data = body[position : position + length]
        if len(data) < length:
            return
        position += length
        if not flags & _ENDINGS:
            yield decompress(coding, data, MAX_MESSAGE) if coding and flags & _COMPRESSED else data


def _padded(text: bytes) -> Iterator[bytes]:
    """The parts of a text that are base64 of their own: each ends with its padding."""
    start = 0
    while start < len(text):
        end = text.find(b"=", start)
        if end < 0:
            yield text[start:]
            return
        while text[end : end + 1] == b"=":
            end += 1
        yield text[start:end]
        start = end

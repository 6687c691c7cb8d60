"""Native gRPC, as a listener brings it: the frames of HTTP/2 are the listener's, messages are bare.

A call that a listener read has an origin of `grpc://` or `grpcs://`, and its method is `POST`. A
unary call's `body` is its one message, a client's stream is `messages`. A reply's `status` is the
gRPC code; a unary reply's body is its message, and a stream's chunks are one message each. Values
of header and trailer fields are raw (those of `-bin` names, and the UTF-8 of `grpc-message`): the
listener encodes them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from protobuf import Message

from polymock.errors import NoOperation
from polymock_grpc.model import OK, UNIMPLEMENTED, Metadata, Method, Status
from polymock_grpc.wires.codecs import BinaryCodec
from polymock_grpc.wires.codes import code_of
from polymock_grpc.wires.rich_status import status_bytes
from polymock_grpc.wires.streams import closing
from polymock_schemas.calls import Call, Reply

ORIGINS = ("grpc://", "grpcs://")
MISPLACED = (
    "This is the HTTP port, for Connect, gRPC-Web and REST: native gRPC has a port of its own "
    "(server.grpc_port, 50051 unless set)."
)
_DETAILS = b"grpc-status-details-bin"
_MEDIA = b"application/grpc"
_WEB = b"application/grpc-web"
_CODEC = BinaryCodec()


def is_native(call: Call) -> bool:
    """Whether a call came over a listener's wire."""
    return call.origin.startswith(ORIGINS)


def is_misplaced(call: Call) -> bool:
    """Whether a call to the HTTP port says that it is native gRPC (`application/grpc+proto`)."""
    said = call.fields.get(b"content-type", b"").lower()
    return said.startswith(_MEDIA) and not said.startswith(_WEB) and not is_native(call)


class NativeWire:
    """Implements `polymock_grpc.model.Wire` for calls that a listener read."""

    def decode(self, method: Method, call: Call) -> Sequence[Message]:
        """The one message of the body; none where the client streams. Raises Unreadable."""
        if call.messages is not None:
            return ()
        return (_CODEC.decode(method.input, call.body),)

    def decode_one(self, method: Method, data: bytes) -> Message:
        """One message of a client's stream. Raises Unreadable."""
        return _CODEC.decode(method.input, data)

    def encode(self, method: Method, call: Call, message: Message, metadata: Metadata) -> Reply:
        """The message, with status OK. Raises NoAnswer."""
        return Reply(
            status=OK,
            headers=metadata.headers,
            body=_CODEC.encode(message),
            source="",
            operation=method.name,
            code=OK,
            trailers=metadata.trailers,
        )

    def encode_stream(
        self, method: Method, call: Call, messages: AsyncIterator[Message], metadata: Metadata
    ) -> Reply:
        """A chunk for each message, with status OK behind the last."""
        return Reply(
            status=OK,
            headers=metadata.headers,
            body=b"",
            source="",
            operation=method.name,
            code=OK,
            trailers=metadata.trailers,
            stream=_encoded(messages),
        )

    def refuse(self, call: Call, status: Status, method: Method | None) -> Reply:
        """No message: trailers with the status' text, as UTF-8, and its details."""
        details = ((_DETAILS, status_bytes(status)),) if status.details else ()
        message = status.message.encode("utf-8", "replace")
        return Reply(
            status=status.code,
            headers=(),
            body=b"",
            source="refusal",
            outcome=code_of(status.code).outcome,
            operation=method.name if method else "",
            code=status.code,
            trailers=((b"grpc-message", message), *details, *status.metadata),
        )


class MisplacedNativeWire(NativeWire):
    """Native gRPC that was sent to the HTTP port, which has no trailers: told so, and no more."""

    def decode(self, method: Method, call: Call) -> Sequence[Message]:
        """Raises NoOperation: nothing is answered here."""
        raise NoOperation(MISPLACED)

    def refuse(self, call: Call, status: Status, method: Method | None) -> Reply:
        """A reply of header fields only (`Trailers-Only` of gRPC over HTTP/2)."""
        return Reply(
            status=200,
            headers=(
                (b"content-type", b"application/grpc"),
                (b"grpc-status", b"%d" % UNIMPLEMENTED),
                (b"grpc-message", MISPLACED.encode()),
                (b"content-length", b"0"),
            ),
            body=b"",
            source="refusal",
            outcome="client_error",
            operation=method.name if method else "",
            code=UNIMPLEMENTED,
        )


async def _encoded(messages: AsyncIterator[Message]) -> AsyncIterator[bytes]:
    async with closing(messages) as source:
        async for message in source:
            yield _CODEC.encode(message)

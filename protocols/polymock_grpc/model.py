"""What the parts of the gRPC protocol hand to one another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import msgspec
from protobuf import DescMethod, Message

from polymock_schemas.calls import Call, Headers, Reply

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
UNAUTHENTICATED = 16


class HttpRule(msgspec.Struct, frozen=True):
    """One `google.api.http` binding of a method, as written in the annotation."""

    verb: str
    """`GET`, `POST` …, or a custom verb; `*` stands for every verb."""
    template: str
    """Such as `/v1/{name=shelves/*}:archive`."""
    body: str = ""
    """The request field that the body is; `*` for all that the path does not bind; "" for none."""
    response_body: str = ""


class Method(msgspec.Struct, frozen=True):
    """One RPC."""

    name: str
    """`shop.v1.Shop/GetPet`."""
    path: str
    """`/shop.v1.Shop/GetPet`."""
    descriptor: DescMethod
    input: type[Message]
    output: type[Message]
    client_streaming: bool = False
    server_streaming: bool = False
    has_no_side_effects: bool = False
    """`idempotency_level = NO_SIDE_EFFECTS`: Connect clients may send it as GET."""
    rules: Sequence[HttpRule] = ()


TYPE_PREFIX = "type.googleapis.com/"
"""Before a message's full name, in the type URL of an Any."""


class Detail(msgspec.Struct, frozen=True):
    """One message of google.rpc.Status.details: its full name, bytes, and JSON form."""

    type_name: str
    value: bytes
    json: Any


class Status(msgspec.Struct, frozen=True):
    """How a call ended (google.rpc.Status)."""

    code: int
    message: str
    details: Sequence[Detail] = ()
    metadata: Headers = ()
    """Further trailing metadata, such as `www-authenticate`."""


class Metadata(msgspec.Struct, frozen=True):
    """What goes with an answer: leading and trailing metadata. Values of `-bin` names are raw."""

    headers: Headers = ()
    trailers: Headers = ()


class Wire(Protocol):
    """How the messages of a call travel: native gRPC, Connect, gRPC-Web or REST.

    A wire knows the call's address and encoding, and nothing of where answers come from.
    """

    def decode(self, method: Method, call: Call) -> Sequence[Message]:
        """The messages in `call.body`. Raises Unreadable, Invalid, TooLarge, UnsupportedMedia."""
        ...

    def decode_one(self, method: Method, data: bytes) -> Message:
        """One message of `call.messages`. Raises Unreadable."""
        ...

    def encode(self, method: Method, call: Call, message: Message, metadata: Metadata) -> Reply:
        """The reply that is one message. Its `source` and `stable` are the contract's to set."""
        ...

    def encode_stream(
        self, method: Method, call: Call, messages: AsyncIterator[Message], metadata: Metadata
    ) -> Reply:
        """The reply that streams messages, and ends well after the last."""
        ...

    def refuse(self, call: Call, status: Status, method: Method | None) -> Reply:
        """The reply that ends a call badly; also what ends a stream that `encode_stream` began."""
        ...


class Binding(msgspec.Struct, frozen=True):
    """Where a call goes: a method over a wire."""

    method: Method
    wire: Wire


class GrpcReading(msgspec.Struct, frozen=True):
    """What `read` found. `messages` are those of the body; of `call.messages` none was read yet."""

    method: Method
    wire: Wire
    call: Call
    messages: Sequence[Message]

"""Clients as people have them: gRPC by reflection, Connect, subscriptions over WebSockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import grpc
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from polymock_grpc.model import Method

SECONDS = 20.0
Metadata = Sequence[tuple[str, str]]
TRANSPORT_WS = Subprotocol("graphql-transport-ws")


class ReflectingClient:
    """Calls any method of a gRPC server, which it knows from the server's reflection alone.

    Messages are dicts, as protobuf's JSON has them; `version` is that of the reflection service. A
    context manager.
    """

    def __init__(self, address: tuple[str, int], agent: str = "", version: str = "v1alpha") -> None:
        self.channel = grpc.insecure_channel(
            f"{address[0]}:{address[1]}",
            # Each client has connections of its own, and so may meet another worker.
            options=[("grpc.primary_user_agent", agent), ("grpc.use_local_subchannel_pool", 1)],
        )
        self.database = ProtoReflectionDescriptorDatabase(
            grpc.intercept_channel(self.channel, _Renaming(version))
        )
        self._pool = DescriptorPool(self.database)

    def __enter__(self) -> ReflectingClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()

    def call(self, name: str, request: Any, metadata: Metadata = ()) -> Any:
        """The answer to a call of `SERVICE/METHOD`; where it is a stream, the list of messages.

        `request` is a list where the method takes a stream. Raises grpc.RpcError.
        """
        answer = self.start(name, request, metadata)
        if isinstance(answer, Message):
            return MessageToDict(answer)
        return [MessageToDict(message) for message in answer]

    def start(self, name: str, request: Any, metadata: Metadata = ()) -> Any:
        """As `call`, but of a stream the call itself: it is iterated, and can be cancelled."""
        method = self._method(name)
        request_class = GetMessageClass(method.input_type)
        call = self._multicallable(method)(
            f"/{name}",
            request_serializer=request_class.SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        if method.client_streaming:
            request = (ParseDict(each, request_class()) for each in request)
        else:
            request = ParseDict(request, request_class())
        return call(request, timeout=SECONDS, metadata=tuple(metadata))

    def _method(self, name: str) -> MethodDescriptor:
        service, _, method = name.partition("/")
        found: MethodDescriptor = self._pool.FindServiceByName(service).methods_by_name[method]
        return found

    def _multicallable(self, method: MethodDescriptor) -> Callable[..., Any]:
        words = {False: "unary", True: "stream"}
        kind = f"{words[method.client_streaming]}_{words[method.server_streaming]}"
        found: Callable[..., Any] = getattr(self.channel, kind)
        return found


class _Renaming(grpc.StreamStreamClientInterceptor):
    """Sends requests of reflection to another version of its service: the messages are the same."""

    def __init__(self, version: str) -> None:
        self._version = version

    def intercept_stream_stream(self, continuation: Any, details: Any, requests: Any) -> Any:
        renamed = details._replace(method=details.method.replace("v1alpha", self._version))
        return continuation(renamed, requests)


def connect_method(method: Method) -> MethodInfo[Any, Any]:
    """A method as Connect's client wants to know it: one that takes a single message."""
    return MethodInfo(
        name=method.descriptor.name,
        service_name=method.descriptor.parent.type_name,
        input=method.input,
        output=method.output,
        stream_type=StreamType.SERVER_STREAM if method.server_streaming else StreamType.UNARY,
        idempotency_level=IdempotencyLevel.UNKNOWN,
    )


@contextmanager
def subscribing(url: str, agent: str = "") -> Iterator[Subscriber]:
    """A WebSocket of the protocol graphql-transport-ws, past its handshake."""
    with connect(
        url.replace("http", "ws", 1),
        subprotocols=[TRANSPORT_WS],
        user_agent_header=agent or None,
        open_timeout=SECONDS,
        max_queue=None,  # with its queue full it would not hear that the server closes
        proxy=None,
    ) as socket:
        yield Subscriber(socket)


class Subscriber:
    """Who subscribes over a WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._send({"type": "connection_init"})
        assert self._receive() == {"type": "connection_ack"}

    def subscribe(self, query: str) -> Generator[Any, None, None]:
        """What an operation sends, one result after another; it is stopped with the iteration.

        Raises websockets.ConnectionClosed where the server closes.
        """
        self._send({"id": "1", "type": "subscribe", "payload": {"query": query}})
        try:
            while (message := self._receive())["type"] == "next":
                yield message["payload"]
            assert message == {"id": "1", "type": "complete"}
        except GeneratorExit:
            self._send({"id": "1", "type": "complete"})

    def _send(self, message: Any) -> None:
        self._socket.send(json.dumps(message))

    def _receive(self) -> Any:
        return json.loads(self._socket.recv(timeout=SECONDS))

"""Clients as people have them: gRPC by reflection, subscriptions over WebSockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any

import grpc
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

SECONDS = 20.0
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.channel.close()

    def call(self, method: str, request: Any, metadata: Sequence[tuple[str, str]] = ()) -> Any:
        """The answer to a call of `SERVICE/METHOD`; of a stream, the list of its messages.

        `request` is a list where the method takes a stream. Raises grpc.RpcError.
        """
        answer = self.start(method, request, metadata)
        if isinstance(answer, Message):
            return MessageToDict(answer)
        return [MessageToDict(message) for message in answer]

    def start(self, method: str, request: Any, metadata: Sequence[tuple[str, str]] = ()) -> Any:
        """As grpcio gives it: a message, or a call that is iterated and can be cancelled."""
        found = self._method(method)
        request_class = GetMessageClass(found.input_type)
        call = self._callable(found)(
            f"/{method}",
            request_serializer=request_class.SerializeToString,
            response_deserializer=GetMessageClass(found.output_type).FromString,
        )
        if found.client_streaming:
            request = (ParseDict(each, request_class()) for each in request)
        else:
            request = ParseDict(request, request_class())
        return call(request, metadata=tuple(metadata), timeout=SECONDS)

    def _method(self, name: str) -> MethodDescriptor:
        service, _, method = name.partition("/")
        found: MethodDescriptor = self._pool.FindServiceByName(service).methods_by_name[method]
        return found

    def _callable(self, method: MethodDescriptor) -> Callable[..., Any]:
        many = {False: "unary", True: "stream"}
        kind = f"{many[method.client_streaming]}_{many[method.server_streaming]}"
        found: Callable[..., Any] = getattr(self.channel, kind)
        return found


class _Renaming(grpc.StreamStreamClientInterceptor):
    """Sends requests of reflection to another version of its service: the messages are the same."""

    def __init__(self, version: str) -> None:
        self._version = version

    def intercept_stream_stream(self, continuation: Any, details: Any, requests: Any) -> Any:
        renamed = details._replace(method=details.method.replace("v1alpha", self._version))
        return continuation(renamed, requests)


class Subscriber:
    """One WebSocket of the protocol graphql-transport-ws, past its handshake. A context manager."""

    def __init__(self, url: str, agent: str = "") -> None:
        self.socket: ClientConnection = connect(
            url.replace("http", "ws", 1),
            subprotocols=[TRANSPORT_WS],
            user_agent_header=agent or None,
            open_timeout=SECONDS,
            proxy=None,
        )
        self.send({"type": "connection_init"})
        assert self.receive() == {"type": "connection_ack"}

    def __enter__(self) -> Subscriber:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.socket.close()

    def subscribe(self, query: str) -> Iterator[Any]:
        """What an operation sends, result by result, until it is complete."""
        self.send({"id": "1", "type": "subscribe", "payload": {"query": query}})
        while (message := self.receive())["type"] == "next":
            yield message["payload"]
        assert message == {"id": "1", "type": "complete"}

    def send(self, message: Any) -> None:
        """Send one message."""
        self.socket.send(json.dumps(message))

    def receive(self) -> Any:
        """The next message. Raises websockets.ConnectionClosed."""
        return json.loads(self.socket.recv(timeout=SECONDS))

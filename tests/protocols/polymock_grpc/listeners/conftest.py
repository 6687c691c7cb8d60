"""A toy service behind a listener of each kind, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest
from protobuf import Message

from polymock.edge.responder import MockResponder
from polymock.engine import Engine
from polymock.errors import DeadlineExceeded, MockError, NoOperation, TooLarge
from polymock.interfaces import Answer, Match, Operation, Spec
from polymock.snapshot import Mock, Snapshot
from polymock.wires import Listener, ListenerSettings
from polymock_grpc.listeners import open_listener
from polymock_grpc.model import Detail, GrpcReading, Metadata, Status
from polymock_grpc.settings import GrpcSettings
from polymock_grpc.spec.document import load_document
from polymock_grpc.wires.native import NativeWire
from polymock_schemas.calls import Call, Reply
from polymock_schemas.config import ServerConfig

TOY = """
syntax = "proto3";
package toy.v1;

message Note {
  string text = 1;
  int32 count = 2;
  int32 wait_ms = 3;
  int32 fail = 4;
}

service Toy {
  rpc Echo(Note) returns (Note);
  rpc Repeat(Note) returns (stream Note);
  rpc Join(stream Note) returns (Note);
  rpc Chat(stream Note) returns (stream Note);
}
"""
CODES: dict[type[MockError], int] = {NoOperation: 12, TooLarge: 8, DeadlineExceeded: 4}


class Failed(MockError):
    """The caller asked for a status."""

    def __init__(self, code: int) -> None:
        super().__init__(f"fäiled with {code}")
        self.code = code


class ToyContract:
    """Echoes texts; a note's other fields say how often, how slowly, and whether to fail."""

    protocol = "grpc"
    title = "toy"
    faults = ()
    files = ()
    secrets = ()

    def __init__(self, folder: Path, proto: str, settings: GrpcSettings) -> None:
        path = folder / f"toy{len(list(folder.iterdir()))}.proto"
        path.write_text(proto)
        self.document = load_document(Spec(str(path), "toy"))
        self.settings = settings
        self.operations = [Operation(method.name) for method in self.document.methods]
        self._wire = NativeWire()

    def match(self, call: Call) -> Match:
        for method, operation in zip(self.document.methods, self.operations, strict=True):
            if method.path == call.path:
                return Match(operation, notes=method)
        raise NoOperation(f"no method {call.path}")

    def identify(self, match: Match, call: Call) -> str:
        return ""

    def read(self, match: Match, call: Call) -> GrpcReading:
        messages = self._wire.decode(match.notes, call)
        return GrpcReading(match.notes, self._wire, call, messages)

    def example(self, reading: GrpcReading) -> None:
        return None

    def sample(self, reading: GrpcReading) -> Answer:
        method = reading.method
        if method.client_streaming:
            return Answer(self._chat(reading), "sample")
        if method.server_streaming:
            return Answer(self._repeat(reading), "sample")
        (note,) = reading.messages
        if note.fail:
            raise Failed(note.fail)
        return Answer(method.output(text=note.text * (note.count or 1)), "sample")

    async def _repeat(self, reading: GrpcReading) -> AsyncIterator[Message]:
        (note,) = reading.messages
        for _ in range(note.count):
            if note.wait_ms:
                await asyncio.sleep(note.wait_ms / 1000)
            yield reading.method.output(text=note.text)
        if note.fail:
            raise Failed(note.fail)

    async def _chat(self, reading: GrpcReading) -> AsyncIterator[Message]:
        method, texts = reading.method, []
        async for data in reading.call.messages:
            note = self._wire.decode_one(method, data)
            if method.server_streaming:
                yield method.output(text=note.text.upper())
            texts.append(note.text)
        if not method.server_streaming:
            yield method.output(text=" ".join(texts))

    def write(self, reading: GrpcReading, answer: Answer) -> Reply:
        method, call = reading.method, reading.call
        echoed = tuple(pair for pair in call.headers if pair[0].startswith(b"x-"))
        metadata = Metadata((*echoed, (b"content-length", b"7")), ((b"took", b"1 \xc3\xb6"),))
        encode = self._wire.encode
        if method.server_streaming or method.client_streaming:
            encode = self._wire.encode_stream
        return msgspec.structs.replace(
            encode(method, call, answer.value, metadata), source="sample", stable=False
        )

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        code = error.code if isinstance(error, Failed) else CODES.get(type(error), 3)
        details = [Detail("google.rpc.RequestInfo", b"\x0a\x01q", {})]
        metadata = ((b"retry-pushback-ms", b"7"), (b"trace-bin", b"\x00\xff"))
        return self._wire.refuse(call, Status(code, error.detail, details, metadata), None)


class Records:
    """Takes exchanges as the journal does."""

    def __init__(self) -> None:
        self.exchanges: list[tuple[Call, Reply]] = []

    def record(self, mock: int, call: Call, reply: Reply, *times: int | None) -> None:
        self.exchanges.append((call, reply))


class Serving:
    """A listener on a loopback port, over mocks of toys."""

    def __init__(self, folder: Path, server: ServerConfig, *protos: str) -> None:
        self.folder = folder
        self.records = Records()
        self.responder = MockResponder(self._snapshot(protos, GrpcSettings()), self.records)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.settings = ListenerSettings("127.0.0.1", self.port, server, str(folder))
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._channels: list[grpc.Channel] = []
        self.listeners: list[Listener] = []
        try:
            self.open()
        except BaseException:
            self.close()
            raise

    def open(self) -> Listener:
        """Open one more listener at the same port."""
        listener = open_listener(self.settings, self.responder.of_protocol("grpc"))
        self.run(listener.start())
        self.listeners.append(listener)
        return listener

    def reload(self, *protos: str, settings: GrpcSettings | None = None) -> None:
        """Serve other contracts."""
        self.responder.snapshot = self._snapshot(protos, settings or GrpcSettings())
        for listener in self.listeners:
            self.loop.call_soon_threadsafe(listener.renew)

    def channel(self, *options: tuple[str, Any], **named: Any) -> grpc.Channel:
        """A connection of its own."""
        own = ("grpc.use_local_subchannel_pool", 1)
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}", options=[own, *options], **named)
        self._channels.append(channel)
        return channel

    def note(self, **fields: Any) -> bytes:
        """A serialised note."""
        method = self.responder.snapshot.mocks[0].contract.document.methods[0]
        return method.input(**fields).to_binary()

    def text(self, data: bytes) -> str:
        """The text in a serialised note."""
        method = self.responder.snapshot.mocks[0].contract.document.methods[0]
        return method.input.from_binary(data).text

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the listener's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def wait_for(self, count: int) -> Sequence[tuple[Call, Reply]]:
        """The exchanges, once there are so many."""
        pause = threading.Event()
        for _ in range(300):
            if len(self.records.exchanges) >= count:
                break
            pause.wait(0.01)
        assert len(self.records.exchanges) == count
        return self.records.exchanges

    def stop(self, seconds: float = 0) -> None:
        """Stop the listeners."""
        while self.listeners:
            self.run(self.listeners.pop().stop(seconds))

    def close(self) -> None:
        """Stop all."""
        for channel in self._channels:
            channel.close()
        self.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _snapshot(self, protos: Sequence[str], settings: GrpcSettings) -> Snapshot:
        contracts = [ToyContract(self.folder, proto, settings) for proto in protos or (TOY,)]
        return Snapshot(
            [
                Mock(index, f"toy{index}", "", Engine(contract))
                for index, contract in enumerate(contracts)
            ]
        )


Open = Callable[..., Serving]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Open]:
    """Open a listener: settings of the server, then documents."""
    opened: list[Serving] = []

    def open_one(server: ServerConfig, *protos: str) -> Serving:
        opened.append(Serving(tmp_path, server, *protos))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture(params=["native", "grpcio"])
def server(request: pytest.FixtureRequest) -> ServerConfig:
    """Each of the two listeners, with the default settings."""
    return ServerConfig(grpc_listener=request.param)


@pytest.fixture
def toy(serve: Open, server: ServerConfig) -> Serving:
    """The toy service behind each of the listeners."""
    return serve(server)

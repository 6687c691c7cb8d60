"""A contract of the tests' own that streams and talks over WebSockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from polymock.engine import Engine
from polymock.errors import Invalid, MethodNotAllowed, MockError, NoOperation
from polymock.interfaces import Answer, Match, NoSettings, Operation, Plugin, Spec
from polymock.snapshot import Mock
from polymock.wires import Flow, Listener, ListenerSettings, Responder, Socket
from polymock_schemas.calls import Call, Headers, Outbound, Reply, Violation

COUNT = Operation(name="count")
STATUSES = {NoOperation: 404, MethodNotAllowed: 405, Invalid: 422}


class TickerContract:
    """`/count/3` streams `1 2 3`; of `/KIND/3` the kind says what comes of it."""

    protocol = "ticker"
    title = "Ticker"
    operations = (COUNT,)
    faults = ()
    files = ()
    secrets = ()
    subprotocols = ("tick-2", "tick-1")

    def __init__(self, word: str = "count") -> None:
        self.word = word
        self.is_closed = False

    def match(self, call: Call) -> Match:
        kind = call.path.split("/")[1]
        if kind == "post" and call.method != "POST":
            raise MethodNotAllowed("Only by POST.", ["POST"])
        if kind not in (self.word, "both", "post") or call.body == b"other":
            raise NoOperation("Nothing here.")
        return Match(operation=COUNT)

    def allowed(self, call: Call) -> tuple[str, ...]:
        return ("GET", self.word.upper())

    def identify(self, match: Match, call: Call) -> str:
        return call.fields.get(b"authorization", b"").decode()

    def read(self, match: Match, call: Call) -> Call:
        return call

    def example(self, reading: Call) -> Answer | None:
        return None

    def sample(self, reading: Call) -> Answer:
        return Answer(None, "sample", stable=True)

    def write(self, reading: Call, answer: Answer) -> Reply:
        return Reply(
            status=200,
            headers=((b"content-type", b"text/plain"), (b"content-length", b"9")),
            body=b"",
            source=answer.source,
            operation="count",
            stable=True,
            stream=self._count(reading),
        )

    async def _count(self, call: Call) -> AsyncIterator[bytes]:
        try:
            if call.messages is not None:
                async for message in call.messages:
                    yield message.upper()
                return
            for number in range(1, int(call.path.rsplit("/")[-1]) + 1):
                yield f"{number} ".encode()
                if call.query == b"slow":
                    await asyncio.sleep(0.05)
            if call.query == b"refuse":
                raise Invalid("Too far.", [Violation("path", "is too far")])
            if call.query == b"fail":
                raise ZeroDivisionError
            if call.query == b"endless":
                await asyncio.sleep(100)
        finally:
            self.is_closed = True

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        return Reply(
            status=STATUSES.get(type(error), 400),
            headers=((b"content-type", b"text/plain"),),
            body=type(error).__name__.encode(),
            source="refusal",
            outcome="client_error",
            trailers=((b"why", error.detail.encode()),),
        )

    def examine(self, operation: Operation) -> tuple[()]:
        return ()

    def problems(self) -> tuple[()]:
        return ()

    async def converse(
        self, call: Call, subprotocol: str, socket: Socket, answer: Callable[[Call], Flow]
    ) -> None:
        await socket.send(f"{call.prefix}|{call.path}|{subprotocol}")
        while (message := await socket.receive()) is not None:
            if message == "crash":
                raise ZeroDivisionError
            if message == "bye":
                return
            async for chunk in answer(replace(call, method="SAY", path=str(message))):
                await socket.send(chunk)
            await socket.send("done")


class LineListener:
    """A wire of lines: each is a path, and answered with its chunks and the outcome."""

    def __init__(self, settings: ListenerSettings, responder: Responder) -> None:
        self._settings = settings
        self._responder = responder
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, self._settings.address, self._settings.port, reuse_port=True
        )

    def renew(self) -> None:
        pass

    async def stop(self, seconds: float) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).decode().strip()
        mock, call = self._responder.mocks[0], Call("LINE", path, b"", (), {})
        reply = self._responder.answer(mock, call)
        if reply.stream is None:
            self._responder.record(mock, call, reply, 0)
            writer.write(reply.body)
        else:
            flow = self._responder.flow(mock, call, reply, 0)
            async for chunk in flow:
                writer.write(chunk)
            writer.write(flow.end.outcome.encode())
        await writer.drain()
        writer.close()


class TickerReader:
    """Recognises documents whose text is `ticker` and a word."""

    prefix = "/"
    shares_prefix = True

    def recognises(self, name: str, head: bytes) -> bool:
        return head.startswith(b"ticker")

    def compile(self, spec: Spec) -> TickerContract:
        return TickerContract(Path(spec.location).read_text().split()[1])

    def open_listener(self, settings: ListenerSettings, responder: Responder) -> Listener:
        return LineListener(settings, responder)


def build(_settings: NoSettings) -> Any:
    return TickerReader()


plugin = Plugin(config=NoSettings, build=build)


class FramedTickerContract(TickerContract):
    """Its messages do not show where they end."""

    def frame(self, headers: Headers, message: bytes) -> bytes:
        return b"[" + message.strip() + b"]"


class Recorded:
    """What was recorded, and what is to be sent."""

    def __init__(self) -> None:
        self.exchanges: list[tuple[int, Call, Reply]] = []
        self.sizes: list[tuple[int | None, int | None]] = []
        self.outbound: list[Outbound] = []

    def record(
        self,
        mock: int,
        call: Call,
        reply: Reply,
        ts_us: int,
        latency_us: int,
        request_bytes: int | None = None,
        response_bytes: int | None = None,
    ) -> None:
        self.exchanges.append((mock, call, reply))
        self.sizes.append((request_bytes, response_bytes))

    def submit(self, requests: tuple[Outbound, ...], allow_private: bool) -> None:
        self.outbound.extend(requests)


def mocks_of(*contracts: TickerContract, prefix: str = "") -> list[Mock]:
    """A mock for each contract, all at one prefix."""
    return [
        Mock(index=index, name=f"m{index}", prefix=prefix, engine=Engine(contract))
        for index, contract in enumerate(contracts)
    ]

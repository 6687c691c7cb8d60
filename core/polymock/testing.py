"""Polymock inside a test: the same engine, in this process, with the recorded exchanges at hand.

with Polymock("openapi.yaml") as mock:
    httpx.get(mock.url + "/pets/1")          # over a real socket, opened on first use of `url`
    mock.client().get("/pets/1")             # or without any
    assert mock.exchanges[-1].operation == "GET /pets/{petId}"
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns
from types import TracebackType

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from polymock.app import build_snapshot, mock_app
from polymock.config.loading import Overrides, load
from polymock.config.units import parse_size
from polymock.edge.http import HttpEdge
from polymock.errors import ServerError, TooLarge
from polymock.journal.redaction import Redactor
from polymock.journal.rows import Formatter, exchange_of
from polymock.server.ports import reserve
from polymock_schemas.calls import Call, Exchange, Reply

START_SECONDS = 10.0


class Polymock:
    """Mocks in this process, made from specs or from one config (a file or its folder).

    Environment variables are not read: a test depends on what it names. Raises ConfigError or
    SpecError when what is named cannot be served. Use it as a context manager, or call `close`.
    """

    def __init__(self, *specs: str | Path, seed: int | None = None) -> None:
        loaded = load([str(spec) for spec in specs], Overrides(seed=seed), environ={})
        config = loaded.config
        self._snapshot = build_snapshot(config, loaded.folder)
        self._recorder = ListRecorder(
            [mock.name for mock in self._snapshot.mocks],
            [mock.engine.contract.protocol for mock in self._snapshot.mocks],
            parse_size(config.journal.bodies),
            Formatter(
                Redactor(config.journal.redact).hiding(
                    name for mock in self._snapshot.mocks for name in mock.engine.secrets
                )
            ),
        )
        self._edge = HttpEdge(
            self._snapshot,
            self._recorder,
            None,
            max_body=parse_size(config.server.max_body),
            cors=config.server.cors,
        )
        self._server: ThreadedServer | None = None

    @property
    def url(self) -> str:
        """The URL of the mocks on a free loopback port; the first use starts listening."""
        if self._server is None:
            self._server = ThreadedServer(mock_app(self._edge))
        return self._server.url

    @property
    def app(self) -> Litestar:
        """The ASGI application, for `httpx.ASGITransport(app=mock.app)` and the like."""
        return mock_app(self._edge)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Every exchange so far, oldest first."""
        return tuple(self._recorder.exchanges)

    def forget(self) -> None:
        """Drop the exchanges recorded so far."""
        self._recorder.exchanges.clear()

    def client(self) -> httpx.Client:
        """A client whose requests reach the mocks without a socket."""
        return httpx.Client(transport=EdgeTransport(self._edge), base_url="http://polymock")

    def async_client(self) -> httpx.AsyncClient:
        """The same for asyncio and trio."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self._edge), base_url="http://polymock"
        )

    def close(self) -> None:
        """Stop listening, if it did."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Polymock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class ListRecorder:
    """Keeps exchanges as objects in a list."""

    def __init__(
        self,
        names: Sequence[str],
        protocols: Sequence[str],
        body_limit: int,
        formatter: Formatter,
    ) -> None:
        self.exchanges: list[Exchange] = []
        self._names = names
        self._protocols = protocols
        self._body_limit = body_limit
        self._formatter = formatter

    def record(self, mock: int, call: Call, reply: Reply, ts_us: int, latency_us: int) -> None:
        """Take one exchange."""
        self.exchanges.append(
            exchange_of(
                self._names[mock],
                self._protocols[mock],
                call,
                reply,
                ts_us,
                latency_us,
                self._body_limit,
                self._formatter,
            )
        )


class EdgeTransport(httpx.BaseTransport):
    """Hands httpx's requests to the edge in the same thread."""

    def __init__(self, edge: HttpEdge) -> None:
        self._edge = edge

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        started = perf_counter_ns()
        path, _, query = request.url.raw_path.partition(b"?")
        mock, call, error = self._edge.call(
            method=request.method,
            path=path.decode("latin-1"),
            query=query,
            headers=tuple((name.lower(), value) for name, value in request.headers.raw),
            client="127.0.0.1",
            scheme=request.url.scheme,
        )
        body = request.read()
        try:
            self._edge.bodies.check(len(body))
            call.body = body
        except TooLarge as refusal:
            error = refusal
        reply = self._edge.answer(mock, call, error)
        self._edge.record(mock, call, reply, started)
        return httpx.Response(
            reply.status,
            headers=list(reply.headers),
            stream=httpx.ByteStream(b"" if request.method == "HEAD" else reply.body),
        )


class ThreadedServer:
    """Granian on a free loopback port, in a thread of its own."""

    def __init__(self, app: Litestar) -> None:
        self._placeholder = reserve("127.0.0.1", 0, "port")
        self._port = int(self._placeholder.getsockname()[1])
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._server = Server(
            app,
            address="127.0.0.1",
            port=self._port,
            interface=Interfaces.ASGINL,
            log_enabled=False,
        )
        self._thread = threading.Thread(target=self._run, name="polymock", daemon=True)
        self._thread.start()
        if not self._listening.wait(START_SECONDS):
            raise ServerError("The in-process server did not start.", "Use `client()` instead.")

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def close(self) -> None:
        """Stop listening and end the thread."""
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(START_SECONDS)
        self._placeholder.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        serving = asyncio.create_task(self._server.serve())
        while not serving.done():
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.005)
            else:
                writer.close()
                break
        self._listening.set()
        await serving

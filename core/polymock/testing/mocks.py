"""The mocks of one test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
from litestar import Litestar

from polymock.app import build_snapshot, mock_app
from polymock.config.loading import Overrides, load
from polymock.config.units import parse_size
from polymock.edge.http import HttpEdge
from polymock.edge.responder import MockResponder
from polymock.errors import ServerError
from polymock.testing.recorder import ListRecorder
from polymock.testing.server import BackgroundLoop, ThreadedListener, ThreadedServer
from polymock.testing.transports import AsyncEdgeTransport, EdgeTransport
from polymock.testing.world import MockWorld, Runner
from polymock_schemas.calls import Exchange

BASE_URL = "http://polymock"


class Polymock:
    """Mocks in this process, made from specs or from one config (a file or its folder).

    Environment variables are not read: a test depends on what it names. Raises ConfigError or
    SpecError when what is named cannot be served. Use it as a context manager, or call `close`.
    """

    def __init__(self, *specs: str | Path, seed: int | None = None) -> None:
        loaded = load([str(spec) for spec in specs], Overrides(seed=seed), environ={})
        config = loaded.config
        kept_bytes = parse_size(config.journal.bodies)
        self._folder = loaded.folder
        self._settings = config.server
        self._snapshot = build_snapshot(config, loaded.folder)
        self._recorder = ListRecorder(self._snapshot, config.journal.redact, kept_bytes)
        self._edge = HttpEdge(
            MockResponder(self._snapshot, self._recorder, kept_bytes=kept_bytes),
            max_body=parse_size(config.server.max_body),
            cors=config.server.cors,
        )
        self._loop: BackgroundLoop | None = None
        self._server: ThreadedServer | None = None
        self._listeners: dict[str, ThreadedListener] = {}

    @property
    def url(self) -> str:
        """The URL of the mocks on a free loopback port; the first use starts listening."""
        if self._server is None:
            self._server = ThreadedServer(self._edge, self._open_loop())
        return self._server.url

    def target(self, protocol: str) -> str:
        """`127.0.0.1:PORT` of the listener that a protocol has beside HTTP, such as `grpc`.

        The first use starts it. Raises ServerError where no mock has such a protocol.
        """
        listener = self._listeners.get(protocol)
        if listener is None:
            reader = self._snapshot.listeners.get(protocol)
            if reader is None:
                there = ", ".join(self._snapshot.listeners) or "none"
                raise ServerError(
                    f"No mock here has a listener for {protocol!r}.",
                    f"There are listeners for: {there}. What is served over HTTP is at `url`.",
                )
            listener = self._listeners[protocol] = ThreadedListener(
                protocol, reader, self._edge, self._settings, self._folder, self._open_loop()
            )
        return listener.target

    @property
    def app(self) -> Litestar:
        """The ASGI application, for `httpx.ASGITransport(app=mock.app)` and the like."""
        return mock_app(self._edge)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Every exchange so far, oldest first."""
        return tuple(self._recorder.exchanges)

    @cached_property
    def world(self) -> MockWorld:
        """What all mocks share: entities, snapshots, the clock, sessions.

        Its methods raise WorldError where the mocks have no world.
        """
        return MockWorld(Runner(self._snapshot, self._run))

    def forget(self) -> None:
        """Drop the exchanges recorded so far."""
        self._recorder.exchanges.clear()

    def client(self) -> httpx.Client:
        """A client whose requests reach the mocks without a socket."""
        return httpx.Client(transport=EdgeTransport(self._edge, self._open_loop), base_url=BASE_URL)

    def async_client(self) -> httpx.AsyncClient:
        """The same for asyncio."""
        return httpx.AsyncClient(transport=AsyncEdgeTransport(self._edge), base_url=BASE_URL)

    def close(self) -> None:
        """Stop listening, if it did."""
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._loop is not None:
            self._loop.close()
            self._loop = None
        if self._snapshot.world is not None:
            self._snapshot.world.store.close()

    def __enter__(self) -> Polymock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, command: Callable[[], Any]) -> Any:
        """Run something where calls are answered: on the loop, once something listens."""
        if self._server is None and not self._listeners:
            return command()

        async def run() -> Any:
            return command()

        return self._open_loop().run(run())

    def _open_loop(self) -> BackgroundLoop:
        if self._loop is None:
            self._loop = BackgroundLoop()
        return self._loop

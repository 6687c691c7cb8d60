"""The shapes of plugins that need more of a wire than one call and one reply.

A contract that implements `Conversing` talks over WebSockets on the HTTP port. A contract reader
that implements `Listening` brings a wire of its own, such as native gRPC: a `Listener` in each
worker, which hands the calls that it reads to a `Responder`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from polymock.errors import MockError
from polymock.interfaces import Contract
from polymock_schemas.calls import Call, Reply
from polymock_schemas.config import ServerConfig


class Flow(Protocol):
    """One exchange as it goes on: iterating gives what is to be sent, chunk by chunk.

    A reply that is no stream gives its body. At its end, however it comes, it is recorded.
    """

    @property
    def reply(self) -> Reply:
        """The reply as it began: its status and header fields."""
        ...

    @property
    def end(self) -> Reply:
        """How it ended: the reply, or the refusal that ended it; once the iteration is over."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def __anext__(self) -> bytes: ...

    async def aclose(self) -> None:
        """End it early: the client has gone.

        A task that waits for the next chunk meanwhile should be cancelled, which does the same.
        """
        ...


class Socket(Protocol):
    """An accepted WebSocket (RFC 6455)."""

    async def receive(self) -> str | bytes | None:
        """The next message; None once the client has closed or gone."""
        ...

    async def send(self, message: str | bytes) -> None:
        """Send one message; nothing happens where the client has gone."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close it (RFC 6455, section 7.4 lists the codes)."""
        ...


@runtime_checkable
class Conversing(Protocol):
    """A contract that also talks over WebSockets."""

    @property
    def subprotocols(self) -> Sequence[str]:
        """Names for `Sec-WebSocket-Protocol`, the preferred one first."""
        ...

    async def converse(
        self, call: Call, subprotocol: str, socket: Socket, answer: Callable[[Call], Flow]
    ) -> None:
        """Talk until either side closes.

        `call` is the handshake (with its mock's prefix taken off, and no body), `subprotocol` the
        chosen one, "" where the client offered none. Each operation that the client asks for is a
        call of its own, given to `answer`, and so an exchange of its own. Where the server is
        about to end, this is cancelled. The socket is closed afterwards if it is open still.
        """
        ...


class ServedMock(Protocol):
    """A mock, as a listener sees it."""

    @property
    def name(self) -> str: ...

    @property
    def contract(self) -> Contract: ...


class Responder(Protocol):
    """What a listener hands the calls to that it read off its wire; for the event loop alone."""

    @property
    def mocks(self) -> Sequence[ServedMock]:
        """The mocks of the listener's protocol; another sequence after a reload."""
        ...

    def answer(self, mock: ServedMock, call: Call, error: MockError | None = None) -> Reply:
        """The mock's reply to a call, or to one that could not be read for `error`.

        Never raises: where the plugin's code fails, the reply has the outcome `fault`, status 500
        and problem details as its body, which the listener may put into its own terms. A reply
        with a `stream` goes to `flow`, any other to `record`.
        """
        ...

    def record(self, mock: ServedMock, call: Call, reply: Reply, started: int) -> None:
        """Hand the exchange to the journal. `started` is of `time.perf_counter_ns()`."""
        ...

    def flow(self, mock: ServedMock, call: Call, reply: Reply, started: int) -> Flow:
        """The exchange as it goes on, recorded at its end."""
        ...


class ListenerSettings(msgspec.Struct, frozen=True):
    """Where a listener listens: an IP address and a port that every worker shares (SO_REUSEPORT).

    `folder` is where the relative paths in `server` start.
    """

    address: str
    port: int
    server: ServerConfig
    folder: str


class Listener(Protocol):
    """A wire of a protocol's own beside HTTP: one in each worker, for all mocks of the protocol."""

    async def start(self) -> None:
        """Listen. Raises ServerError."""
        ...

    def renew(self) -> None:
        """The responder's mocks are others now: what was derived from them is out of date."""
        ...

    async def stop(self, seconds: float) -> None:
        """Take no more calls, wait so long for those begun, then end."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A contract reader whose protocol cannot ride on HTTP alone."""

    def open_listener(self, settings: ListenerSettings, responder: Responder) -> Listener:
        """A listener that does not listen yet. Raises ServerError, ConfigError."""
        ...

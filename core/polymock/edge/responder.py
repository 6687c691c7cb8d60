"""What every edge of a worker shares: the mocks, how they answer, and where exchanges go."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from time import perf_counter_ns, time_ns
from typing import Protocol, cast

import msgspec

from polymock.edge.flow import ExchangeFlow, hear, heard
from polymock.errors import MockError
from polymock.snapshot import Mock, Snapshot
from polymock.wires import ServedMock
from polymock_schemas.calls import Call, Outbound, Reply

KEPT_BYTES = 64 * 1024

log = logging.getLogger("polymock.edge")


class Recorder(Protocol):
    """Where exchanges go; see `polymock.journal.stream.Recorder`."""

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
        """Take one exchange; returns at once.

        The bytes are given where a body holds only the first of them.
        """
        ...


class Outbox(Protocol):
    """Where requests to send after the answer go; see `polymock.outbound`."""

    def submit(self, requests: tuple[Outbound, ...], allow_private: bool) -> None:
        """Take the requests; returns at once."""
        ...


class MockResponder:
    """Answers calls and records them. Assign `snapshot` to swap all mocks.

    `kept_bytes` is how much of each direction of a stream is kept to be recorded.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        recorder: Recorder | None = None,
        outbox: Outbox | None = None,
        *,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self.snapshot = snapshot
        self._recorder = recorder
        self._outbox = outbox
        self._kept_bytes = kept_bytes

    def answer(self, mock: Mock, call: Call, error: MockError | None = None) -> Reply:
        """The mock's reply to a call, or to one that could not be read for `error`. Never raises.

        Where the plugin's code fails, the reply has the outcome `fault`, the status 500 and
        problem details as its body.
        """
        if call.messages is not None:
            hear(mock, call, self._kept_bytes)
        try:
            return mock.engine.handle(call) if error is None else mock.engine.refuse(call, error)
        except Exception:  # a contract is a plugin's code
            return fault(mock, call)

    def record(
        self,
        mock: Mock,
        call: Call,
        reply: Reply,
        started: int,
        response_bytes: int | None = None,
    ) -> None:
        """Hand the exchange to the journal, and what is to be sent now to the outbox.

        `started` is of `time.perf_counter_ns()`; `response_bytes` is given where the reply's body
        holds only the first of them.
        """
        request_bytes = None
        if call.messages is not None:
            call, reply, request_bytes = heard(call, reply)
        if self._recorder is not None:
            index, mocks = mock.index, self.snapshot.mocks
            if index >= len(mocks) or mocks[index] is not mock:
                index = _namesake(mock, mocks)
            if index < 0:
                log.warning("a call of %r is not recorded: it is served no more", mock.name)
                return
            latency = (perf_counter_ns() - started) // 1000
            ts = time_ns() // 1000 - latency
            self._recorder.record(index, call, reply, ts, latency, request_bytes, response_bytes)
        if reply.outbound and self._outbox is not None:
            self._outbox.submit(reply.outbound, mock.allow_private)

    def flow(
        self, mock: Mock, call: Call, reply: Reply, started: int, *, begun: bool = False
    ) -> ExchangeFlow:
        """The exchange as it goes on, recorded at its end.

        `begun`: the reply's status goes out before the stream, as HTTP's does.
        """
        return ExchangeFlow(
            mock, call, reply, started, self.record, kept_bytes=self._kept_bytes, begun=begun
        )

    def of_protocol(self, protocol: str) -> ProtocolResponder:
        """A view for the protocol's listener."""
        return ProtocolResponder(self, protocol)


class ProtocolResponder:
    """Implements `polymock.wires.Responder` for one protocol's mocks."""

    def __init__(self, responder: MockResponder, protocol: str) -> None:
        self._responder = responder
        self._protocol = protocol
        self._snapshot: Snapshot | None = None
        self._mocks: tuple[Mock, ...] = ()

    @property
    def mocks(self) -> Sequence[Mock]:
        """The mocks of the protocol; the same object until the snapshot is another."""
        snapshot = self._responder.snapshot
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self._mocks = tuple(
                mock for mock in snapshot.mocks if mock.contract.protocol == self._protocol
            )
        return self._mocks

    def answer(self, mock: ServedMock, call: Call, error: MockError | None = None) -> Reply:
        """See `MockResponder.answer`."""
        return self._responder.answer(cast("Mock", mock), call, error)

    def record(self, mock: ServedMock, call: Call, reply: Reply, started: int) -> None:
        """See `MockResponder.record`."""
        self._responder.record(cast("Mock", mock), call, reply, started)

    def flow(self, mock: ServedMock, call: Call, reply: Reply, started: int) -> ExchangeFlow:
        """See `MockResponder.flow`."""
        return self._responder.flow(cast("Mock", mock), call, reply, started)


def _namesake(mock: Mock, mocks: Sequence[Mock]) -> int:
    """The place among those served now of a mock that a reload replaced; -1 where it is gone."""
    return next((other.index for other in mocks if other.name == mock.name), -1)


def fault(mock: Mock, call: Call) -> Reply:
    """The reply where a plugin's code has just raised what it should not; logs the exception."""
    protocol = mock.contract.protocol
    log.exception("mock %r (%s) failed at %s %s", mock.name, protocol, call.method, call.path)
    return _INTERNAL


_PROBLEM = msgspec.json.encode(
    {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The mock failed; the server's log says where.",
    }
)
_INTERNAL = Reply(
    status=500,
    headers=(
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(_PROBLEM)).encode()),
    ),
    body=_PROBLEM,
    source="refusal",
    outcome="fault",
)

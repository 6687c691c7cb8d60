"""The HTTP edge: ASGI to Call, Reply to ASGI, and the exchange to the journal."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter_ns, time_ns
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from polymock.edge.body import BodyReader, Receive, Scope, has_body
from polymock.edge.cors import answer_preflight, is_preflight, open_to_origin
from polymock.errors import MockError, NoOperation
from polymock.snapshot import Mock, Snapshot
from polymock_schemas.calls import Call, Headers, Outbound, Reply

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger("polymock.edge")


class Recorder(Protocol):
    """Where exchanges go; see `polymock.journal.stream.Recorder`."""

    def record(self, mock: int, call: Call, reply: Reply, ts_us: int, latency_us: int) -> None:
        """Take one exchange; returns at once."""
        ...


class Outbox(Protocol):
    """Where requests to send after the answer go; see `polymock.outbound`."""

    def submit(self, requests: tuple[Outbound, ...], allow_private: bool) -> None:
        """Take the requests; returns at once."""
        ...


class HttpEdge:
    """An ASGI application over a snapshot of mocks. Assign `snapshot` to swap all of them."""

    def __init__(
        self,
        snapshot: Snapshot,
        recorder: Recorder | None,
        outbox: Outbox | None,
        *,
        max_body: int,
        cors: bool,
    ) -> None:
        self.snapshot = snapshot
        self._recorder = recorder
        self._outbox = outbox
        self.bodies = BodyReader(max_body)
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request (ASGI 3); WebSockets are refused."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        started = perf_counter_ns()
        client = scope["client"]
        mock, call, error = self.call(
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"],
            headers=tuple(scope["headers"]),
            client=client[0] if client else "",
            scheme=scope["scheme"],
        )
        unread = False
        if has_body(scope, call.fields):
            try:
                call.body = await self.bodies.read(call.fields, receive)
            except MockError as refusal:
                error, unread = refusal, True
        reply = self.answer(mock, call, error)
        if unread and scope["http_version"] != "2":  # what is left of it is nobody's
            reply = replace(reply, headers=(*reply.headers, (b"connection", b"close")))
        await send(
            {"type": "http.response.start", "status": reply.status, "headers": reply.headers}
        )
        await send({"type": "http.response.body", "body": reply.body})
        self.record(mock, call, reply, started)

    def call(
        self, *, method: str, path: str, query: bytes, headers: Headers, client: str, scheme: str
    ) -> tuple[Mock, Call, MockError | None]:
        """A request's call, without its body, and the mock that it is for.

        The error says that it is for none; the first mock then refuses in its manner.
        """
        snapshot = self.snapshot
        mock = snapshot.find(path)
        error = None
        if mock is None:
            mock, prefix = snapshot.mocks[0], ""
            if (method, path) != ("OPTIONS", "*"):
                error = NoOperation(f"No mock is served at {path}.")
        else:
            prefix = mock.prefix
        fields = dict(headers)
        call = Call(
            method=method,
            path=path[len(prefix) :] or "/",
            query=query,
            headers=headers,
            fields=fields,
            client=client,
            origin=f"{scheme}://{fields.get(b'host', b'').decode('latin-1')}",
            prefix=prefix,
        )
        return mock, call, error

    def answer(self, mock: Mock, call: Call, error: MockError | None = None) -> Reply:
        """The reply of a mock to a call, or to one that could not be read for `error`."""
        engine = mock.engine
        try:
            if error is not None:
                reply = engine.refuse(call, error)
            elif call.method == "OPTIONS":
                reply = self._answer_options(mock, call)
            else:
                reply = engine.handle(call)
        except Exception:  # a contract is a plugin's code
            log.exception(
                "mock %r (%s) failed at %s %s",
                mock.name,
                engine.contract.protocol,
                call.method,
                call.path,
            )
            reply = _INTERNAL
        if self._cors and b"origin" in call.fields and not is_preflight(call):
            return open_to_origin(call, reply)
        return reply

    def record(self, mock: Mock, call: Call, reply: Reply, started: int) -> None:
        """Hand the exchange to the journal, and what is to be sent now to the outbox."""
        if self._recorder is not None:
            latency = (perf_counter_ns() - started) // 1000
            self._recorder.record(mock.index, call, reply, time_ns() // 1000 - latency, latency)
        if reply.outbound and self._outbox is not None:
            self._outbox.submit(reply.outbound, mock.allow_private)

    def _answer_options(self, mock: Mock, call: Call) -> Reply:
        if call.path == "*":
            return _SERVER_OPTIONS
        allowed = mock.engine.contract.allowed(call)
        if self._cors and is_preflight(call):
            return answer_preflight(call, allowed)
        if not allowed or "OPTIONS" in allowed:
            return mock.engine.handle(call)
        allow = ", ".join((*allowed, "OPTIONS")).encode()
        return Reply(
            status=204, headers=((b"allow", allow), (b"content-length", b"0")), body=b"", source=""
        )


_SERVER_OPTIONS = Reply(status=204, headers=((b"content-length", b"0"),), body=b"", source="")
"""To `OPTIONS *`, which asks the server rather than an address (RFC 9110, section 9.3.7)."""

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

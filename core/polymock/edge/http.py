"""The HTTP edge: ASGI to Call, Reply to ASGI, and the exchange to the journal."""

from __future__ import annotations

from time import perf_counter_ns

from msgspec.structs import replace

from polymock.edge.body import BodyReader, Receive, Scope, has_body
from polymock.edge.cors import answer_preflight, is_preflight, open_to_origin
from polymock.edge.responder import MockResponder, fault
from polymock.edge.streaming import Send, StreamSender
from polymock.edge.websocket import Conversations, choose_subprotocol, deny
from polymock.errors import MockError, NoOperation, NotAcceptable
from polymock.snapshot import Mock
from polymock.wires import Conversing
from polymock.world.sessions import HEADER
from polymock_schemas.calls import Call, Headers, Reply


class HttpEdge:
    """An ASGI application over a responder's mocks."""

    def __init__(self, responder: MockResponder, *, max_body: int, cors: bool) -> None:
        self.responder = responder
        self.bodies = BodyReader(max_body)
        self._streams = StreamSender()
        self._conversations = Conversations(responder, max_body)
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or one to open a WebSocket (ASGI 3)."""
        if scope["type"] != "http":
            await self._answer_handshake(scope, receive, send)
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
            screened = self._screened(mock, call) if self.responder.snapshot.screening else None
            if screened is not None:
                (mock, error), unread = screened, True
            else:
                try:
                    call.body = await self.bodies.read(call.fields, receive)
                except MockError as refusal:
                    error, unread = refusal, True
        if self.responder.snapshot.shared and not unread:
            mock = self.choose(mock, call)
        reply = self.answer(mock, call, error)
        if unread and scope["http_version"] != "2":  # what is left of it is nobody's
            reply = replace(reply, headers=(*reply.headers, (b"connection", b"close")))
        if reply.stream is not None:
            flow = self.responder.flow(mock, call, reply, started, begun=True)
            await self._streams.send(flow, receive, send)
            return
        await send(
            {"type": "http.response.start", "status": reply.status, "headers": reply.headers}
        )
        await send({"type": "http.response.body", "body": reply.body})
        self.responder.record(mock, call, reply, started)

    async def hang_up(self, seconds: float) -> None:
        """Close the WebSockets, as the server is about to end, and wait so long for that."""
        await self._conversations.hang_up(seconds)

    def give_up(self) -> None:
        """End what would not end by itself in time, as the server is about to end."""
        self.bodies.give_up()
        self._streams.give_up()
        self._conversations.give_up()

    def call(
        self, *, method: str, path: str, query: bytes, headers: Headers, client: str, scheme: str
    ) -> tuple[Mock, Call, MockError | None]:
        """A request's call, without its body, and the mock that it is for.

        The error says that it is for none; the first mock then refuses in its manner.
        """
        snapshot = self.responder.snapshot
        session = ""
        if path.startswith("/~"):
            session, path, headers = session_in(path, headers)
        mock = snapshot.find(path)
        error = None
        if mock is None:
            mock, prefix = snapshot.mocks[0], ""
            if (method, path) != ("OPTIONS", "*"):
                error = NoOperation(f"No mock is served at {path}.")
        else:
            prefix = mock.prefix
        fields = dict(headers)
        rest = path[len(prefix) :]
        call = Call(
            method=method,
            path=rest or "/",
            query=query,
            headers=headers,
            fields=fields,
            client=client,
            origin=f"{scheme}://{fields.get(b'host', b'').decode('latin-1')}",
            prefix=session + prefix,
            is_bare=not rest,
        )
        return mock, call, error

    def _screened(self, mock: Mock, call: Call) -> tuple[Mock, MockError] | None:
        """Who refuses a call before its body is read, of the mocks at its prefix, and why."""
        for each, contract in self.responder.snapshot.screening:
            if each.prefix == mock.prefix:
                try:
                    contract.screen(call)
                except MockError as error:
                    return each, error
        return None

    def choose(self, mock: Mock, call: Call) -> Mock:
        """Whose call it is where several mocks share the prefix; its body has been read."""
        return self.responder.snapshot.choose(mock, call)

    def answer(self, mock: Mock, call: Call, error: MockError | None = None) -> Reply:
        """The reply of a mock to a call, or to one that could not be read for `error`."""
        if error is None and call.method == "OPTIONS":
            try:
                reply = self._answer_options(mock, call)
            except Exception:  # a contract is a plugin's code
                reply = fault(mock, call)
        else:
            reply = self.responder.answer(mock, call, error)
        if reply.stream is not None:
            reply = _streamed(call, reply)
        if self._cors and b"origin" in call.fields and not is_preflight(call):
            return open_to_origin(call, reply)
        return reply

    async def _answer_handshake(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open a WebSocket where the mock talks over such; else answer as any other request."""
        started = perf_counter_ns()
        client = scope["client"]
        mock, call, error = self.call(
            method="GET",
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"],
            headers=tuple(scope["headers"]),
            client=client[0] if client else "",
            scheme=scope["scheme"].replace("ws", "http"),
        )
        await receive()
        talking = None if error is not None else self._conversing(mock)
        if talking is None:
            mock = self.choose(mock, call)
        else:
            mock, contract = talking
            try:
                subprotocol = choose_subprotocol(scope["subprotocols"], contract.subprotocols)
            except NotAcceptable as refusal:
                error = refusal
            else:
                await self._conversations.hold(mock, contract, call, subprotocol, receive, send)
                return
        reply = replace(self.answer(mock, call, error), stream=None)
        await deny(scope, send, reply)
        self.responder.record(mock, call, reply, started)

    def _conversing(self, mock: Mock) -> tuple[Mock, Conversing] | None:
        """The first that talks over WebSockets, of those that share the mock's prefix."""
        for each in self.responder.snapshot.shared.get(mock.prefix, (mock,)):
            if isinstance(each.contract, Conversing):
                return each, each.contract
        return None

    def _answer_options(self, mock: Mock, call: Call) -> Reply:
        if call.path == "*":
            return _SERVER_OPTIONS
        sharing = self.responder.snapshot.shared.get(mock.prefix, (mock,))
        allowed = tuple(
            dict.fromkeys(name for each in sharing for name in each.contract.allowed(call))
        )
        if self._cors and is_preflight(call):
            return answer_preflight(call, allowed)
        if not allowed or "OPTIONS" in allowed:
            return self.responder.answer(mock, call)
        allow = ", ".join((*allowed, "OPTIONS")).encode()
        return Reply(
            status=204, headers=((b"allow", allow), (b"content-length", b"0")), body=b"", source=""
        )


_SERVER_OPTIONS = Reply(status=204, headers=((b"content-length", b"0"),), body=b"", source="")
"""To `OPTIONS *`, which asks the server rather than an address (RFC 9110, section 9.3.7)."""


def session_in(path: str, headers: Headers) -> tuple[str, str, Headers]:
    """A path that begins with a session's name (`/~NAME/pets`), taken apart: the prefix, the rest,
    and the header fields with the name among them."""
    name, slash, rest = path[2:].partition("/")
    others = tuple(field for field in headers if field[0] != HEADER)
    return f"/~{name}", slash + rest, (*others, (HEADER, name.encode("latin-1")))


def _streamed(call: Call, reply: Reply) -> Reply:
    """A stream's reply as HTTP sends it: its length is not known; HEAD has no body at all."""
    headers = tuple(field for field in reply.headers if field[0] != b"content-length")
    if call.method == "HEAD":
        return replace(reply, headers=headers, body=b"", stream=None)
    return replace(reply, headers=headers)

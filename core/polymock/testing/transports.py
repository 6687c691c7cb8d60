"""httpx without a socket: requests go to the edge, and what it answers comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from time import perf_counter_ns

import httpx

from polymock.edge.flow import ExchangeFlow
from polymock.edge.http import HttpEdge
from polymock.errors import TooLarge
from polymock.testing.server import BackgroundLoop


class EdgeTransport(httpx.BaseTransport):
    """Hands requests to the edge in the same thread; streams run on a loop beside it."""

    def __init__(self, edge: HttpEdge, loop: Callable[[], BackgroundLoop]) -> None:
        self._edge = edge
        self._loop = loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        request.read()
        answer = _answer(self._edge, request)
        if isinstance(answer, httpx.Response):
            return answer
        reply = answer.reply
        body = _FlowBody(answer, self._loop())
        return httpx.Response(reply.status, headers=list(reply.headers), stream=body)


class AsyncEdgeTransport(httpx.AsyncBaseTransport):
    """The same for asyncio."""

    def __init__(self, edge: HttpEdge) -> None:
        self._edge = edge

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        await request.aread()
        answer = _answer(self._edge, request)
        if isinstance(answer, httpx.Response):
            return answer
        reply = answer.reply
        body = _AsyncFlowBody(answer)
        return httpx.Response(reply.status, headers=list(reply.headers), stream=body)


class _FlowBody(httpx.SyncByteStream):
    def __init__(self, flow: ExchangeFlow, loop: BackgroundLoop) -> None:
        self._flow = flow
        self._loop = loop

    def __iter__(self) -> Iterator[bytes]:
        while (chunk := self._loop.run(_next_chunk(self._flow))) is not None:
            yield chunk
        _check(self._flow)

    def close(self) -> None:
        self._loop.run(self._flow.aclose())


class _AsyncFlowBody(httpx.AsyncByteStream):
    def __init__(self, flow: ExchangeFlow) -> None:
        self._flow = flow

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._flow:
            yield chunk
        _check(self._flow)

    async def aclose(self) -> None:
        await self._flow.aclose()


async def _next_chunk(flow: ExchangeFlow) -> bytes | None:
    return await anext(flow, None)


def _check(flow: ExchangeFlow) -> None:
    """Fail as a connection does that is broken off. Raises httpx.RemoteProtocolError."""
    if flow.end.outcome == "fault":
        raise httpx.RemoteProtocolError("The mock failed on the way; the log says where.")


def _answer(edge: HttpEdge, request: httpx.Request) -> httpx.Response | ExchangeFlow:
    """The response to a request that was read whole, or the flow of one that goes on."""
    started = perf_counter_ns()
    path, _, query = request.url.raw_path.partition(b"?")
    mock, call, error = edge.call(
        method=request.method,
        path=path.decode("latin-1"),
        query=query,
        headers=tuple((name.lower(), value) for name, value in request.headers.raw),
        client="127.0.0.1",
        scheme=request.url.scheme,
    )
    try:
        edge.bodies.check(len(request.content))
        call.body = request.content
    except TooLarge as refusal:
        error = refusal
    mock = edge.choose(mock, call)
    reply = edge.answer(mock, call, error)
    if reply.stream is not None:
        return edge.responder.flow(mock, call, reply, started, begun=True)
    edge.responder.record(mock, call, reply, started)
    return httpx.Response(
        reply.status,
        headers=list(reply.headers),
        stream=httpx.ByteStream(b"" if request.method == "HEAD" else reply.body),
    )

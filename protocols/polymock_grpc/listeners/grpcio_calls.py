"""The four kinds of call as grpcio hands them over, answered by the responder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING

import grpc
from grpc import aio

from polymock.wires import Responder, ServedMock
from polymock_grpc.listeners.directory import Served
from polymock_grpc.listeners.translation import build_call, outcome_of, to_metadata
from polymock_schemas.calls import Call, Reply

if TYPE_CHECKING:
    Context = aio.ServicerContext[bytes, bytes]
    Handler = grpc.RpcMethodHandler[bytes, bytes]
    Request = bytes | AsyncIterator[bytes]

COMPRESS_BYTES = 8 * 1024
"""A single answer so large is compressed for clients that can read it."""
LONGEST_SECONDS = 10 * 365 * 86_400.0
"""grpcio says that a client without a deadline waits longer than this."""
CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


class GrpcioCalls:
    """Makes a handler for each method. They take and give messages as bytes."""

    def __init__(self, responder: Responder, origin: str) -> None:
        self._responder = responder
        self._origin = origin

    def handler(self, served: Served) -> Handler:
        """The handler of a method."""
        method = served.method
        if method.server_streaming:
            send = partial(self._send_all, method.path, served.mock)
            if method.client_streaming:
                return grpc.stream_stream_rpc_method_handler(send)
            return grpc.unary_stream_rpc_method_handler(send)
        reply = partial(self._send_one, method.path, served.mock)
        if method.client_streaming:
            return grpc.stream_unary_rpc_method_handler(reply)
        return grpc.unary_unary_rpc_method_handler(reply)

    def refusing_handler(self, path: str, mock: ServedMock) -> Handler:
        """The handler of a method that the mock has not; it fits a call of any kind."""
        return grpc.stream_stream_rpc_method_handler(partial(self._refuse, path, mock))

    async def _send_one(
        self, path: str, mock: ServedMock, request: Request, context: Context
    ) -> bytes:
        """Answer a call whose answer is one message."""
        started = perf_counter_ns()
        call = self._call(path, request, context)
        reply = self._responder.answer(mock, call)
        message = reply.body
        if reply.stream is None:
            self._responder.record(mock, call, reply, started)
        else:
            async with aclosing(self._responder.flow(mock, call, reply, started)) as flow:
                async for chunk in flow:
                    message = chunk
            reply = flow.end
        if len(message) >= COMPRESS_BYTES:
            context.set_compression(grpc.Compression.Gzip)
        await _begin(context, reply)
        await _end(context, reply)
        return message

    async def _send_all(
        self, path: str, mock: ServedMock, request: Request, context: Context
    ) -> None:
        """Answer a call whose answer is a stream."""
        started = perf_counter_ns()
        call = self._call(path, request, context)
        reply = self._responder.answer(mock, call)
        await _begin(context, reply)
        if reply.stream is None:
            self._responder.record(mock, call, reply, started)
            if not reply.status:
                await context.write(reply.body)
        else:
            async with aclosing(self._responder.flow(mock, call, reply, started)) as flow:
                async for message in flow:
                    await context.write(message)
            reply = flow.end
        await _end(context, reply)

    async def _refuse(
        self, path: str, mock: ServedMock, request: AsyncIterator[bytes], context: Context
    ) -> None:
        """Answer without reading any message."""
        started = perf_counter_ns()
        call = self._call(path, b"", context)
        reply = self._responder.answer(mock, call)
        self._responder.record(mock, call, reply, started)
        await _begin(context, reply)
        await _end(context, reply)

    def _call(self, path: str, request: Request, context: Context) -> Call:
        remaining: float | None = context.time_remaining()
        if remaining is not None and remaining > LONGEST_SECONDS:
            remaining = None
        body, messages = (request, None) if isinstance(request, bytes) else (b"", request)
        return build_call(
            path,
            context.invocation_metadata() or (),
            context.peer(),
            remaining,
            self._origin,
            body,
            messages,
        )


async def _begin(context: Context, reply: Reply) -> None:
    """Send the leading metadata, if there is any; else it goes with the first message."""
    metadata = to_metadata(reply.headers) if reply.headers else None
    if metadata:
        await context.send_initial_metadata(metadata)


async def _end(context: Context, reply: Reply) -> None:
    """Say how the call ended; where it failed, no message goes out any more."""
    ending = outcome_of(reply)
    if ending.code:
        await context.abort(CODES[ending.code], ending.message, tuple(ending.metadata))
    elif ending.metadata:
        context.set_trailing_metadata(ending.metadata)

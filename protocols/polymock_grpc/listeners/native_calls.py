"""The calls that the Rust front read, answered by the responder on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import aclosing
from time import perf_counter_ns

from pygrpc_native import EVENT_CALL, STREAM_FULL, STREAM_SENT

from polymock.errors import MockError, TooLarge
from polymock.wires import Flow, Responder
from polymock_grpc.listeners.directory import Directory
from polymock_grpc.listeners.front import CallDetails, Event, Front
from polymock_grpc.listeners.limits import MAX_CALLS
from polymock_grpc.listeners.translation import build_call, outcome_of, to_metadata
from polymock_grpc.model import RESOURCE_EXHAUSTED, UNAVAILABLE
from polymock_schemas.calls import Reply

TURN = 32
"""A stream that need not wait sends so many messages before others have their turn."""
FIRST_PAUSE_SECONDS = 0.001
LAST_PAUSE_SECONDS = 0.05
"""How long to wait, at first and at most, before trying again to send to a slow reader."""


class NativeCalls:
    """Answers unary calls at once, and lets each that goes on run in a task.

    The fronts do not limit the size of a message, so it is done here: `max_message` bytes.
    """

    def __init__(self, responder: Responder, origin: str, max_message: int) -> None:
        self.directory = Directory(())
        self._responder = responder
        self._origin = origin
        self._max_message = max_message
        self._tasks: dict[tuple[Front, int], asyncio.Task[None]] = {}
        """Of the calls that go on, by the front's number for each."""
        self._is_stopping = False

    def take(self, front: Front, events: Sequence[Event]) -> None:
        """Answer a batch of calls, and end those that their callers gave up."""
        for kind, number, method, message, _, details in events:
            if kind == EVENT_CALL and message is not None and details is not None:
                self._answer(front, number, front.paths[method], message, details)
            elif (task := self._tasks.get((front, number))) is not None:
                # Not at once: a task that has not begun would end without ending its flow.
                asyncio.get_running_loop().call_soon(task.cancel)

    async def drain(self, front: Front | None, seconds: float) -> None:
        """Wait so long for the calls that go on, of one front or of all; then end them."""
        tasks = [task for (of, _), task in self._tasks.items() if front in (of, None)]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def refuse_new(self) -> None:
        """Answer no more calls: tell their callers to go elsewhere."""
        self._is_stopping = True

    def _answer(
        self, front: Front, number: int, path: str, message: bytes, details: CallDetails
    ) -> None:
        started = perf_counter_ns()
        mock = self.directory.mock_at(path)
        if self._is_stopping or mock is None:
            front.native.fail(number, UNAVAILABLE, "The server is about to stop.")
            return
        if len(self._tasks) >= MAX_CALLS:
            front.native.fail(number, RESOURCE_EXHAUSTED, "Too many calls go on at once.")
            return
        error: MockError | None = None
        if len(message) > self._max_message:
            error = TooLarge(
                f"The message has {len(message)} bytes; the limit is {self._max_message}."
            )
            message = b""
        metadata, peer, remaining = details
        call = build_call(path, metadata, peer, remaining, self._origin, message)
        reply = self._responder.answer(mock, call, error)
        if reply.stream is None:
            if front.streams_back(path):
                _send_as_stream(front, number, reply)
            else:
                _send(front, number, reply.body, reply, reply)
            self._responder.record(mock, call, reply, started)
            return
        flow = self._responder.flow(mock, call, reply, started)
        send = _send_flow if front.streams_back(path) else _send_last
        self._keep((front, number), send(front, number, flow))

    def _keep(self, key: tuple[Front, int], sending: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(sending)
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))


def _send(front: Front, number: int, message: bytes, begun: Reply, ended: Reply) -> None:
    """End a call whose answer is one message; `begun` has its leading metadata."""
    leading = to_metadata(begun.headers) if begun.headers else None
    if not ended.status and not ended.trailers:
        front.native.respond(number, message, leading)
        return
    ending = outcome_of(ended)
    if ending.code:
        metadata = [*(leading or ()), *ending.metadata]
        front.native.fail(number, ending.code, ending.message, metadata)
    else:
        front.native.respond(number, message, leading, ending.metadata)


def _send_as_stream(front: Front, number: int, reply: Reply) -> None:
    """End a call whose answer might have been a stream, and is one message or none."""
    _begin_stream(front, number, reply)
    if not reply.status:
        front.native.stream_try_send(number, reply.body)
    _end_stream(front, number, reply)


async def _send_last(front: Front, number: int, flow: Flow) -> None:
    message = b""
    async with aclosing(flow):
        async for chunk in flow:
            message = chunk
    _send(front, number, message, flow.reply, flow.end)


async def _send_flow(front: Front, number: int, flow: Flow) -> None:
    """Send each message as the client takes it."""
    async with aclosing(flow):
        _begin_stream(front, number, flow.reply)
        sent = 0
        async for message in flow:
            if not await _send_message(front, number, message):
                return
            sent += 1
            if sent % TURN == 0:
                await asyncio.sleep(0)
    _end_stream(front, number, flow.end)


async def _send_message(front: Front, number: int, message: bytes) -> bool:
    """Send one message of a stream; False where the client has gone.

    The front can wait for the client only in a thread of its own, of which slow readers would soon
    take all there are.
    """
    pause = FIRST_PAUSE_SECONDS
    while (state := front.native.stream_try_send(number, message)) == STREAM_FULL:
        await asyncio.sleep(pause)
        pause = min(2 * pause, LAST_PAUSE_SECONDS)
    return state == STREAM_SENT


def _begin_stream(front: Front, number: int, reply: Reply) -> None:
    """Send the leading metadata, if there is any; else it goes with the first message."""
    leading = to_metadata(reply.headers) if reply.headers else None
    if leading:
        front.native.stream_send_initial_metadata(number, leading)


def _end_stream(front: Front, number: int, reply: Reply) -> None:
    ending = outcome_of(reply)
    if ending.code:
        front.native.fail(number, ending.code, ending.message, ending.metadata)
    else:
        front.native.stream_end(number, ending.metadata)

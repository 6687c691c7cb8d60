"""An exchange that goes on: messages come, chunks go, and at its end it is recorded as one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from time import monotonic

from msgspec.structs import replace

from polymock.errors import Cancelled, DeadlineExceeded, MockError
from polymock.interfaces import Framing
from polymock.snapshot import Mock
from polymock_schemas.calls import Call, Ending, Reply

Record = Callable[[Mock, Call, Reply, int, int | None], None]
"""See `polymock.edge.responder.MockResponder.record`."""

FAULT_STATUS = 500
"""The status, and the protocol's own code, of a stream in which a plugin's code failed."""

log = logging.getLogger("polymock.edge")


class Tally:
    """How many messages went one way, and their bytes in all; keeps the first `limit` bytes."""

    __slots__ = ("_framing", "_headers", "_limit", "count", "head", "size")

    def __init__(self, mock: Mock, call: Call, limit: int) -> None:
        self.count = 0
        self.size = 0
        self.head = bytearray()
        self._limit = limit
        self._framing = mock.contract if isinstance(mock.contract, Framing) else None
        self._headers = call.headers

    def add(self, message: bytes) -> None:
        """Take one message."""
        self.count += 1
        self.keep(message if self._framing is None else self._framing.frame(self._headers, message))

    def keep(self, data: bytes) -> None:
        """Take bytes that are no message."""
        self.size += len(data)
        room = self._limit - len(self.head)
        if room > 0:
            self.head += data[:room]


class ReceivedMessages:
    """A client's messages, counted as the contract takes them."""

    def __init__(self, messages: AsyncIterator[bytes], tally: Tally) -> None:
        self._messages = messages
        self.tally = tally

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        message = await anext(self._messages)
        self.tally.add(message)
        return message


class ExchangeFlow:
    """Implements `polymock.wires.Flow`.

    One task iterates; any may end it. `started` is of `time.perf_counter_ns()`, and `kept_bytes`
    is how much of each direction is kept to be recorded. `record` is called once: when the last
    chunk was asked for and there is none, or when the flow is ended before. With `begun` the
    reply's status is on the wire already, and what ends the stream cannot change it.
    """

    def __init__(
        self,
        mock: Mock,
        call: Call,
        reply: Reply,
        started: int,
        record: Record,
        *,
        kept_bytes: int,
        begun: bool,
    ) -> None:
        self.reply = reply
        self._mock = mock
        self._call = call
        self._started = started
        self._record = record
        self._begun = begun
        self._end: Reply | None = None
        self._body = reply.body
        self._stream = reply.stream
        self._is_waiting = False
        self._sent = None if reply.stream is None else Tally(mock, call, kept_bytes)

    @property
    def ended(self) -> bool:
        """Whether it is over, and recorded."""
        return self._end is not None

    @property
    def end(self) -> Reply:
        """How it ended; how it began where it goes on."""
        return self.reply if self._end is None else self._end

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._next() if self._end is None else None
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        """End it early: the client has gone. A task that waits for a chunk has to be cancelled."""
        self._abandon()
        await self._release()

    def stop(self) -> None:
        """Record it as it is, for the server is about to end; `aclose` has to follow."""
        self._finish(self.reply)

    async def _next(self) -> bytes | None:
        """What is to be sent next; None once it is over, which ends the flow."""
        self._is_waiting = True
        try:
            chunk = await self._awaited()
            if chunk is not None and self._end is None:
                self._count(chunk)
        except MockError as error:
            return self._refuse(error)
        except asyncio.CancelledError:
            self._abandon()
            raise
        except Exception:  # the stream is a plugin's code
            self._fail()
            return None
        finally:
            self._is_waiting = False
            if self._end is not None:
                await self._release()
        if chunk is None:
            self._finish(self.reply)
        return chunk if self._end is None else None

    async def _awaited(self) -> bytes | None:
        """The next chunk, or None. Raises what the stream raises, and DeadlineExceeded."""
        if self._body:
            body, self._body = self._body, b""
            return body
        stream, deadline = self._stream, self._call.deadline
        if stream is None:
            return None
        if deadline is None:
            return await anext(stream, None)
        seconds = deadline - monotonic()
        if seconds > 0:
            timeout = asyncio.timeout(seconds)
            try:
                async with timeout:
                    return await anext(stream, None)
            except TimeoutError:
                if not timeout.expired():
                    raise
        raise DeadlineExceeded("The caller's deadline passed before the answer was whole.")

    def _count(self, chunk: bytes) -> None:
        if self._sent is None:
            return
        if isinstance(chunk, Ending):
            self._sent.keep(chunk)
        else:
            self._sent.add(chunk)

    def _abandon(self) -> None:
        """End because the client has gone, with the code that the protocol has for that.

        Where it has none, a client that has seen enough does nothing wrong.
        """
        reply = self.reply
        if self._end is not None:
            return
        if reply.code is None:
            self._finish(reply)
            return
        code: int | None = reply.code
        try:
            code = self._mock.engine.refuse(self._call, Cancelled("The caller gave up.")).code
        except Exception:  # a contract is a plugin's code
            log.exception("mock %r failed to refuse a cancelled call", self._mock.name)
        self._finish(replace(reply, outcome="client_error", code=code))

    def _refuse(self, error: MockError) -> bytes | None:
        """End with the contract's refusal; its body is the last chunk."""
        reply = self.reply
        try:
            refusal = self._mock.engine.refuse(self._call, error)
        except Exception:  # a contract is a plugin's code
            self._fail()
            return None
        if self._sent is not None:
            self._sent.keep(refusal.body)
        self._finish(
            replace(
                refusal,
                status=reply.status if self._begun else refusal.status,
                headers=reply.headers,
                source="refusal",
                operation=reply.operation,
                principal=reply.principal,
                stub=reply.stub,
                scenario=reply.scenario,
                violations=error.violations,
                outbound=reply.outbound,
                request_messages=reply.request_messages,
            )
        )
        return refusal.body or None

    def _fail(self) -> None:
        """End because the plugin's code has just raised what it should not."""
        log.exception(
            "mock %r (%s) failed in the stream of %s",
            self._mock.name,
            self._mock.contract.protocol,
            self.reply.operation,
        )
        reply = self.reply
        self._finish(
            replace(
                reply,
                status=reply.status if self._begun else FAULT_STATUS,
                code=None if reply.code is None else FAULT_STATUS,
                source="refusal",
                outcome="fault",
            )
        )

    def _finish(self, end: Reply) -> None:
        """Record how it ended, unless it has ended before."""
        if self._end is not None:
            return
        self._end = end
        response_bytes = None
        if self._sent is not None:
            response_bytes = self._sent.size
            end = replace(
                end,
                body=bytes(self._sent.head),
                response_messages=self._sent.count,
                stream=None,
                stable=False,
            )
        self._record(self._mock, self._call, end, self._started, response_bytes)

    async def _release(self) -> None:
        """Close the stream; while it is waited for, whoever waits will."""
        if self._is_waiting:
            return
        stream, self._stream = self._stream, None
        aclose = getattr(stream, "aclose", None)
        if aclose is not None:
            try:
                await aclose()
            except Exception:  # the stream is a plugin's code
                log.exception("mock %r failed to end its answer", self._mock.name)


def hear(mock: Mock, call: Call, limit: int) -> None:
    """Count the messages that the call streams, and keep the first `limit` bytes of them."""
    if call.messages is not None and not isinstance(call.messages, ReceivedMessages):
        call.messages = ReceivedMessages(call.messages, Tally(mock, call, limit))


def heard(call: Call, reply: Reply) -> tuple[Call, Reply, int | None]:
    """Call and reply to be recorded: of what the call streams, that which was taken so far.

    The number is how many bytes that is, None where the call streams nothing.
    """
    messages = call.messages
    if not isinstance(messages, ReceivedMessages):
        return call, reply, None
    tally = messages.tally
    return (
        replace(call, messages=None, body=bytes(tally.head)),
        replace(reply, request_messages=tally.count, stable=False),
        tally.size,
    )

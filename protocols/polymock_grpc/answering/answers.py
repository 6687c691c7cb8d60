"""Answers of a contract: messages for readings, one or a stream of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

from protobuf import DescField, DescMessage, Message

from polymock.config.units import parse_duration
from polymock.errors import MockError
from polymock.interfaces import Answer
from polymock_grpc.answering.bases import Bases
from polymock_grpc.answering.plans import Answerer, plan_method
from polymock_grpc.answering.samples import Samples
from polymock_grpc.answering.validation import Validation
from polymock_grpc.answering.wishes import asked_status, realistic
from polymock_grpc.fields import is_integer
from polymock_grpc.model import GrpcReading, Method
from polymock_grpc.settings import GrpcSettings
from polymock_grpc.spec.document import ProtoDocument
from polymock_grpc.spec.types import Types

MAX_STREAM = 100_000
"""Messages of one stream, whatever the request asks for."""
_WISHED = ("count", "limit", "num_messages", "message_count", "max_messages", "size", "n")
"""Fields of a request that say how many messages a stream shall have."""
_PAUSE = 64
"""After so many messages without a wait, others get their turn."""


class Answers:
    """Answers the readings of one contract; each method is planned on its first call."""

    def __init__(self, document: ProtoDocument, settings: GrpcSettings, seed: int) -> None:
        self.registry = document.registry
        self.settings = settings
        self._interval = parse_duration(settings.streams.interval)
        self.types = Types(document.registry)
        self.validation = Validation(self.types, document.registry)
        self.samples = Samples(self.types, document.registry, seed)
        self.bases = Bases(self.samples, self.validation, document.registry)
        self._plans: dict[str, Answerer] = {}

    def check(self, reading: GrpcReading) -> None:
        """Raises Invalid where a message breaks its rules, AskedStatus where that is asked for."""
        wished = asked_status(reading.call)
        if wished is not None:
            raise realistic(wished, reading, self.types)
        for message in reading.messages:
            self.check_message(reading.method, message)

    def sample(self, reading: GrpcReading) -> Answer:
        """A message, or an iterator of messages where the method streams them or has to wait.

        Raises Invalid, NoAnswer; so does the iterator.
        """
        method = reading.method
        answer = self.plan(method)
        if method.server_streaming and method.client_streaming:
            return Answer(self._converse(reading, answer), "sample", stable=False)
        if method.server_streaming:
            return Answer(self._stream(reading.messages[0], answer), "sample", stable=False)
        if reading.call.messages is not None:
            return Answer(self._collect(reading, answer), "sample", stable=False)
        if method.client_streaming:
            return Answer(summary(method, answer, reading.messages), "sample")
        return Answer(answer(reading.messages[0], 0), "sample")

    def diagnose(self, method: Method) -> str:
        """What is wrong with a method's answers; "" where nothing is."""
        for kind in (method.descriptor.input, method.descriptor.output):
            try:
                message = self.bases.message(kind, 0, named=False)
            except MockError as error:
                return error.detail.rstrip(".")
            wrong = self.validation.diagnose(message)
            if wrong:
                return f"{kind.type_name}: {wrong}"
        return ""

    def check_message(self, method: Method, message: Message) -> None:
        """Raises Invalid where a message breaks its rules."""
        self.validation.check_whole(message)
        if self.settings.validate:
            self.validation.check(message, method)

    def plan(self, method: Method) -> Answerer:
        """What answers one request of a method by a sample."""
        known = self._plans.get(method.name)
        if known is None:
            known = self._plans[method.name] = plan_method(
                method,
                self.types,
                self.bases,
                self.samples,
                self.registry,
                self.settings.total,
            )
        return known

    async def _stream(self, request: Message, answer: Answerer) -> AsyncIterator[Message]:
        """As many answers to one request as it asks for, or as the settings say."""
        async for message in self.paced(answer(request, n) for n in range(self.count(request))):
            yield message

    async def paced(self, messages: Iterable[Message]) -> AsyncIterator[Message]:
        """Messages with the time between them that the settings say."""
        for index, message in enumerate(messages):
            if index and (self._interval or index % _PAUSE == 0):
                await asyncio.sleep(self._interval)
            yield message

    async def _converse(self, reading: GrpcReading, answer: Answerer) -> AsyncIterator[Message]:
        """An answer to each message, as it comes."""
        index = 0
        async for message in self.received(reading):
            yield answer(message, index)
            index += 1
            if reading.call.messages is None and index % _PAUSE == 0:
                await asyncio.sleep(0)

    async def _collect(self, reading: GrpcReading, answer: Answerer) -> AsyncIterator[Message]:
        """One answer to all that the client sends, once it is done."""
        first = last = None
        count = 0
        async for message in self.received(reading):
            first, last, count = first or message, message, count + 1
        said = [message for message in (first, last) if message is not None]
        yield summary(reading.method, answer, said, count)

    async def received(self, reading: GrpcReading) -> AsyncIterator[Message]:
        """The messages of a client's stream, each checked as it comes. Raises Invalid."""
        for message in reading.messages:
            yield message
        if reading.call.messages is not None:
            async for data in reading.call.messages:
                message = reading.wire.decode_one(reading.method, data)
                self.check_message(reading.method, message)
                yield message

    def count(self, request: Message) -> int:
        """How many messages a stream has that answers a request."""
        for field in type(request).desc().fields:
            if field.name in _WISHED and is_integer(field) and request[field] > 0:
                return min(int(request[field]), MAX_STREAM)
        return self.settings.streams.count


def summary(
    method: Method, answer: Answerer, messages: Sequence[Message], count: int | None = None
) -> Message:
    """The answer to a client's stream: about its last message, and telling how many there were."""
    made = answer(messages[-1] if messages else method.input(), 0)
    field = _count_field(method.descriptor.output)
    if field is not None:
        made[field] = len(messages) if count is None else count
    return made


def _count_field(output: DescMessage) -> DescField | None:
    """The first field that says how many of something there are."""
    for field in output.fields:
        named = field.name in ("count", "total", "received") or field.name.endswith("_count")
        if named and is_integer(field):
            return field
    return None

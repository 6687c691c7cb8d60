"""The world's answers to calls: each bound method has an act, which is looked up once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import cached_property
from typing import Protocol

from protobuf import Message, Registry

from polymock.interfaces import Answer
from polymock.world.entities import Binding, Inference
from polymock.world.transitions import State
from polymock.world.writing import Writer
from polymock_grpc.answering.answers import Answers, summary
from polymock_grpc.answering.pages import MAX_SIZE
from polymock_grpc.fields import list_element
from polymock_grpc.model import GrpcReading, Method
from polymock_grpc.world.batches import Batch
from polymock_grpc.world.creating import Create
from polymock_grpc.world.deleting import Delete
from polymock_grpc.world.documents import Documents
from polymock_grpc.world.inferring import Inferring, inner_request, read_name
from polymock_grpc.world.kinds import Kind, Kinds
from polymock_grpc.world.lists import Listing
from polymock_grpc.world.messages import Messages
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.reads import BatchGet, Get
from polymock_grpc.world.requests import Request
from polymock_grpc.world.transitions import Transition
from polymock_grpc.world.updating import Update
from polymock_schemas.calls import Source

_PAUSE = 64


class Act(Protocol):
    """What one method does with one request."""

    def act(self, world: Writer, request: Message) -> Told | None:
        """What the call gets; None where a sample will do. Raises what refuses it."""
        ...


class Recalling:
    """The world as one contract reads and writes it."""

    def __init__(self, methods: Sequence[Method], registry: Registry, answers: Answers) -> None:
        self._methods = methods
        self._registry = registry
        self._answers = answers
        self._known: dict[str, tuple[Binding, Act | None]] = {}

    @cached_property
    def inference(self) -> Inference:
        """The contract's kinds, and what its methods do with them."""
        infers = Inferring(self._kinds, self._answers.types, self._registry)
        return Inference(self._kinds.entities, tuple(infers.bindings(self._methods)))

    def recall(self, reading: GrpcReading, world: Writer) -> Answer | None:
        """The world's answer; None where a sample will do. Raises what refuses the call."""
        method = reading.method
        binding = world.domain.bindings.get(method.name)
        if binding is None:
            return None
        act = self._act(method, binding)
        if act is None:
            return None
        if method.client_streaming:
            return self._conversation(reading, world, act)
        told = act.act(world, reading.messages[0])
        if told is None:
            return None
        source: Source = "world" if told.is_written or told.writes else "sample"
        if method.server_streaming:
            messages = told.messages if told.watched is None else told.watched
            return Answer(self._answers.paced(messages), source, stable=False)
        return Answer(told.messages[0], source, stable=not told.writes)

    @cached_property
    def _kinds(self) -> Kinds:
        answers = self._answers
        return Kinds(self._registry, answers.types, self._methods, answers.bases, answers.samples)

    @cached_property
    def _parts(self) -> Parts:
        documents = Documents(self._registry)
        messages = Messages(self._kinds, self._answers.bases, documents, self._registry)
        return Parts(self._answers, self._kinds, documents, messages, self._registry)

    def _act(self, method: Method, binding: Binding) -> Act | None:
        """What a method does, as the config has bound it; looked up once."""
        known = self._known.get(method.name)
        if known is None or known[0] is not binding:
            kind = self._kinds.by_name.get(binding.kind)
            act = None if kind is None else make_act(method, binding, kind, self._parts)
            known = self._known[method.name] = (binding, act)
        return known[1]

    def _conversation(self, reading: GrpcReading, world: Writer, act: Act) -> Answer:
        """A client's stream: an answer to each message, or one to all of them."""
        method = reading.method
        if method.server_streaming:
            return Answer(self._converse(reading, world, act), "world", stable=False)
        if reading.call.messages is not None:
            return Answer(self._collect(reading, world, act), "world", stable=False)
        whole = Whole(method)
        for message in reading.messages:
            whole.add(self._told(reading, world, act, message))
        return Answer(self._summary(method, whole), "world", stable=False)

    async def _converse(
        self, reading: GrpcReading, world: Writer, act: Act
    ) -> AsyncIterator[Message]:
        count = 0
        async for message in self._answers.received(reading):
            count += 1
            if count % _PAUSE == 0:
                await asyncio.sleep(0)
            for each in self._told(reading, world, act, message).messages:
                yield each

    async def _collect(
        self, reading: GrpcReading, world: Writer, act: Act
    ) -> AsyncIterator[Message]:
        whole = Whole(reading.method)
        async for message in self._answers.received(reading):
            whole.add(self._told(reading, world, act, message))
        yield self._summary(reading.method, whole)

    def _told(self, reading: GrpcReading, world: Writer, act: Act, message: Message) -> Told:
        told = act.act(world, message)
        if told is not None:
            return told
        return Told((self._answers.plan(reading.method)(message, 0),))

    def _summary(self, method: Method, whole: Whole) -> Message:
        """One answer to a client's stream: how many there were, and what became of them."""
        answer = whole.answer
        if answer is None:
            return summary(method, self._answers.plan(method), (), 0)
        return summary(method, lambda *_: answer, (), whole.count)


class Whole:
    """What became of the messages of a client's stream: the last answer, and what all list."""

    def __init__(self, method: Method) -> None:
        element = method.descriptor.input
        fields = method.descriptor.output.fields
        self._items = next((f for f in fields if list_element(f) is element), None)
        self._listed: list[Message] = []
        self._last: Message | None = None
        self.count = 0

    def add(self, told: Told) -> None:
        """Count one."""
        self.count += 1
        self._last = told.messages[-1]
        if self._items is not None and len(self._listed) < MAX_SIZE:
            self._listed.extend(told.resources)

    @property
    def answer(self) -> Message | None:
        """The answer to all of them; None where there were none."""
        if self._last is not None and self._items is not None and self._listed:
            self._last[self._items] = self._listed
        return self._last


def make_act(method: Method, binding: Binding, kind: Kind, parts: Parts) -> Act | None:
    """What a method does with entities of a kind in a role; None where its messages do not fit."""
    descriptor, role = method.descriptor, binding.role
    request = Request(descriptor.input, kind, parts.kinds)
    batch = read_name(descriptor.name).batch
    is_batch = batch and (request.keys is not None or inner_request(descriptor.input, kind))
    output = parts.output(method, kind)
    if role in ("get", "list"):
        if output.items is not None and request.keys is not None and (role == "get" or is_batch):
            return BatchGet(method, kind, parts)
        if role == "list" and (output.items is not None or output.is_resource):
            return Listing(method, kind, parts)
        return Get(method, kind, parts) if request.key is not None else None
    if role == "update" and isinstance(binding.notes, State):
        return Transition(method, kind, parts, binding.notes)
    if is_batch:
        return Batch(method, kind, parts, role)
    if role == "create":
        return Create(method, kind, parts)
    if role in ("update", "replace"):
        return Update(method, kind, parts, role)
    return Delete(method, kind, parts) if request.key is not None else None

"""Answers around resources: what a method returns that made, found or changed one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from protobuf import DescField, DescMessage, Message, Registry

from polymock_grpc.answering.operations import promise_of
from polymock_grpc.answering.pages import items_field
from polymock_grpc.answering.plans import Answerer
from polymock_grpc.fields import list_element, message_in
from polymock_grpc.model import TYPE_PREFIX, Method
from polymock_grpc.spec.options import Options
from polymock_grpc.world.kinds import Kind, Kinds
from polymock_grpc.world.requests import Request


class Told(msgspec.Struct, frozen=True):
    """What a call gets: one message, or those of a stream. `is_written`: somebody wrote what it
    tells of; `writes`: the call did. `resources` are those that it made. `watched` are the messages
    of a stream that goes on, each made when its time comes."""

    messages: Sequence[Message]
    is_written: bool = False
    writes: bool = False
    resources: Sequence[Message] = ()
    watched: Iterator[Message] | None = None


class Output:
    """The answer of one method, about a kind."""

    def __init__(
        self,
        method: Method,
        kind: Kind,
        kinds: Kinds,
        sample: Answerer,
        registry: Registry,
        options: Options,
    ) -> None:
        output = method.descriptor.output
        self._sample = sample
        self.is_resource = output.type_name == kind.type.type_name
        self.items = _items(output, kind)
        self._promise = promise_of(method.descriptor, registry, options)
        response = None if self._promise is None else self._promise.response
        self._promises = response is not None and response.type_name == kind.type.type_name
        self._field = next(
            (f for f in output.fields if list_element(f) is None and message_in(f) is kind.type),
            None,
        )
        tells = not (self.is_resource or self._field is not None or self._promise is not None)
        self._key = Request(output, kind, kinds).key if tells else None

    def of(self, request: Message, resource: Message | None, key: Any = None) -> Message:
        """The answer to a request that tells of a resource. Raises NoAnswer."""
        if self.is_resource and resource is not None:
            return resource
        answer = self._sample(request, 0)
        if resource is None:
            return answer
        if self._field is not None:
            answer[self._field] = resource
        elif self._promises:
            _fulfil(answer, resource)
        elif self._key is not None and key:
            answer[self._key] = key
        return answer

    def of_many(self, request: Message, resources: Sequence[Message]) -> Message:
        """The answer that lists resources. Raises NoAnswer."""
        answer = self._sample(request, 0)
        if self.items is not None:
            answer[self.items] = list(resources)
        return answer


def _items(output: DescMessage, kind: Kind) -> DescField | None:
    first = items_field(output)
    if list_element(first) is kind.type:
        return first
    return next((field for field in output.fields if list_element(field) is kind.type), None)


def _fulfil(operation: Message, resource: Message) -> None:
    """Put a resource into an Operation that is done, as its response."""
    field = next(f for f in operation.desc().fields if f.name == "response")
    packed = message_in(field)
    assert packed is not None
    url = TYPE_PREFIX + resource.desc().type_name
    operation[field] = packed.type(type_url=url, value=resource.to_binary())

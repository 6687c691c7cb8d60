"""How one method answers: everything that can be looked up before a call is looked up here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from protobuf import (
    DescField,
    DescMessage,
    Message,
    Registry,
    message_from_json_value,
    message_to_json_value,
)

from polymock.errors import NoAnswer, Unsatisfiable
from polymock.samples.seeds import salt
from polymock_grpc.answering.bases import Bases
from polymock_grpc.answering.echo import PAGING, Copy, Echo, copies_into
from polymock_grpc.answering.identity import variant_at, variant_of
from polymock_grpc.answering.keys import ListKeys
from polymock_grpc.answering.operations import Promise, promise_of
from polymock_grpc.answering.pages import MAX_SIZE, Page, Paging, items_field
from polymock_grpc.answering.samples import Samples
from polymock_grpc.fields import list_element
from polymock_grpc.model import Method
from polymock_grpc.spec.resources import nth_name
from polymock_grpc.spec.scalars import BOUNDS
from polymock_grpc.spec.types import Types, snake_case

Answerer = Callable[[Message, int], Message]
"""A request, and the place of its answer in a stream (0 for the first), to that answer."""


class SinglePlan:
    """Answers about one thing: the answer itself, or a field of it."""

    def __init__(
        self, request: DescMessage, output: DescMessage, types: Types, bases: Bases, name: str
    ) -> None:
        self._output = output
        self._bases = bases
        self._echo = Echo(request, output, types, name)
        self._subject = self._echo.subject
        self._items = items_field(output)
        self._item_copies: Sequence[Copy] = ()
        element = list_element(self._items)
        if isinstance(element, DescMessage):
            self._item_copies = copies_into(request, element, types.shape(element).key)

    def answer(self, request: Message, index: int) -> Message:
        """The sample of the request's resource, or else one of the request. Raises NoAnswer."""
        key = self._echo.key(request)
        variant = variant_of(request.to_binary() if key is None else key)
        variant, named = variant_at(variant, index), key is not None
        subject = self._subject
        if subject.field is None or subject.key is None:
            answer = self._bases.message(self._output, variant, named=named)
        else:
            answer = self._bases.wrapped(
                self._output, subject.field, subject.type, variant, named=named
            )
        self._echo.apply(request, answer, key)
        if self._item_copies and self._items is not None:
            for item in answer[self._items]:
                for copy in self._item_copies:
                    copy.apply(request, item)
        return answer


class ListPlan:
    """Answers with the items of a page, or with those that the request names."""

    def __init__(
        self,
        request: DescMessage,
        output: DescMessage,
        types: Types,
        bases: Bases,
        samples: Samples,
        paging: Paging,
        items: DescField,
    ) -> None:
        self._output = output
        self._bases = bases
        self._samples = samples
        self._paging = paging
        self._items = items
        self._single = SinglePlan(request, output, types, bases, "")
        element = list_element(items)
        self._item = element if isinstance(element, DescMessage) else None
        self._key = None if self._item is None else types.shape(self._item).key
        self._item_keys = None if self._item is None else ListKeys(samples, self._item)
        self._copies = () if self._item is None else copies_into(request, self._item, self._key)
        self._filters = [field for field in request.fields if field.name not in PAGING]
        self._parent = next((f for f in request.fields if f.name == "parent"), None)
        self._keys = None if paging.applies else self._keys_field(request)

    @property
    def applies(self) -> bool:
        """Whether the method has pages, or is asked for the things of several keys."""
        return self._paging.applies or self._keys is not None

    def answer(self, request: Message, index: int) -> Message:
        """The page that is asked for, or the things that are. Raises Invalid, NoAnswer."""
        answer = self._single.answer(request, index)
        if self._keys is not None:
            asked = request[self._keys][:MAX_SIZE]
            answer[self._items] = [self._named(request, key) for key in asked]
            return answer
        page = self._paging.read(request)
        answer[self._items] = self._page(request, page)
        self._paging.write(answer, page)
        return answer

    def _page(self, request: Message, page: Page) -> list[Any]:
        said = f"{salt(repr([request[field] for field in self._filters])):x}"
        return [
            self._nth(request, number, said)
            for number in range(page.start, page.start + page.count)
        ]

    def _nth(self, request: Message, number: int, said: str) -> Any:
        """An item by its number among all of those that the request's filters leave."""
        variant = variant_of(f"{said}/{number}")
        if self._item is None:
            return self._samples.element(self._output, self._items, variant)
        key = self._nth_key(request, number, said)
        if key is not None:
            return self._named(request, key)
        item = self._bases.message(self._item, variant, named=False)
        for copy in self._copies:
            copy.apply(request, item)
        return item

    def _nth_key(self, request: Message, number: int, said: str) -> Any:
        """What tells an item from all others of the list; None where nothing does."""
        if self._key is None or self._item_keys is None:
            return None
        if getattr(self._key.field.value, "scalar", None) in BOUNDS:
            return number + 1
        parent = "" if self._parent is None else str(request[self._parent])
        name = nth_name(self._key.template, parent, number)
        try:
            return name or self._item_keys.key(said, number)
        except Unsatisfiable as error:
            raise NoAnswer(f"No key can be made: {error}.", asked=False) from error

    def _named(self, request: Message, key: Any) -> Message:
        """The thing of a key."""
        assert self._item is not None
        assert self._key is not None
        item = self._bases.message(self._item, variant_of(key), named=True)
        for copy in self._copies:
            copy.apply(request, item)
        item[self._key.field] = key
        return item

    def _keys_field(self, request: DescMessage) -> DescField | None:
        """The list of keys in a request for several things (AIP-231): `names`, `pet_ids`."""
        if self._key is None or self._item is None:
            return None
        key = self._key.field
        names = {f"{key.name}s", f"{snake_case(self._item.name)}_{key.name}s"}
        for field in request.fields:
            if field.name in names and list_element(field) == getattr(key.value, "scalar", None):
                return field
        return None


class OperationPlan:
    """Answers with a long-running operation that is done."""

    def __init__(self, method: Method, promise: Promise, types: Types, bases: Bases) -> None:
        self._method = method
        self._promise = promise
        self._bases = bases
        request, name = method.descriptor.input, method.descriptor.name
        self._response = (
            None
            if promise.response is None
            else SinglePlan(request, promise.response, types, bases, name)
        )

    def answer(self, request: Message, index: int, registry: Registry) -> Message:
        """The operation, with the response that the method promises. Raises NoAnswer."""
        variant = variant_at(variant_of(request.to_binary()), index)
        response = metadata = None
        if self._response is not None:
            response = as_record(self._response.answer(request, index), registry)
        if self._promise.metadata is not None:
            told = self._bases.message(self._promise.metadata, variant, named=False)
            metadata = as_record(told, registry)
        name = f"{snake_case(self._method.descriptor.name).replace('_', '-')}-{variant}"
        value = self._promise.operation(name, response, metadata)
        return message_from_json_value(self._method.output, value, registry=registry)


def as_record(message: Message, registry: Registry) -> dict[str, Any]:
    """A message as the members of an Any in ProtoJSON."""
    value = message_to_json_value(message, registry=registry)
    return value if isinstance(value, dict) else {"value": value}


def plan_method(
    method: Method, types: Types, bases: Bases, samples: Samples, registry: Registry, total: int
) -> Answerer:
    """What answers one method, one request at a time."""
    request, output = method.descriptor.input, method.descriptor.output
    promise = promise_of(method.descriptor, registry, types.options)
    if promise is not None and (promise.response or promise.metadata):
        operation = OperationPlan(method, promise, types, bases)
        return lambda asked, index: operation.answer(asked, index, registry)
    paging = Paging(request, output, total)
    if paging.items is not None:
        listed = ListPlan(request, output, types, bases, samples, paging, paging.items)
        if listed.applies:
            return listed.answer
    return SinglePlan(request, output, types, bases, method.descriptor.name).answer

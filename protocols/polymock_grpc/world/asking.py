"""What requests for lists ask for: conditions, parents, filters and orders (AIP-132, 159, 160)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protobuf import (
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    Message,
    ScalarType,
)

from polymock.errors import Invalid
from polymock.world.collections import Collection
from polymock.world.keys import key_text
from polymock.world.names import fold, reference_stem
from polymock.world.queries import Of, Order, Query, Where, condition, read_order
from polymock.world.view import Entity
from polymock.world.writing import Writer
from polymock_grpc.answering.echo import PAGING
from polymock_grpc.fields import TIMESTAMP, is_integer
from polymock_grpc.model import Method
from polymock_grpc.world.filters import Test, read_filter
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import (
    ANY,
    find,
    has_parents,
    name_of,
    not_found,
    parents_of,
)
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.requests import Request, is_key_like
from polymock_schemas.calls import Violation

_FILTERS = ("filter",)
_ORDERS = ("order_by", "sort_by", "sort", "orderby")
_DIRECTIONS = ("sort_order", "sort_direction", "order_direction", "direction")
_TEXTS = ("query", "q", "search", "search_query", "search_term", "keyword", "term", "text")
_OFFSETS = ("skip", "offset")
_LIMITS = ("limit", "per_page", "max_items", "count")
_NUMBERS = ("page", "page_number")
_WRAPPED = "google.protobuf."
_PLAIN = (
    TIMESTAMP,
    *(f"{_WRAPPED}{name}Value" for name in ("String", "Int32", "Int64", "UInt32", "UInt64")),
    *(f"{_WRAPPED}{name}Value" for name in ("Bool", "Double", "Float")),
)
"""Messages that are one plain value."""


class Asking:
    """The fields of one method's requests that say which entities a list holds, and in which order.

    `owners` are ids that may mean no entity; `offset`, `limit` and `number` are about pages.
    """

    def __init__(self, method: Method, kind: Kind, parts: Parts, request: Request) -> None:
        self._kind = kind
        self._documents = parts.documents
        self._kinds = parts.kinds
        self._request = request
        fields: dict[str, DescField] = {f.name: f for f in method.descriptor.input.fields}
        self.fields = fields
        self._filter = _text_field(fields, _FILTERS)
        self._order = _text_field(fields, _ORDERS)
        self._direction = next((fields[n] for n in _DIRECTIONS if n in fields), None)
        self._text = _text_field(fields, _TEXTS)
        self.offset = _number_field(fields, _OFFSETS)
        self.limit = None if method.server_streaming else _number_field(fields, _LIMITS)
        self.number = _number_field(fields, _NUMBERS)
        about = [self._filter, self._order, self._direction, self._text, self.offset]
        about += [self.limit, self.number, request.parent]
        taken = {field.name for field in about if field is not None}
        self._conditions = [
            field
            for name, field in fields.items()
            if name not in taken and name not in PAGING and _can_be_condition(field)
        ]
        self.owners = [
            field
            for field in self._conditions
            if is_key_like(field) and reference_stem(field.name) and field is not request.key
        ]

    def query(self, world: Writer, request: Message, collection: Collection, shown: int) -> Query:
        """What a request asks for; all of it, whichever page. Raises Invalid, NotFound."""
        where, of = self._below(world, request, collection)
        for field in self._conditions:
            if request[field]:
                self._of_field(world, field, request[field], collection, where, of)
        return Query(
            where=tuple(where),
            order=self._sorting(request, collection),
            of=tuple(of),
            text="" if self._text is None else request[self._text],
            shown=shown,
            keeps=self._keeping(world, request, collection),
        )

    def _of_field(
        self,
        world: Writer,
        field: DescField,
        value: Any,
        collection: Collection,
        where: list[Where],
        of: list[Of],
    ) -> None:
        """The condition that a field of its own is: `customer_id`, `status`, `max_price`."""
        reference = collection.reference(fold(field.json_name))
        told = self._documents.value(field, value)
        if reference is not None and not isinstance(told, list):
            target = self._kinds.named_by(field)
            place = None if target is None else find(world, target, key_text(told))
            of.append(Of(reference.name, key_text(told) if place is None else place.key))
            return
        found = condition(field.name, told, collection.names)
        if found is not None and found.path != (fold(collection.key),):
            where.append(found)

    def _below(
        self, world: Writer, request: Message, collection: Collection
    ) -> tuple[list[Where], list[Of]]:
        """What a parent asks for: one that is an entity is referred to, others are properties.

        Raises NotFound where the parent is an entity, and not there.
        """
        kind, parent = self._kind, self.parent(request)
        if kind.pattern is None or not parent or not kind.parents:
            return [], []
        told = parents_of(world, kind, kind.pattern.below(parent, ANY))
        if not told:  # no name of the pattern: an id alone
            told = {kind.parents[-1]: parent}
        if kind.parent is not None and ANY in parent.split("/"):
            return [], []
        if kind.parent is not None and not has_parents(world, kind, told):
            raise not_found(kind.parent, parent)
        where: list[Where] = []
        of: list[Of] = []
        for name, value in told.items():
            reference = collection.reference(fold(name))
            if value == ANY:
                continue
            if reference is None:
                where.append(Where((fold(name),), value))
            else:
                of.append(Of(reference.name, key_text(value)))
        return where, of

    def parent(self, request: Message) -> str:
        """The name of the parent that a request names; "" for none."""
        field = self._request.parent
        return "" if field is None else str(request[field])

    def _keeping(self, world: Writer, request: Message, collection: Collection) -> Test | None:
        """The filter, and the parents of which any will do."""
        tests: list[Test] = []
        parent = self.parent(request).split("/")
        if self._kind.parent is not None and ANY in parent and set(parent[1::2]) != {ANY}:
            tests.append(lambda document: self._is_below(world, collection, document, parent))
        if self._filter is not None:
            test = read_filter(
                request[self._filter],
                self._filter.name,
                lambda name: name in collection.names or name == fold(self._kind.key.name),
            )
            if test is not None:
                tests.append(self._naming(world, collection, test))
        return None if not tests else lambda document: all(test(document) for test in tests)

    def _is_below(
        self, world: Writer, collection: Collection, document: Mapping[str, Any], parent: list[str]
    ) -> bool:
        name = self._name(world, collection, document).split("/")
        return all(asked in (ANY, held) for asked, held in zip(parent, name, strict=False))

    def _naming(self, world: Writer, collection: Collection, test: Test) -> Test:
        """The test on documents that have their resource names too."""
        if self._kind.pattern is None:
            return test
        key = self._kind.key.json_name

        def named(document: Mapping[str, Any]) -> bool:
            return test({**document, key: self._name(world, collection, document)})

        return named

    def _name(self, world: Writer, collection: Collection, document: Mapping[str, Any]) -> str:
        key = collection.key_in(document) or ""
        return name_of(world, self._kind, Entity(collection.name, key, document))

    def _sorting(self, request: Message, collection: Collection) -> tuple[Order, ...]:
        """The order that is asked for. Raises Invalid where it is by what is not there."""
        if self._order is None or not request[self._order]:
            return ()
        direction = ""
        if self._direction is not None:
            told = self._documents.value(self._direction, request[self._direction])
            direction = str(told).rpartition("_")[2]
        order = read_order(request[self._order], direction=direction)
        kind, found = self._kind, []
        for each in order:
            name = fold(each.path[0])
            if kind.pattern is not None and name == fold(kind.key.name):
                name = fold(kind.property)
            if name not in collection.names:
                told = f"there is no field {each.path[0][:100]!r}"
                raise invalid(self._order.name, told)
            found.append(Order((collection.names[name], *each.path[1:]), each.descending))
        return tuple(found)


def _text_field(fields: Mapping[str, DescField], names: Sequence[str]) -> DescField | None:
    for name in names:
        field = fields.get(name)
        if getattr(getattr(field, "value", None), "scalar", None) is ScalarType.STRING:
            return field
    return None


def _number_field(fields: Mapping[str, DescField], names: Sequence[str]) -> DescField | None:
    return next((fields[n] for n in names if n in fields and is_integer(fields[n])), None)


def _can_be_condition(field: DescField) -> bool:
    """Whether a field holds plain values: scalars, enums, instants, or a list of such."""
    value = field.value
    if isinstance(value, DescFieldValueMessage):
        return value.message.type_name in _PLAIN
    if isinstance(value, DescFieldValueList):
        return not isinstance(value.element, DescMessage)
    return isinstance(value, DescFieldValueScalar | DescFieldValueEnum)


def invalid(name: str, message: str) -> Invalid:
    """The refusal of a field's value."""
    return Invalid(f"{name}: {message}.", [Violation(f"body/{name}", message)])

"""What a mutation's arguments say of an entity: its key, and the properties to write.

Names are taken as everywhere: `customerId` and `customer: {connect: {id: 5}}` are the reference,
input objects tell of the entity itself unless a field is called like them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    Undefined,
    get_named_type,
)

from polymock.errors import Invalid
from polymock.world.entities import MISSING
from polymock.world.names import fold, singular
from polymock_graphql.planning.echo import MAX_DEPTH, MAX_NAMES, Echo, Said
from polymock_graphql.planning.facts import SchemaFacts, TypeFacts
from polymock_graphql.planning.shapes import leaf_type, list_depth
from polymock_graphql.planning.words import (
    NEGATIONS,
)
from polymock_graphql.world.collected import Collected
from polymock_graphql.world.values import APART, set_to
from polymock_schemas.calls import Violation

_WRAPS = ("connect", "set", "create", "data", "connectorcreate", "update", "upsert")
"""What generators of schemas write around a related object."""


class Birth(msgspec.Struct, frozen=True):
    """A related entity that is made along: of a type, for a property."""

    field: str
    target: Collected
    value: Mapping[str, Any]


class Written(msgspec.Struct):
    """What is written of one entity: properties in the schema's spelling, null where they go."""

    value: dict[str, Any] = {}
    births: list[Birth] = []
    is_whole: bool = True


class Inputs(Echo):
    """Reads what callers write of the entities of one type."""

    def __init__(
        self, types: SchemaFacts, target: Collected, collected: Mapping[str, Collected]
    ) -> None:
        super().__init__(types, target.facts)
        self._target = target
        self._collected = collected

    def read(self, said: Said, *, is_whole: bool) -> Written:
        """The properties that arguments or an input object say. Of a whole entity, null for
        what is never null is as good as nothing; else it is refused. Raises Invalid.
        """
        written = Written(is_whole=is_whole)
        broken: list[Violation] = []
        self._read(said, written, broken, MAX_DEPTH, "")
        if broken:
            raise Invalid(f"{broken[0].location}: {broken[0].message}.", broken)
        return written

    def settable(self, field: GraphQLField) -> frozenset[str]:
        """The folded names of all properties that a mutation's arguments can say."""
        found: set[str] = set()
        for name in _names(field.args, MAX_DEPTH):
            found.add(fold(name))
            found.update(fold(each) for each in self._fields_of(name))
        return frozenset(found)

    def unsaid(self, settable: frozenset[str], value: Mapping[str, Any]) -> dict[str, Any]:
        """Objects that a caller could have said of a new entity and did not: there are none."""
        found: dict[str, Any] = {}
        for name, field in self._facts.type.fields.items():
            if fold(name) not in settable or name in value or leaf_type(field) is not None:
                continue
            if list_depth(field.type) == 1 and not self._leads_back(field):
                if get_named_type(field.type).name in self._collected:
                    found[name] = []
            elif self._may_be_nobody(name, field, value):
                found[name] = None
        return found

    def _may_be_nobody(self, name: str, field: GraphQLField, value: Mapping[str, Any]) -> bool:
        if list_depth(field.type) or isinstance(field.type, GraphQLNonNull):
            return False
        reference = self._target.collection.reference(fold(name))
        names = reference.names if reference is not None else {fold(name)}
        return not any(fold(each) in names for each in value)

    def _read(
        self, said: Said, written: Written, broken: list[Violation], depth: int, place: str
    ) -> None:
        for name, value in list(said.items())[:MAX_NAMES]:
            folded = fold(name)
            if folded in APART or folded in NEGATIONS:
                continue
            if folded in self._target.key_names and not isinstance(value, Mapping):
                continue
            self._one(name, folded, value, written, broken, depth, f"{place}{name}")

    def _one(
        self,
        name: str,
        folded: str,
        value: Any,
        written: Written,
        broken: list[Violation],
        depth: int,
        place: str,
    ) -> None:
        fields = self._fields_of(name)
        taken = False
        for field in fields:
            taken = self._take(field, set_to(value), written, broken, place) or taken
        if taken:
            return
        if isinstance(value, Mapping) and depth and not (fields and self._is_object(fields[0])):
            self._read(value, written, broken, depth - 1, place + "/")
        elif not fields and folded in self._target.collection.names:
            written.value.setdefault(self._target.collection.names[folded], set_to(value))

    def _is_object(self, name: str) -> bool:
        return leaf_type(self._facts.type.fields[name]) is None

    def _fields_of(self, name: str) -> tuple[str, ...]:
        """The fields that a name stands for; of `tagIds` the list `tags`."""
        found = tuple(each for each in self._targets(name) if each != self._target.key)
        folded = fold(name)
        if found or not folded.endswith("ids"):
            return found
        stem = folded[: -len("ids")]
        return tuple(
            field
            for wanted, field in self._fields.items()
            if singular(wanted) == stem and self._is_object(field)
        )

    def _take(
        self, name: str, value: Any, written: Written, broken: list[Violation], place: str
    ) -> bool:
        """Write a field; False where the value is none of it."""
        field = self._facts.type.fields[name]
        if value is None:
            if isinstance(field.type, GraphQLNonNull):
                if written.is_whole:
                    return True  # as much as not said: it is up to the server
                broken.append(Violation(place, "must not be null"))
            else:
                written.value.setdefault(name, None)
            return True
        if leaf_type(field) is not None:
            fitted = _adapted(self._facts, name, value)
            if fitted is not Undefined:
                written.value.setdefault(name, fitted)
            return fitted is not Undefined
        target = self._collected.get(get_named_type(field.type).name)
        if target is not None:
            return self._take_related(name, field, target, value, written)
        held = _unwrapped(value)
        if isinstance(held, str | int | float) and not isinstance(held, bool):
            held = {"id": held}
        fits = isinstance(held, list) if list_depth(field.type) else isinstance(held, Mapping)
        if fits:
            written.value.setdefault(name, held)
        return fits

    def _take_related(
        self, name: str, field: GraphQLField, target: Collected, value: Any, written: Written
    ) -> bool:
        if list_depth(field.type):
            if self._leads_back(field):
                return True  # they say themselves whom they refer to
            held = _unwrapped(value)
            keys = [_key(target, each) for each in (held if isinstance(held, list) else [held])]
            written.value.setdefault(name, [key for key in keys if key is not MISSING])
            return True
        key = _key(target, value)
        if key is not MISSING:
            written.value.setdefault(name, key)
            return True
        held = _unwrapped(value)
        if isinstance(value, Mapping) and fold(next(iter(value), "")) in ("disconnect", "delete"):
            written.value.setdefault(name, None)
        elif isinstance(held, Mapping) and held:
            inner = Inputs(self._types, target, self._collected).read(held, is_whole=True)
            written.births.append(Birth(name, target, inner.value))
        return True

    def _leads_back(self, field: GraphQLField) -> bool:
        """Whether a list's items say themselves that they belong to the entity."""
        target = self._collected.get(get_named_type(field.type).name)
        own = self._target.collection.name
        return target is not None and any(
            each.collection == own for each in target.collection.references
        )


def _adapted(facts: TypeFacts, name: str, value: Any) -> Any:
    leaf, depth = facts.leaf(name), list_depth(facts.type.fields[name].type)
    if not depth:
        return leaf.adapt(value)
    if depth > 1:
        return value if isinstance(value, list) else Undefined
    items = value if isinstance(value, list) else [value]
    values = [None if item is None else leaf.adapt(item) for item in items]
    return Undefined if any(item is Undefined for item in values) else values


def _unwrapped(value: Any) -> Any:
    """What stands in `{connect: …}`, `{create: …}` and the like."""
    for _ in range(3):
        if not isinstance(value, Mapping) or not value:
            break
        name, held = next(iter(value.items()))
        if fold(name) not in _WRAPS or not isinstance(held, Mapping | list):
            break
        value = held
    return value


def _key(target: Collected, value: Any) -> Any:
    """The key of a related entity; MISSING where none is said."""
    held = _unwrapped(value)
    if isinstance(held, Mapping):
        return target.key_in(held, depth=1)
    is_key = isinstance(held, str | int | float) and not isinstance(held, bool)
    return held if is_key else MISSING


def _names(
    fields: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField], depth: int
) -> Iterator[str]:
    for name, field in fields.items():
        if fold(name) in APART:
            continue
        yield name
        named = get_named_type(field.type)
        if isinstance(named, GraphQLInputObjectType) and depth:
            yield from _names(named.fields, depth - 1)

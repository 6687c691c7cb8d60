"""Which properties of a kind tell of other entities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protobuf import (
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    ScalarType,
)

from polymock.world.entities import KindReference
from polymock.world.names import words
from polymock_grpc.fields import list_element, message_in
from polymock_grpc.spec.scalars import BOUNDS

if TYPE_CHECKING:
    from polymock_grpc.world.kinds import Kind, Kinds

_STEMS = frozenset({"id", "uuid", "guid", "key", "ref", "reference"})


def references_of(kind: Kind, kinds: Kinds) -> Iterator[KindReference]:
    """The properties of a kind that may tell of others: its parents, fields with ids or names in
    them, and messages that are entities themselves."""
    if kind.parent is not None and kind.parents:
        yield KindReference(kind.parents[-1], kind.parent.name)
    elif kind.pattern is not None:
        for name, variable in zip(kind.parents, kind.pattern.variables, strict=False):
            yield KindReference(name, variable.removesuffix("_id"))
    for field in kind.fields.values():
        found = _reference(kind, field, kinds)
        if found is not None:
            yield found


def _reference(kind: Kind, field: DescField, kinds: Kinds) -> KindReference | None:
    many = isinstance(field.value, DescFieldValueList)
    optional = not kinds.is_required(field)
    inner = message_in(field)
    if inner is not None:
        target = kinds.of(inner)
        if target is None or isinstance(field.value, DescFieldValueMap):
            return None
        return KindReference(field.json_name, target.name, True, many, optional)
    if isinstance(field.value, DescFieldValueEnum | DescFieldValueMap) or field is kind.key:
        return None
    element = list_element(field) if many else getattr(field.value, "scalar", None)
    if element is not ScalarType.STRING and element not in BOUNDS:
        return None
    resource = kinds.named_by(field)
    if resource is not None:
        return KindReference(field.json_name, resource.name, False, many, optional)
    stem = _stem(field.name)
    return KindReference(field.json_name, stem, False, many, optional) if stem else None


def _stem(name: str) -> str:
    """What a field's name refers to: `billing_customer` of `billing_customer_id`."""
    parts = list(words(name))
    last = parts[-1].removesuffix("s") if parts else ""
    return "_".join(parts[:-1]) if len(parts) > 1 and last in _STEMS else ""

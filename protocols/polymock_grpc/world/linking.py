"""References of entities as fields of messages: keys, names of resources, or the others whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from protobuf import DescField, DescFieldValueList, DescFieldValueScalar, Message

from polymock.world.collections import Collection, Reference
from polymock.world.integrity import keys_in
from polymock.world.names import fold
from polymock.world.view import View
from polymock_grpc.fields import message_in
from polymock_grpc.spec.scalars import BOUNDS
from polymock_grpc.world.kinds import Kind, Kinds
from polymock_grpc.world.locating import name_of

_MAX_DIGITS = 19


class Link:
    """One field that tells whom an entity refers to: by a key, by a name of the kind `names`, or,
    of the kind `embeds`, by the other itself."""

    def __init__(
        self, reference: Reference, field: DescField, names: Kind | None, embeds: Kind | None
    ) -> None:
        self.reference = reference
        self.embeds = embeds
        self._field = field
        self._names = names
        value = field.value
        self._many = isinstance(value, DescFieldValueList)
        scalar: Any = value.scalar if isinstance(value, DescFieldValueScalar) else None
        if isinstance(value, DescFieldValueList):
            scalar = value.element
        self._bounds = BOUNDS.get(scalar)

    def told(self, view: View, value: Mapping[str, Any]) -> Sequence[Any]:
        """What a document tells, as the field holds it."""
        made = (self._scalar(view, key) for key in keys_in(value, self.reference))
        return [each for each in made if each is not None]

    def put(self, message: Message, told: Sequence[Any]) -> None:
        """Set the field, or clear it where nothing is told."""
        if self._many:
            message[self._field] = list(told)
        elif told:
            message[self._field] = told[0]
        elif self._field in message:
            del message[self._field]

    def _scalar(self, view: View, key: str) -> Any:
        """A key as the field has it; None where it cannot have it."""
        if self._names is not None:
            entity = view.find(self.reference.collection, key)
            return key if entity is None else name_of(view, self._names, entity)
        if self._bounds is None:
            return key
        low, high = self._bounds
        digits = key.removeprefix("-")
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS
        return int(key) if is_number and low <= int(key) <= high else None


class Linking:
    """The links of all kinds, looked up once for each collection."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._known: dict[tuple[int, str], tuple[Collection, Sequence[Link]]] = {}

    def links(self, collection: Collection, kind: Kind) -> Sequence[Link]:
        """The fields of a kind that tell of references."""
        known = self._known.get((id(collection), kind.name))
        if known is None or known[0] is not collection:
            known = (collection, tuple(self._found(collection, kind)))
            self._known[id(collection), kind.name] = known
        return known[1]

    def _found(self, collection: Collection, kind: Kind) -> Iterator[Link]:
        for reference in collection.references:
            for folded in sorted(reference.names):
                field = kind.fields.get(folded)
                if field is None or field is kind.key:
                    continue
                inner = message_in(field)
                embeds = None if inner is None else self._kinds.of(inner)
                if inner is None or embeds is not None:
                    names = kind.named.get(fold(field.json_name))
                    yield Link(reference, field, names, embeds)

"""Custom methods whose name says in which state an entity is afterwards (AIP-136, AIP-216).

`CancelOrder` makes an order's `status` CANCELLED, where its type has such a state and no other that
the verb could mean.
"""

from __future__ import annotations

import msgspec
from protobuf import DescEnum, DescField, DescFieldValueEnum, Message

from polymock.errors import NotFound
from polymock.world.integrity import normalised
from polymock.world.view import Entity
from polymock.world.writing import Writer
from polymock_grpc.model import Method
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import below, collection_of, has_parents, locate, not_found
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.requests import Request

_STATES = ("state", "status")


class State(msgspec.Struct, frozen=True):
    """What a method makes of an entity: the property, and the name of its enum's value."""

    property: str
    value: str


def implied_state(verb: str, kind: Kind) -> State | None:
    """The state that a verb leads to; None where it is not clear."""
    field = next((f for f in kind.fields.values() if _is_state(f)), None)
    if field is None or not isinstance(field.value, DescFieldValueEnum):
        return None
    found = [name for name in _names(field.value.enum) if _means(name, verb)]
    return State(field.json_name, found[0]) if len(found) == 1 else None


class Transition:
    """Puts the entity that a request names into a state."""

    def __init__(self, method: Method, kind: Kind, parts: Parts, state: State) -> None:
        self._kind = kind
        self._parts = parts
        self._state = state
        self._request = Request(method.descriptor.input, kind, parts.kinds)
        self._output = parts.output(method, kind)

    def act(self, world: Writer, request: Message) -> Told | None:
        """None for a request that names nothing. Raises NotFound, Aborted."""
        kind, text = self._kind, self._request.key_of(request)
        collection = collection_of(world, kind)
        if not text or collection is None:
            return None
        place = locate(world, kind, text)
        if not has_parents(world, kind, place.parents):
            raise not_found(kind, text)
        said = {self._state.property: self._state.value}
        change = normalised(collection, world.model.collections, said)

        def changed(entity: Entity) -> dict[str, object]:
            if not entity.is_written and place.parents:
                entity = below(collection, entity, place.parents)
            return {**entity.value, **change}

        try:
            entity = world.write(collection.name, place.key, changed)
        except NotFound as error:
            raise not_found(kind, text) from error
        message = self._parts.messages.message(world, kind, entity)
        answer = self._output.of(request, message, message[kind.key])
        return Told((answer,), is_written=True, writes=True)


def _is_state(field: DescField) -> bool:
    return isinstance(field.value, DescFieldValueEnum) and (
        field.name in _STATES or field.name.endswith(("_state", "_status"))
    )


def _names(enum: DescEnum) -> list[str]:
    return [value.name for value in enum.values]


def _means(name: str, verb: str) -> bool:
    """Whether an enum's value is what a verb leads to: `ORDER_STATUS_CANCELLED`, `cancel`."""
    stem = verb.removesuffix("e")
    ends = {f"{stem}ed", f"{verb}{verb[-1:]}ed", f"{verb.removesuffix('y')}ied"}
    lower = name.lower()
    return any(lower == end or lower.endswith(f"_{end}") for end in ends)

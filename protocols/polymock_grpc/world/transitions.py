"""Custom methods whose name says in which state an entity is afterwards (AIP-136, AIP-216).

`CancelOrder` makes an order's `status` CANCELLED, where its type has such a state and no other that
the verb could mean.
"""

from __future__ import annotations

from protobuf import DescField, DescFieldValueEnum, DescFieldValueScalar, Message, ScalarType

from polymock.errors import NotFound
from polymock.world.integrity import normalised
from polymock.world.transitions import State, implied_state
from polymock.world.view import Entity
from polymock.world.writing import Writer
from polymock_grpc.model import Method
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import below, collection_of, has_parents, locate, not_found
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.requests import Request


def state_after(verb: str, kind: Kind) -> State | None:
    """The state that a verb leads to; None where it is not clear."""
    fields = kind.fields.values()
    enums = {
        field.json_name: [value.name for value in field.value.enum.values]
        for field in fields
        if isinstance(field.value, DescFieldValueEnum)
    }
    return implied_state(verb, enums, [field.json_name for field in fields if _is_flag(field)])


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


def _is_flag(field: DescField) -> bool:
    value = field.value
    return isinstance(value, DescFieldValueScalar) and value.scalar is ScalarType.BOOL

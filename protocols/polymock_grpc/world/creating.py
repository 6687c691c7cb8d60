"""Methods that create entities (AIP-133)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protobuf import DescMessage, Message

from polymock.errors import AlreadyExists, Invalid
from polymock.stores import Change
from polymock.world.collections import Collection
from polymock.world.keys import key_text
from polymock.world.names import fold
from polymock.world.view import Entity
from polymock.world.writing import Accompanying, Writer
from polymock_grpc.model import Method
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import (
    ANY,
    Place,
    collection_of,
    has_parents,
    name_of,
    not_found,
    parents_of,
    place_for,
    type_of,
)
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.refusing import in_request
from polymock_grpc.world.repeats import Mark, once
from polymock_grpc.world.requests import Request
from polymock_grpc.world.taking import settable, takes_new
from polymock_schemas.calls import Violation


class Create:
    """Makes an entity of a request's resource, or of the fields that it has for one."""

    def __init__(
        self,
        method: Method,
        kind: Kind,
        parts: Parts,
        request: DescMessage | None = None,
    ) -> None:
        asked = request or method.descriptor.input
        types = parts.answers.types
        self._method = method
        self._kind = kind
        self._parts = parts
        self._request = Request(asked, kind, parts.kinds)
        self._output = parts.output(method, kind)
        self._takes = takes_new(kind, types)
        self._settable = settable(kind, types)
        if self._request.flat:
            said = {fold(own.json_name) for _, own in self._request.flat}
            self._settable = self._settable & said

    def act(self, world: Writer, request: Message) -> Told | None:
        """Raises AlreadyExists, Invalid, NotFound."""

        def write(mark: Mark) -> Told | None:
            return self._written(world, request, mark)

        return once(world, self._method, self._request, request, write)

    def _written(self, world: Writer, request: Message, mark: Mark) -> Told | None:
        collection = collection_of(world, self._kind)
        if collection is None:
            return None
        flag = self._request.validate_only
        if flag is not None and request[flag]:
            self.check(world, request)
            return Told((self._output.of(request, None),), writes=True)

        def also(entity: Entity) -> Sequence[Change]:
            return mark(self._answer(world, request, entity))

        entity = self.create(world, request, also)
        answer = self._answer(world, request, entity)
        made = (self._parts.messages.message(world, self._kind, entity),)
        return Told((answer,), is_written=True, writes=True, resources=made)

    def _answer(self, world: Writer, request: Message, entity: Entity) -> Message:
        message = self._parts.messages.message(world, self._kind, entity)
        return self._output.of(request, message, message[self._kind.key])

    def create(
        self, world: Writer, request: Message, also: Sequence[Change] | Accompanying = ()
    ) -> Entity:
        """The new entity. Raises AlreadyExists, Invalid, NotFound."""
        collection = collection_of(world, self._kind)
        assert collection is not None
        place = self._place(world, request)
        value = {**self.value(world, request), **place.parents}
        try:
            return world.create(
                collection.name,
                value,
                key=place.key or None,
                settable=self._settable | frozenset(map(fold, place.parents)),
                also=also,
            )
        except AlreadyExists as error:
            raise self._exists(world, collection, error.key) from error
        except Invalid as error:
            raise in_request(error, self._request, self._kind, collection) from error

    def value(self, world: Writer, request: Message) -> dict[str, Any]:
        """What a request says of the resource, in the world's terms."""
        said = self._request.said(request)
        if said is None:
            said = self._kind.type.type()
            for field, own in self._request.flat:
                if field in request:
                    said[own] = request[field]
        keeps = self._takes
        if self._request.flat:
            named = {own.name for _, own in self._request.flat}

            def keeps(field: Any) -> bool:
                return field.name in named and self._takes(field)

        return self._parts.messages.document(world, self._kind, said, keeps)

    def _place(self, world: Writer, request: Message) -> Place:
        """Where the new entity will be: by the id that the caller wants, by the name or the id in
        the resource, or by its parent alone, and then the key is the next."""
        kind, asked = self._kind, self._request
        parent = "" if asked.parent is None else str(request[asked.parent])
        if ANY in parent.split("/") and kind.pattern is not None and asked.parent is not None:
            told = f"`{ANY}` is no parent to create in"
            raise Invalid(f"{asked.parent.name}: {told}.", [_violation(asked.parent.name, told)])
        own = "" if asked.own_id is None else str(request[asked.own_id])
        if asked.own_id is not None and kind.pattern is not None and ("/" in own or own == ANY):
            told = f"{own[:200]!r} is no id in a resource's name"
            raise Invalid(f"{asked.own_id.name}: {told}.", [_violation(asked.own_id.name, told)])
        said = asked.said(request)
        in_resource = "" if said is None or not said[kind.key] else key_text(said[kind.key])
        if kind.pattern is None:
            is_free = said is None or self._takes(kind.key)
            named = own or (in_resource if is_free else "")
            if not named and asked.key is not None and not asked.is_resource:
                named = key_text(request[asked.key]) if request[asked.key] else ""
            return Place(named)
        return self._named_place(world, parent, own, in_resource, request)

    def _named_place(
        self, world: Writer, parent: str, own: str, in_resource: str, request: Message
    ) -> Place:
        kind, asked = self._kind, self._request
        assert kind.pattern is not None
        name = ""
        if asked.parent is None and asked.own_id is None:
            named = "" if asked.key is None else request[asked.key]
            name = str(named or in_resource)
        elif own:
            name = kind.pattern.below(parent, own) if parent else own
        if not name and not parent:
            return Place("")
        above = kind.pattern.below(parent, ANY) if parent else name
        parents = parents_of(world, kind, above)
        if not has_parents(world, kind, parents) and kind.parent is not None:
            raise not_found(kind.parent, above.rsplit("/", 2)[0])
        if not name:
            return Place("", parents)
        place = place_for(world, kind, name)
        return Place(place.key, parents or place.parents)

    def check(self, world: Writer, request: Message) -> None:
        """Raises what would refuse the entity for the place that it is to have."""
        collection = collection_of(world, self._kind)
        place = self._place(world, request)
        if collection is None or not place.key:
            return
        row = world.rows.get(collection.name, place.key)
        if row is not None and row.value is not None:
            raise self._exists(world, collection, place.key)

    def _exists(self, world: Writer, collection: Collection, key: str) -> AlreadyExists:
        entity = world.find(collection.name, key)
        name = key if entity is None else name_of(world, self._kind, entity)
        return AlreadyExists(f"{name[:200]} exists already.", type_of(self._kind), name[:200])


def _violation(name: str, message: str) -> Violation:
    return Violation(f"body/{name}", message)

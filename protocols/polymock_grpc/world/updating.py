"""Methods that change entities (AIP-134), or put others in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protobuf import DescField, DescFieldValueMessage, DescMessage, Message

from polymock.errors import Invalid, NotFound
from polymock.stores import Change
from polymock.world.collections import Collection
from polymock.world.entities import Role
from polymock.world.integrity import normalised
from polymock.world.names import fold
from polymock.world.stamps import TAGS
from polymock.world.view import Entity
from polymock.world.writing import Writer
from polymock_grpc.fields import message_in
from polymock_grpc.model import Method
from polymock_grpc.spec.known_types import known_schema
from polymock_grpc.world.creating import Create
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import (
    Place,
    below,
    collection_of,
    has_parents,
    locate,
    not_found,
    place_for,
)
from polymock_grpc.world.masks import replace, update
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.refusing import in_request
from polymock_grpc.world.repeats import Mark, once
from polymock_grpc.world.requests import Request
from polymock_grpc.world.taking import takes_change

MAX_DEPTH = 12


class Update:
    """Changes the entity that a request names, by its mask or by all that it says.

    A `replace` without a mask says all of the resource: what it leaves out is cleared.
    """

    def __init__(
        self,
        method: Method,
        kind: Kind,
        parts: Parts,
        role: Role,
        request: DescMessage | None = None,
    ) -> None:
        asked = request or method.descriptor.input
        self._method = method
        self._kind = kind
        self._parts = parts
        self._replaces = role == "replace"
        self._request = Request(asked, kind, parts.kinds)
        self._output = parts.output(method, kind)
        self._takes = takes_change(kind, parts.answers.types)
        self._create = Create(method, kind, parts, asked)

    def act(self, world: Writer, request: Message) -> Told | None:
        """None for a request that names nothing. Raises NotFound, Aborted, Invalid."""

        def write(mark: Mark) -> Told | None:
            return self._written(world, request, mark(None))

        return once(world, self._method, self._request, request, write)

    def _written(self, world: Writer, request: Message, also: Sequence[Change]) -> Told | None:
        text = self._request.key_of(request)
        collection = collection_of(world, self._kind)
        if not text or collection is None:
            return None
        entity = self.update(world, request, also)
        message = self._parts.messages.message(world, self._kind, entity)
        key = message[self._kind.key]
        return Told((self._output.of(request, message, key),), is_written=True, writes=True)

    def update(self, world: Writer, request: Message, also: Sequence[Change] = ()) -> Entity:
        """The entity as it is now. Raises NotFound, Aborted, Invalid."""
        collection = collection_of(world, self._kind)
        assert collection is not None
        text = self._request.key_of(request)
        place = locate(world, self._kind, text)

        def change(entity: Entity) -> Mapping[str, Any]:
            return self._changed(world, request, collection, entity, place)

        if not has_parents(world, self._kind, place.parents):
            raise not_found(self._kind, text)
        flag = self._request.validate_only
        if flag is not None and request[flag]:
            current = world.find(collection.name, place.key)
            if current is None:
                raise not_found(self._kind, text)
            return Entity(
                current.collection, current.key, change(current), max(current.revision, 1)
            )
        allows = self._request.allow_missing
        creates = self._replaces if allows is None else request[allows]
        try:
            return world.write(
                collection.name,
                place.key,
                change,
                otherwise=(lambda: self._made(world, request)) if creates else None,
                also=also,
            )
        except NotFound as error:
            raise not_found(self._kind, text) from error
        except Invalid as error:
            raise in_request(error, self._request, self._kind, collection) from error

    def _made(self, world: Writer, request: Message) -> Entity:
        """What is created where there is nothing to change (`allow_missing`, or a Put)."""
        collection = collection_of(world, self._kind)
        assert collection is not None
        place = place_for(world, self._kind, self._request.key_of(request))
        value = {**self._create.value(world, request), **place.parents}
        return world.create(collection.name, value, key=place.key, settable=self._create_settable)

    @property
    def _create_settable(self) -> frozenset[str]:
        return frozenset(self._kind.fields) | frozenset(map(fold, self._kind.parents))

    def _changed(
        self,
        world: Writer,
        request: Message,
        collection: Collection,
        entity: Entity,
        place: Place,
    ) -> dict[str, Any]:
        """The entity's new document; it may be refused. Raises Invalid, Aborted."""
        if not entity.is_written and place.parents:
            entity = below(collection, entity, place.parents)
        message = self._parts.messages.message(world, self._kind, entity)
        touched = self._merge(message, request)
        where = self._request.location
        validation = self._parts.answers.validation
        if self._parts.answers.settings.validate:
            validation.check_entity(message, where, {field.name for field in touched})
        told = self._parts.messages.parts(world, self._kind, message, touched, collection)
        for field in touched:
            name = collection.names.get(fold(field.json_name), field.json_name)
            told[field.json_name] = _kept(
                entity.value.get(name), told[field.json_name], message_in(field)
            )
        self._tag(request, told)
        return {**entity.value, **normalised(collection, world.model.collections, told)}

    def _merge(self, message: Message, request: Message) -> Sequence[DescField]:
        """Lay what a request says over the resource as it is; the fields that are touched."""
        said = self._request.said(request)
        mask = None if self._request.mask is None else request[self._request.mask]
        if said is None and not self._request.flat:
            said = self._kind.type.type()
        if said is not None:
            if mask is not None and mask.paths and self._request.mask is not None:
                where = self._request.mask.name
                return update(message, said, mask.paths, self._takes, where)
            if self._replaces:
                return replace(message, said, self._takes)
            return update(message, said, (), self._takes, "update_mask")
        flat = [(f, own) for f, own in self._request.flat if self._takes(own)]
        if mask is not None and mask.paths:
            flat = [(f, own) for f, own in flat if {own.name, own.json_name} & set(mask.paths)]
        elif not self._replaces:
            flat = [(f, own) for f, own in flat if f in request]
        for field, own in flat:
            if field in request:
                message[own] = request[field]
            elif own in message:
                del message[own]
        return [own for _, own in flat]

    def _tag(self, request: Message, told: dict[str, Any]) -> None:
        """The state that the caller speaks of, which the world compares with the one that is."""
        said = self._request.said(request)
        for folded, field in self._kind.fields.items():
            if folded not in TAGS:
                continue
            told.pop(field.json_name, None)
            if said is not None and field in said and said[field]:
                told[field.json_name] = said[field]
        etag = self._request.etag
        if etag is not None and request[etag]:
            own = self._kind.fields.get("etag")
            if own is not None:
                told[own.json_name] = request[etag]


def _kept(old: Any, new: Any, kind: DescMessage | None, depth: int = MAX_DEPTH) -> Any:
    """The new value of a property, with what other contracts have inside the old one."""
    if kind is None or known_schema(kind.type_name) is not None or not depth:
        return new
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return new
    own = {fold(field.json_name): field for field in kind.fields}
    kept = {name: value for name, value in old.items() if fold(name) not in own}
    spelt: dict[str, str] = {fold(name): name for name in old}
    told: dict[str, Any] = dict(kept)
    name: str
    for name, value in new.items():
        field = own.get(fold(name))
        single = field is not None and isinstance(field.value, DescFieldValueMessage)
        inner = message_in(field) if field is not None and single else None
        before = spelt.get(fold(name), name)
        told[before] = _kept(old.get(before), value, inner, depth - 1)
    return told

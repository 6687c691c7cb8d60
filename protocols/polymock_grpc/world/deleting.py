"""Methods that delete entities (AIP-135)."""

from __future__ import annotations

from protobuf import Message

from polymock.errors import Aborted, NotFound, PreconditionFailed
from polymock.world.collections import Collection
from polymock.world.integrity import link
from polymock.world.names import fold
from polymock.world.view import Entity
from polymock.world.writing import Writer
from polymock_grpc.model import Method
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import (
    collection_of,
    find,
    locate,
    name_of,
    not_found,
)
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.repeats import once
from polymock_grpc.world.requests import Request


class Delete:
    """Deletes the entity that a request names; answers with nothing, or with what it was."""

    def __init__(self, method: Method, kind: Kind, parts: Parts) -> None:
        self._method = method
        self._kind = kind
        self._parts = parts
        self._request = Request(method.descriptor.input, kind, parts.kinds)
        self._output = parts.output(method, kind)

    def act(self, world: Writer, request: Message) -> Told | None:
        """None for a request that names nothing. Raises NotFound, Aborted, PreconditionFailed."""
        return once(
            world,
            self._method,
            self._request,
            request,
            lambda _: self._written(world, request),
        )

    def _written(self, world: Writer, request: Message) -> Told | None:
        text = self._request.key_of(request)
        if not text or collection_of(world, self._kind) is None:
            return None
        allows = self._request.allow_missing
        try:
            was = self.delete(world, request, text)
        except NotFound:
            if allows is None or not request[allows]:
                raise
            was = None
        return Told((self._output.of(request, was, text),), is_written=True, writes=True)

    def delete(self, world: Writer, request: Message, text: str) -> Message:
        """What was deleted, as it was. Raises NotFound, Aborted, PreconditionFailed."""
        kind, collection = self._kind, collection_of(world, self._kind)
        assert collection is not None
        entity = find(world, kind, text)
        if entity is None:
            raise not_found(kind, text)
        message = self._parts.messages.message(world, kind, entity)
        self._check_tag(request, message)
        self._check_children(world, request, collection, entity)
        flag = self._request.validate_only
        if flag is not None and request[flag]:
            return message
        place = locate(world, kind, text)
        try:
            world.delete(collection.name, place.key)
        except NotFound as error:
            raise not_found(kind, text) from error
        except Aborted as error:
            if self._is_restricted(world, collection):
                raise PreconditionFailed(error.detail) from error
            raise
        return message

    def _check_tag(self, request: Message, message: Message) -> None:
        """Raises Aborted where the caller speaks of another state than there is (AIP-154)."""
        asked, own = self._request.etag, self._kind.fields.get("etag")
        if asked is None or own is None or not request[asked]:
            return
        if request[asked] != message[own]:
            raise Aborted(f"It has changed: its etag is {str(message[own])[:200]!r}.")

    def _check_children(
        self, world: Writer, request: Message, collection: Collection, entity: Entity
    ) -> None:
        """Raises PreconditionFailed where there are resources below it, and no `force`.

        Those that nobody wrote do not count.
        """
        force = self._request.force
        if force is None or request[force]:
            return
        for other, reference in world.model.referring[collection.name]:
            parents = (
                k.parents for k in self._parts.kinds.by_type.values() if k.parent is self._kind
            )
            if not {fold(name) for names in parents for name in names} & reference.names:
                continue
            child = next(world.rows.walk(other.name, link=link(reference, entity.key)), None)
            if child is not None:
                name = name_of(world, self._kind, entity)
                raise PreconditionFailed(
                    f"{name[:200]} has {other.name.replace('_', ' ')}, such as {child.key[:200]}: "
                    "with `force` they are deleted too."
                )

    def _is_restricted(self, world: Writer, collection: Collection) -> bool:
        return any(
            reference.effect == "restrict"
            for _, reference in world.model.referring[collection.name]
        )

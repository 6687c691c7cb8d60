"""Methods that answer with entities by their keys (AIP-131, AIP-231)."""

from __future__ import annotations

from protobuf import Message

from polymock.world.writing import Writer
from polymock_grpc.answering.pages import MAX_SIZE
from polymock_grpc.model import Method
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import get
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.requests import Request


class Get:
    """Answers with the entity of the key or the name that a request has."""

    def __init__(self, method: Method, kind: Kind, parts: Parts) -> None:
        self._kind = kind
        self._messages = parts.messages
        self._request = Request(method.descriptor.input, kind, parts.kinds)
        self._output = parts.output(method, kind)

    def act(self, world: Writer, request: Message) -> Told | None:
        """The entity as it is; None for a request that names none. Raises NotFound."""
        text = self._request.key_of(request)
        if not text:
            return None
        message = self._messages.unwritten(world, self._kind, text)
        is_written = False
        if message is None:
            entity = get(world, self._kind, text)
            message = self._messages.message(world, self._kind, entity)
            is_written = entity.is_written
        return Told((self._output.of(request, message, message[self._kind.key]),), is_written)


class BatchGet:
    """Answers with the entities of several keys, in their order; with all of them or none."""

    def __init__(self, method: Method, kind: Kind, parts: Parts) -> None:
        self._kind = kind
        self._messages = parts.messages
        self._request = Request(method.descriptor.input, kind, parts.kinds)
        self._output = parts.output(method, kind)

    def act(self, world: Writer, request: Message) -> Told | None:
        """Raises NotFound."""
        entities = [
            get(world, self._kind, text) for text in self._request.keys_of(request)[:MAX_SIZE]
        ]
        made = [self._messages.message(world, self._kind, entity) for entity in entities]
        is_written = any(entity.is_written for entity in entities)
        return Told((self._output.of_many(request, made),), is_written)

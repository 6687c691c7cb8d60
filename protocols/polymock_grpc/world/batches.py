"""Methods that write several entities by one request (AIP-233, AIP-234, AIP-235)."""

from __future__ import annotations

from collections.abc import Iterator

from protobuf import DescField, DescMessage, Message

from polymock.errors import Invalid
from polymock.world.entities import Role
from polymock.world.writing import Writer
from polymock_grpc.fields import list_element
from polymock_grpc.model import Method
from polymock_grpc.world.creating import Create
from polymock_grpc.world.deleting import Delete
from polymock_grpc.world.inferring import inner_request
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.locating import get
from polymock_grpc.world.outputs import Told
from polymock_grpc.world.parts import Parts
from polymock_grpc.world.requests import Request
from polymock_grpc.world.updating import Update
from polymock_schemas.calls import Violation

MAX_REQUESTS = 1000
"""Of one batch."""


class Batch:
    """Carries out each of the requests in a request, once all were looked at."""

    def __init__(self, method: Method, kind: Kind, parts: Parts, role: Role) -> None:
        self._kind = kind
        self._parts = parts
        self._role = role
        self._request = Request(method.descriptor.input, kind, parts.kinds)
        self._output = parts.output(method, kind)
        self._field = _field(method.descriptor.input, kind)
        inner = inner_request(method.descriptor.input, kind) or method.descriptor.input
        self._inner = Request(inner, kind, parts.kinds)
        self._create = Create(method, kind, parts, inner)
        self._update = Update(method, kind, parts, role, inner)
        self._delete = Delete(method, kind, parts)

    def act(self, world: Writer, request: Message) -> Told | None:
        """Raises AlreadyExists, NotFound, Aborted, Invalid."""
        asked = list(self._asked(request))
        if self._role == "delete":
            texts = self._request.keys_of(request) or [self._inner.key_of(each) for each in asked]
            for text in texts[:MAX_REQUESTS]:
                get(world, self._kind, text)
            was = [self._delete.delete(world, request, text) for text in texts[:MAX_REQUESTS]]
            return Told((self._output.of_many(request, was),), is_written=True, writes=True)
        if self._role == "create":
            for each in asked:
                self._create.check(world, each)
            entities = [self._create.create(world, each) for each in asked]
        else:
            for each in asked:
                get(world, self._kind, self._inner.key_of(each))
            entities = [self._update.update(world, each) for each in asked]
        made = [self._parts.messages.message(world, self._kind, entity) for entity in entities]
        return Told((self._output.of_many(request, made),), is_written=True, writes=True)

    def _asked(self, request: Message) -> Iterator[Message]:
        """The requests in a request; those of a Create have its parent where they name none."""
        if self._field is None:
            return
        for number, each in enumerate(request[self._field]):
            if number >= MAX_REQUESTS:
                told = f"it has more than {MAX_REQUESTS} requests"
                name = self._field.name
                raise Invalid(f"{name}: {told}.", [Violation(f"body/{name}", told)])
            parent, above = self._inner.parent, self._request.parent
            if parent is not None and above is not None and not each[parent]:
                each[parent] = request[above]
            yield each


def _field(request: DescMessage, kind: Kind) -> DescField | None:
    inner = inner_request(request, kind)
    return next((f for f in request.fields if inner and list_element(f) is inner), None)

"""Requests that write a resource: what Create and Update have to say (AIP-133, AIP-134, AIP-203).

The resource of a Create request has its REQUIRED fields; that of an Update request those that the
mask names. Every path of a mask names a field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from protobuf import (
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    DescMethod,
    Message,
)

from polymock_grpc.fields import list_element, shows_absence
from polymock_grpc.spec.known_types import FIELD_MASK, known_schema
from polymock_grpc.spec.types import IDENTIFIER, OUTPUT_ONLY, REQUIRED, Types, snake_case
from polymock_schemas.calls import Violation

MAX_VIOLATIONS = 50
MAX_DEPTH = 32
_ANYTHING = ("google.protobuf.Any", "google.protobuf.Struct", "google.protobuf.Value")
"""Whatever a path says below these."""
_MASKS = ("update_mask", "field_mask", "mask")


class Write:
    """What one method of Create or Update asks of its requests."""

    def __init__(self, method: DescMethod, types: Types) -> None:
        self._types = types
        self._creates = method.name.startswith("Create")
        self._resource = _resource_field(method)
        self._mask = None if self._creates else _mask_field(method.input)

    def violations(self, request: Message) -> list[Violation]:
        """What is wrong with a request."""
        if self._resource is None:
            return []
        where = f"body/{self._resource.name}"
        resource: Message | None = request[self._resource]
        if self._creates:
            found = () if resource is None else self._unset(resource, where, MAX_DEPTH)
            return [*islice(found, MAX_VIOLATIONS)]
        mask = None if self._mask is None else request[self._mask]
        if mask is None or self._mask is None:
            return []
        told = self._masked(mask.paths, resource, self._mask.name, where)
        return [*islice(told, MAX_VIOLATIONS)]

    def _unset(self, message: Message, where: str, depth: int) -> Iterator[Violation]:
        """The fields that are REQUIRED and empty, here and in messages that are set."""
        for field in message.desc().fields:
            place = f"{where}/{field.name}"
            if field not in message:
                if self._is_required(field):
                    yield _required(place)
            elif _is_plain_message(field) and depth:
                yield from self._unset(message[field], place, depth - 1)

    def _masked(
        self, paths: Sequence[str], resource: Message | None, mask: str, where: str
    ) -> Iterator[Violation]:
        assert self._resource is not None
        assert isinstance(self._resource.value, DescFieldValueMessage)
        kind = self._resource.value.message
        for path in paths:
            names = path.split(".")
            if path == "*":
                continue
            if len(names) > MAX_DEPTH or not _leads_somewhere(kind, names):
                message = f"{kind.type_name} has no field {path[:200]!r}"
                yield Violation(f"body/{mask}", message)
            elif self._is_cleared(kind, resource, names):
                yield _required("/".join([where, *names]))

    def _is_cleared(self, kind: DescMessage, message: Message | None, names: Sequence[str]) -> bool:
        """Whether a path names a field that is REQUIRED and that the resource has not set."""
        field = _field(kind, names[0])
        if field is None:
            return False
        is_set = message is not None and field in message
        if len(names) == 1:
            return not is_set and self._is_required(field)
        if not isinstance(field.value, DescFieldValueMessage):
            return False
        inner = message[field] if message is not None and is_set else None
        return self._is_cleared(field.value.message, inner, names[1:])

    def _is_required(self, field: DescField) -> bool:
        behaviors = self._types.behaviors(field)
        return (
            REQUIRED in behaviors
            and shows_absence(field)
            and not behaviors & {OUTPUT_ONLY, IDENTIFIER}
        )


def write_of(method: DescMethod, types: Types) -> Write | None:
    """What a method asks of the resources that it writes; None where it writes none."""
    return Write(method, types) if method.name.startswith(("Create", "Update")) else None


def _resource_field(method: DescMethod) -> DescField | None:
    """The field of a request that holds the resource: of the answer's type, or named as it is."""
    noun = snake_case(method.name.removeprefix("Create").removeprefix("Update"))
    held = [field for field in method.input.fields if _is_plain_message(field)]
    for field in held:
        value = field.value
        if isinstance(value, DescFieldValueMessage) and (
            value.message.type_name == method.output.type_name
        ):
            return field
    return next((field for field in held if field.name == noun), None)


def _mask_field(request: DescMessage) -> DescField | None:
    for field in request.fields:
        value = field.value
        if isinstance(value, DescFieldValueMessage) and (
            value.message.type_name == FIELD_MASK and field.name in _MASKS
        ):
            return field
    return None


def _leads_somewhere(kind: DescMessage, names: Sequence[str]) -> bool:
    """Whether a path names a field, as AIP-161 has paths: `labels.key`, `authors.*.name` too."""
    if kind.type_name in _ANYTHING:
        return True
    field = _field(kind, names[0])
    if field is None or len(names) == 1:
        return field is not None
    value = field.value
    if isinstance(value, DescFieldValueMessage):
        return _leads_somewhere(value.message, names[1:])
    inner: object = None
    if isinstance(value, DescFieldValueMap):
        inner = value.value
    elif isinstance(value, DescFieldValueList) and names[1] == "*":
        inner = list_element(field)
    else:
        return False
    if len(names) == 2:
        return True
    return isinstance(inner, DescMessage) and _leads_somewhere(inner, names[2:])


def _field(kind: DescMessage, name: str) -> DescField | None:
    return next((field for field in kind.fields if field.name == name), None)


def _is_plain_message(field: DescField) -> bool:
    value = field.value
    return (
        isinstance(value, DescFieldValueMessage) and known_schema(value.message.type_name) is None
    )


def _required(location: str) -> Violation:
    return Violation(location, "is required")

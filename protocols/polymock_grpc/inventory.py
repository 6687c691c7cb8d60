"""The parts of a service's methods: the fields of requests and answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
)

from polymock.interfaces import Part, PartKind
from polymock.journal.coverage.ways import ELEMENTS, VALUES, named, way
from polymock_grpc.fields import Element, is_legacy_required, message_in
from polymock_grpc.model import Method

MAX_LEVELS = 8
"""Fields further down are not listed."""
MAX_FIELDS = 400
"""Of one message; those at the top come first."""
_WELL_KNOWN = "google.protobuf."
"""Types with a JSON form of their own have no fields there."""


def parts_of(method: Method) -> Iterator[Part]:
    """The fields of a method's messages, by their names in JSON; streams are lists of messages."""
    descriptor = method.descriptor
    yield from _fields(method.name, "request", descriptor.input, streams=method.client_streaming)
    yield from _fields(method.name, "response", descriptor.output, streams=method.server_streaming)


def _fields(operation: str, kind: PartKind, top: DescMessage, *, streams: bool) -> Iterator[Part]:
    """Every field below a message; a message type within itself is listed, and not gone into."""
    start: tuple[str, ...] = (ELEMENTS,) if streams else ()
    waiting: deque[tuple[DescMessage, tuple[str, ...], frozenset[str]]] = deque()
    waiting.append((top, start, frozenset()))
    count = 0
    while waiting:
        message, place, within = waiting.popleft()
        if message.type_name.startswith(_WELL_KNOWN):
            continue
        for field in message.fields:
            steps = (*place, named(field.json_name))
            count += 1
            if count > MAX_FIELDS:
                return
            others = (field.name,) if field.name != field.json_name else ()
            required = is_legacy_required(field)
            yield Part(operation, kind, "", way(steps), _type(field), required, others)
            inner = message_in(field)
            inside = within | {message.type_name}
            if inner is not None and inner.type_name not in inside and len(steps) < MAX_LEVELS:
                waiting.append((inner, (*steps, *_step(field)), inside))


def _step(field: DescField) -> tuple[str, ...]:
    """The step from a field to the messages in it."""
    if isinstance(field.value, DescFieldValueList):
        return (ELEMENTS,)
    return (VALUES,) if isinstance(field.value, DescFieldValueMap) else ()


def _type(field: DescField) -> str:
    """The field's type as a .proto file writes it."""
    value = field.value
    if isinstance(value, DescFieldValueMap):
        return f"map<{value.key.name.lower()}, {_named(value.value)}>"
    if isinstance(value, DescFieldValueList):
        return f"repeated {_named(value.element)}"
    if isinstance(value, DescFieldValueMessage):
        return value.message.type_name
    return _named(getattr(value, "enum", None) or getattr(value, "scalar", None))


def _named(element: Element | None) -> str:
    if isinstance(element, DescMessage | DescEnum):
        return element.type_name
    return "" if element is None else element.name.lower()

"""The parts of a service's methods: the fields of requests and answers."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

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
_VARIABLE = re.compile(r"\{\s*([\w.]+)")
_WELL_KNOWN = "google.protobuf."
"""Types with a JSON form of their own have no fields there."""


def parts_of(method: Method) -> Iterator[Part]:
    """The fields of a method's messages, by their names in JSON; streams are lists of messages."""
    descriptor = method.descriptor
    said = _in_paths(method)
    yield from _fields(method.name, "request", descriptor.input, said, method.client_streaming)
    yield from _fields(method.name, "response", descriptor.output, {}, method.server_streaming)


def _in_paths(method: Method) -> dict[str, list[str]]:
    """The HTTP methods and path templates that say a field, by its name in the .proto file."""
    said: dict[str, list[str]] = {}
    for rule in method.rules:
        for name in _VARIABLE.findall(rule.template):
            said.setdefault(name, []).append(f"{rule.verb} {rule.template}")
    return said


def _fields(
    operation: str,
    kind: PartKind,
    top: DescMessage,
    said: Mapping[str, Sequence[str]],
    streams: bool,
) -> Iterator[Part]:
    """Every field below a message; a message type within itself is listed, and not gone into."""
    start: tuple[str, ...] = (ELEMENTS,) if streams else ()
    waiting: deque[tuple[DescMessage, tuple[str, ...], str, frozenset[str]]] = deque()
    waiting.append((top, start, "", frozenset()))
    count = 0
    while waiting:
        message, place, above, within = waiting.popleft()
        if message.type_name.startswith(_WELL_KNOWN):
            continue
        for field in message.fields:
            steps = (*place, named(field.json_name))
            count += 1
            if count > MAX_FIELDS:
                return
            written = above + field.name
            others = (field.name,) if field.name != field.json_name else ()
            aliases = (*others, *said.get(written, ()))
            required = is_legacy_required(field)
            yield Part(operation, kind, "", way(steps), _type(field), required, aliases)
            inner = message_in(field)
            inside = within | {message.type_name}
            if inner is not None and inner.type_name not in inside and len(steps) < MAX_LEVELS:
                waiting.append((inner, (*steps, *_step(field)), f"{written}.", inside))


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

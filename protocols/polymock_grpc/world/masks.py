"""Updates of messages (AIP-134): what a mask names, or all that is set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protobuf import (
    DescField,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    Message,
    ScalarType,
)

from polymock.errors import Invalid
from polymock_grpc.answering.overlay import MAX_DEPTH, MAX_PATHS, Takes, overlay
from polymock_grpc.spec.scalars import BOUNDS
from polymock_schemas.calls import Violation

ALL = "*"


def update(
    message: Message, said: Message, paths: Sequence[str], takes: Takes, where: str
) -> list[DescField]:
    """Change a message to what another of its type says; the fields that were touched.

    Without paths all that is set in `said` is laid over it; `*` replaces all, and a path what it
    names: lists and maps as a whole, or a map's key; what `said` has not is cleared. `takes` tells
    which fields are the caller's. Raises Invalid for a path that leads nowhere, which stands at
    `where` in the request.
    """
    if not paths:
        overlay(message, said, takes)
        return [field for field in said.desc().fields if field in said and takes(field)]
    if ALL in paths:
        return replace(message, said, takes)
    if len(paths) > MAX_PATHS:
        raise _invalid(where, f"it has more than {MAX_PATHS} paths")
    touched: dict[str, DescField] = {}
    for path in paths:
        names = path.split(".")
        field = _field(message.desc(), names[0])
        if field is None or len(names) > MAX_DEPTH:
            kind = message.desc().type_name
            raise _invalid(where, f"{kind} has no field {path[:200]!r}")
        if takes(field):
            _put_at(message, said, names, takes, where)
            touched[field.name] = field
    return list(touched.values())


def replace(message: Message, said: Message, takes: Takes) -> list[DescField]:
    """Change a message to be what another says and nothing else, but for what is not the
    caller's."""
    touched = [field for field in message.desc().fields if takes(field)]
    for field in touched:
        if field in said:
            message[field] = said[field]
        elif field in message:
            del message[field]
    return touched


def _put_at(
    message: Message, said: Message, names: Sequence[str], takes: Takes, where: str
) -> None:
    field = _field(message.desc(), names[0])
    if field is None:
        told = f"{message.desc().type_name} has no field {names[0][:200]!r}"
        raise _invalid(where, told)
    if not takes(field):
        return
    if len(names) == 1 or names[1] == ALL:
        if field in said:
            message[field] = said[field]
        elif field in message:
            del message[field]
    elif isinstance(field.value, DescFieldValueMessage):
        inner = said[field] if field in said else field.value.message.type()
        if field not in message:
            message[field] = field.value.message.type()
        _put_at(message[field], inner, names[1:], takes, where)
    elif isinstance(field.value, DescFieldValueMap):
        _put_key(message, said, field, field.value, names[1])
    else:
        raise _invalid(where, f"nothing is inside {field.name}")


def _put_key(
    message: Message, said: Message, field: DescField, value: DescFieldValueMap, name: str
) -> None:
    """Change one key of a map (AIP-161)."""
    key = _key(value.key, name)
    held = dict(message[field])
    if key in said[field]:
        held[key] = said[field][key]
    else:
        held.pop(key, None)
    message[field] = held


def _key(scalar: ScalarType, name: str) -> Any:
    if scalar is ScalarType.BOOL:
        return name == "true"
    if scalar in BOUNDS and name.removeprefix("-").isdecimal() and len(name) < 20:
        return int(name)
    return name


def _field(kind: DescMessage, name: str) -> DescField | None:
    return next((f for f in kind.fields if name in (f.name, f.json_name)), None)


def _invalid(where: str, message: str) -> Invalid:
    return Invalid(f"{where}: {message}.", [Violation(f"body/{where}", message)])

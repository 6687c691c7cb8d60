"""Messages as the world holds them: objects of JSON's types, by the names of ProtoJSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from math import isfinite
from typing import Any

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    Message,
    Registry,
    ScalarType,
    message_to_json_value,
)

from polymock_grpc.fields import IMPLICIT
from polymock_grpc.spec.known_types import known_schema
from polymock_grpc.spec.scalars import BOUNDS

MAX_DEPTH = 32
_WRAPPED = "google.protobuf."
_COUNTED = (*BOUNDS, ScalarType.FLOAT, ScalarType.DOUBLE, ScalarType.BOOL)

Keeps = Callable[[DescField], bool]


class Documents:
    """Turns messages of a contract into objects."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def whole(self, message: Message) -> dict[str, Any]:
        """All that a message holds, also what is at its default, but for what can be absent."""
        return {
            field.json_name: self.value(field, message[field])
            for field in message.desc().fields
            if field in message or _is_implicit(field)
        }

    def said(self, message: Message, keeps: Keeps, depth: int = MAX_DEPTH) -> dict[str, Any]:
        """What a message says: the fields that are set, and numbers and truths that may be.

        Of a field without presence a zero may be meant or nothing; a text or a list that is empty
        says nothing.
        """
        return {
            field.json_name: self.value(field, message[field], depth)
            for field in message.desc().fields
            if keeps(field) and (field in message or is_counted(field))
        }

    def value(self, field: DescField, held: Any, depth: int = MAX_DEPTH) -> Any:
        """What one field holds; None for nothing."""
        value = field.value
        if held is None:
            return None
        if isinstance(value, DescFieldValueList):
            return [self._element(value.element, item, depth) for item in held]
        if isinstance(value, DescFieldValueMap):
            return {
                _key_text(key): self._element(value.value, item, depth)
                for key, item in held.items()
            }
        if isinstance(value, DescFieldValueMessage):
            return self._element(value.message, held, depth)
        if isinstance(value, DescFieldValueEnum):
            return self._element(value.enum, held, depth)
        return self._element(value.scalar, held, depth)

    def _element(self, kind: ScalarType | DescEnum | DescMessage, held: Any, depth: int) -> Any:
        if isinstance(kind, DescMessage):
            return self._message(kind, held, depth)
        if isinstance(kind, DescEnum):
            number = int(held)
            return next((each.name for each in kind.values if each.number == number), number)
        if kind is ScalarType.BYTES:
            return b64encode(held).decode()
        if isinstance(held, float) and not isfinite(held):
            return None
        return held

    def _message(self, kind: DescMessage, held: Message, depth: int) -> Any:
        known = known_schema(kind.type_name)
        if known is None and kind.type_name != "google.protobuf.Any":
            return self.said(held, _anything, depth - 1) if depth else {}
        told = message_to_json_value(held, registry=self._registry)
        if kind.type_name in (f"{_WRAPPED}Int64Value", f"{_WRAPPED}UInt64Value"):
            return int(str(told))
        return told


def is_counted(field: DescField) -> bool:
    """Whether it is a number or a truth whose zero cannot be told from its absence."""
    value = field.value
    if not isinstance(value, DescFieldValueScalar) or not _is_implicit(field):
        return False
    return value.scalar in _COUNTED


def _is_implicit(field: DescField) -> bool:
    return int(field.presence) == IMPLICIT and not isinstance(field.value, DescFieldValueMessage)


def _anything(field: DescField) -> bool:
    return True


def _key_text(key: Any) -> str:
    return ("true" if key else "false") if isinstance(key, bool) else str(key)

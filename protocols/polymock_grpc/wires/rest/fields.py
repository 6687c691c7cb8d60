"""Fields of a request by their paths (`book.author.name`), and values for them from text."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    ScalarType,
)

from polymock_grpc.fields import Element

HTTP_BODY = "google.api.HttpBody"
"""A message that stands for bytes of any media type."""

_MAX_DEPTH = 32
_NUMBER = re.compile(r"-?[0-9]{1,10}", re.ASCII)
_SNAKE = re.compile(r"_([a-z])")
_TEXTUAL = frozenset(("google.protobuf.Timestamp", "google.protobuf.Duration"))
_MASK = "google.protobuf.FieldMask"
_FREE = frozenset(("google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"))
_WRAPPERS = frozenset(
    f"google.protobuf.{name}Value"
    for name in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
)
_VALUE_TYPES = frozenset((*_TEXTUAL, _MASK, *_FREE, *_WRAPPERS))
"""Messages that stand for one value, and not for their fields."""


class Fields:
    """Looks fields up by proto name or JSON name, as requests may use either."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, DescField]] = {}

    def find(self, root: DescMessage, path: str) -> tuple[DescField, ...]:
        """The fields along a path. Raises ValueError where there is none such."""
        names = path.split(".")
        if len(names) > _MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {_MAX_DEPTH} fields")
        found: list[DescField] = []
        message: DescMessage | None = root
        for name in names:
            if message is None:
                raise ValueError(f"{found[-1].name} has no fields that a request can name")
            field = self._named(message).get(name)
            if field is None:
                raise ValueError(f"{message.type_name} has no field {name[:100]!r}")
            found.append(field)
            message = _inner(field)
        return tuple(found)

    def _named(self, message: DescMessage) -> dict[str, DescField]:
        fields = self._of.get(message.type_name)
        if fields is None:
            fields = {field.json_name: field for field in message.fields}
            fields.update({field.name: field for field in message.fields})
            self._of[message.type_name] = fields
        return fields


def element_of(field: DescField) -> Element:
    """The type of a field's value, of a list's elements, or of a map's values."""
    value = field.value
    if isinstance(value, DescFieldValueScalar):
        return value.scalar
    if isinstance(value, DescFieldValueEnum):
        return value.enum
    if isinstance(value, DescFieldValueMessage):
        return value.message
    return value.element if isinstance(value, DescFieldValueList) else value.value


def is_repeated(field: DescField) -> bool:
    """Whether it is a list."""
    return isinstance(field.value, DescFieldValueList)


def is_map(field: DescField) -> bool:
    """Whether it is a map."""
    return isinstance(field.value, DescFieldValueMap)


def is_message(field: DescField) -> bool:
    """Whether its value is one message that text cannot stand for."""
    element = element_of(field)
    return isinstance(element, DescMessage) and element.type_name not in _VALUE_TYPES


def json_value(element: Element, text: str) -> Any:
    """The ProtoJSON value that a text of a URL stands for. Raises ValueError.

    Numbers may stand as strings in ProtoJSON, so they stay text.
    """
    if isinstance(element, DescMessage):
        return _well_known(element, text)
    if isinstance(element, DescEnum):
        return int(text) if _NUMBER.fullmatch(text) else text
    if element is not ScalarType.BOOL:
        return text
    if text.lower() not in ("true", "false"):
        raise ValueError("it is neither true nor false")
    return text.lower() == "true"


def _well_known(message: DescMessage, text: str) -> Any:
    name = message.type_name
    if name in _TEXTUAL:
        return text
    if name in _WRAPPERS:
        return json_value(element_of(message.fields[0]), text)
    if name == _MASK:  # its JSON form has camelCase alone; requests have the proto names, too
        return _SNAKE.sub(lambda found: found[1].upper(), text)
    if name in _FREE:
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(f"it is no JSON: {error}") from error
    raise ValueError(f"it is a {name}, whose fields are parameters of their own")


def _inner(field: DescField) -> DescMessage | None:
    """The message whose fields a path can go on with."""
    value = field.value
    if isinstance(value, DescFieldValueMessage) and value.message.type_name not in _VALUE_TYPES:
        return value.message
    return None

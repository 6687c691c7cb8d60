"""Message types as JSON Schema: what entities hold of them, and what other contracts' values are
turned into.

The samples' schemas say what is likely; these say what is possible. Properties have the names of
ProtoJSON; integers of 64 bits are numbers, as they are to other contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    Registry,
    ScalarType,
)

from polymock.jsonschema import REF_PREFIX, Schema
from polymock_grpc.spec.known_types import known_schema
from polymock_grpc.spec.scalars import BOUNDS

_TEXT: Schema = {"type": "string"}
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?s$"},
    "google.protobuf.FieldMask": _TEXT,
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": True,
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.DoubleValue": {"type": "number"},
    "google.protobuf.FloatValue": {"type": "number"},
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.StringValue": _TEXT,
    "google.protobuf.BytesValue": _TEXT,
    "google.protobuf.Any": {"type": "object"},
}
_WHOLE = {
    "google.protobuf.Int64Value": ScalarType.INT64,
    "google.protobuf.UInt64Value": ScalarType.UINT64,
    "google.protobuf.Int32Value": ScalarType.INT32,
    "google.protobuf.UInt32Value": ScalarType.UINT32,
}


class MessageSchemas(Mapping[str, Schema]):
    """The schemas of all message types, by their full names; each is made when it is asked for."""

    def __init__(self, registry: Registry, is_required: Callable[[DescField], bool]) -> None:
        self._registry = registry
        self._is_required = is_required
        self._made: dict[str, Schema] = {}

    def __getitem__(self, name: str) -> Schema:
        known = self._made.get(name)
        if known is None:
            message = self._registry.message(name)
            if message is None:
                raise KeyError(name)
            known = self._made[name] = {
                "type": "object",
                "properties": {f.json_name: _or_null(field_schema(f)) for f in message.fields},
                "required": [f.json_name for f in message.fields if self._is_required(f)],
                "additionalProperties": False,
            }
        return known

    def __iter__(self) -> Iterator[str]:
        return (part.type_name for part in self._registry if isinstance(part, DescMessage))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def field_schema(field: DescField) -> Schema:
    """The schema of a field's values."""
    value = field.value
    if isinstance(value, DescFieldValueList):
        return {"type": "array", "items": _element(value.element)}
    if isinstance(value, DescFieldValueMap):
        return {"type": "object", "additionalProperties": _element(value.value)}
    if isinstance(value, DescFieldValueMessage):
        return _element(value.message)
    if isinstance(value, DescFieldValueEnum):
        return _element(value.enum)
    return _element(value.scalar)


def _element(element: ScalarType | DescEnum | DescMessage) -> Schema:
    if isinstance(element, DescEnum):
        return {"enum": [value.name for value in element.values]}
    if isinstance(element, DescMessage):
        name = element.type_name
        if name in _WHOLE:
            return _element(_WHOLE[name])
        if name in _WELL_KNOWN:
            return _WELL_KNOWN[name]
        known = known_schema(name)
        return {"$ref": REF_PREFIX + name} if known is None or "properties" in known else known
    if element in BOUNDS:
        low, high = BOUNDS[element]
        return {"type": "integer", "minimum": low, "maximum": high}
    if element in (ScalarType.FLOAT, ScalarType.DOUBLE):
        return {"type": "number"}
    return {"type": "boolean"} if element is ScalarType.BOOL else _TEXT


def _or_null(schema: Schema) -> Schema:
    """ProtoJSON has null for what is not set; in other contracts' objects it stands for that."""
    if isinstance(schema, bool):
        return schema
    kind: Any = schema.get("type")
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    if isinstance(kind, str):
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}

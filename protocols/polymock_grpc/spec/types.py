"""Message types as what samples are made from: JSON Schema for plain fields, and nested messages.

A message's plain fields (scalars, enums, well-known types, and lists and maps of these) are one
JSON Schema object, sampled as a whole so that they agree with one another. Fields of other message
types stand beside it, as a sample of those has an identity of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from protobuf import (
    DescEnum,
    DescExtension,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    Registry,
    ScalarType,
)

from polymock.samples.names import promised_truth
from polymock_grpc.fields import IMPLICIT, is_legacy_required, is_usually_unset
from polymock_grpc.spec.known_types import known_schema
from polymock_grpc.spec.options import Options
from polymock_grpc.spec.resources import Resources, name_pattern
from polymock_grpc.spec.rules import narrow
from polymock_grpc.spec.scalars import enum_schema, key_schema, scalar_schema

Schema = dict[str, Any]
REQUIRED = 2
"""Of google.api.FieldBehavior, as those below."""
OUTPUT_ONLY = 3
INPUT_ONLY = 4
IMMUTABLE = 5
IDENTIFIER = 8
_BEHAVIOR = "google.api.field_behavior"
_FIELD_RULES = "buf.validate.field"
_MESSAGE_RULES = "buf.validate.message"
_ITEMS = (1, 3)
_KEYS = ("id", "uuid", "guid", "uid")
_TYPES_OF_KEYS = (ScalarType.BOOL, ScalarType.BYTES, ScalarType.DOUBLE, ScalarType.FLOAT)


_TEXT = {"type": "string"}


class Part(msgspec.Struct, frozen=True):
    """A field of message type, that is no well-known one: `low` to `high` of them."""

    name: str
    """In ProtoJSON."""
    type: DescMessage
    form: Literal["one", "list", "map"] = "one"
    low: int = 1
    high: int = 1
    keys: Schema = {}
    """Of a map: the schema of its keys, as text."""
    needed: bool = False
    """Whether the message breaks a rule without it."""


class Key(msgspec.Struct, frozen=True):
    """The field that tells the things of one type apart."""

    field: DescField
    template: str = ""
    """The pattern of resource names, `shelves/{shelf}/books/{book}`."""


class Shape(msgspec.Struct, frozen=True):
    """One message type, as samples of it are made.

    `plain` is the schema of the plain fields; of each of `choices` (the members of a oneof, in
    ProtoJSON) a sample has one.
    """

    type: DescMessage
    plain: Schema
    parts: Sequence[Part]
    choices: Sequence[Sequence[str]]
    key: Key | None


class Types:
    """The shapes of a contract's message types, each made on first use."""

    def __init__(self, registry: Registry) -> None:
        self.options = Options(registry)
        self._registry = registry
        self._resources = Resources(registry, self.options)
        self._shapes: dict[str, Shape] = {}
        self._writable: dict[DescField, bool] = {}

    def shape(self, message: DescMessage) -> Shape:
        """The shape of a message type."""
        found = self._shapes.get(message.type_name)
        if found is None:
            found = self._shapes[message.type_name] = self._made(message)
        return found

    def template(self, field: DescField) -> str:
        """The pattern of the resource names that a field holds; "" for none."""
        return self._resources.template(field)

    def reference(self, field: DescField) -> str:
        """The type of resource that a field names, `library.example.com/Book`; "" for none."""
        return self._resources.reference(field)

    def key(self, message: DescMessage) -> Key | None:
        """The field that tells the things of a message type apart, if one does."""
        found = self._shapes.get(message.type_name)
        return self._key(message) if found is None else found.key

    def is_resource(self, message: DescMessage) -> bool:
        """Whether google.api.resource describes it, with a field for its name."""
        return bool(self._resources.name_field(message))

    def resource_type(self, message: DescMessage) -> str:
        """The type of resource that a message is, `library.example.com/Book`; "" for none."""
        return self._resources.type_of(message)

    def rules(self, field: DescField) -> dict[str, Any]:
        """The field's buf.validate rules in ProtoJSON; {} for none."""
        return self.options.read_json(field.proto.options, _FIELD_RULES) or {}

    def behaviors(self, field: DescField) -> frozenset[int]:
        """The numbers of the field's google.api.field_behavior."""
        return frozenset(map(int, self.options.read(field.proto.options, _BEHAVIOR) or ()))

    def is_writable(self, field: DescField) -> bool:
        """Whether answers say back what requests say of it (AIP-203)."""
        known = self._writable.get(field)
        if known is None:
            known = not self.behaviors(field) & {OUTPUT_ONLY, INPUT_ONLY, IDENTIFIER}
            self._writable[field] = known
        return known

    def _made(self, message: DescMessage) -> Shape:
        plain: dict[str, Schema] = {}
        parts: list[Part] = []
        for field in message.fields:
            rules = self.options.read_json(field.proto.options, _FIELD_RULES) or {}
            if INPUT_ONLY in self.behaviors(field) or (not rules and is_usually_unset(field)):
                continue
            made = self._field(field, field.json_name, rules)
            if isinstance(made, Part):
                parts.append(made)
            elif made is not None:
                plain[field.json_name] = made
        for extension in self._extensions(message):
            made = self._field(extension, f"[{extension.type_name}]", {})
            if isinstance(made, Part):
                parts.append(made)
            elif made is not None:
                plain[f"[{extension.type_name}]"] = made
        names = set(plain) | {part.name for part in parts}
        schema = {
            "title": message.name,
            "type": "object",
            "properties": plain,
            "required": list(plain),
        }
        choices = self._choices(message, names)
        return Shape(message, schema, tuple(parts), choices, self._key(message))

    def _extensions(self, message: DescMessage) -> Sequence[DescExtension]:
        if message.file.name.startswith("google/protobuf/"):
            return ()
        return self._registry.extensions_for(message)

    def _choices(self, message: DescMessage, names: set[str]) -> tuple[tuple[str, ...], ...]:
        """The oneofs, and what `buf.validate.message.oneof` says is one."""
        groups = [[field.json_name for field in oneof.fields] for oneof in message.oneofs]
        rules = self.options.read_json(message.proto.options, _MESSAGE_RULES) or {}
        json_names = {field.name: field.json_name for field in message.fields}
        groups.extend(
            [json_names[name] for name in rule.get("fields", ()) if name in json_names]
            for rule in rules.get("oneof", ())
        )
        kept = (tuple(name for name in group if name in names) for group in groups)
        return tuple(group for group in kept if group)

    def _key(self, message: DescMessage) -> Key | None:
        """A resource's name field; else an id: `id`, or for a Pet `pet_id`."""
        by_name = {field.name: field for field in message.fields if _can_be_key(field)}
        resource = by_name.get(self._resources.name_field(message))
        if resource is not None:
            return Key(resource, self._resources.template(resource))
        snake = snake_case(message.name)
        for name in (*_KEYS, f"{snake}_id", f"{snake}_uuid", f"{snake}_guid"):
            if name in by_name:
                return Key(by_name[name])
        return None

    def _field(
        self, field: DescField | DescExtension, name: str, rules: dict[str, Any]
    ) -> Schema | Part | None:
        """The schema of a plain field; a part for a message; None where there is no value."""
        value = field.value
        if isinstance(value, DescFieldValueList):
            return self._list(field, value, name, rules)
        if isinstance(value, DescFieldValueMap):
            return self._map(value, name, rules)
        if isinstance(value, DescFieldValueMessage):
            known = known_schema(value.message.type_name)
            if known is None:
                needed = bool(rules.get("required")) or is_legacy_required(field)
                return Part(name, value.message, needed=needed)
            return narrow(known, rules)
        if isinstance(value, DescFieldValueEnum):
            if _is_null(value.enum):
                return None
            return narrow(enum_schema(value.enum), _by_name(rules, value.enum))
        schema = self._named(field, value.scalar) or scalar_schema(value.scalar)
        if field.name == "uid" and schema == _TEXT and not rules:
            schema = {**schema, "format": "uuid"}
        return narrow(_shown(field, schema), rules)

    def _named(self, field: DescField | DescExtension, scalar: object) -> Schema | None:
        """The schema of a field, or of a list's elements, that holds names of resources."""
        if scalar is not ScalarType.STRING or not isinstance(field, DescField):
            return None
        template = self.template(field)
        return {"type": "string", "pattern": name_pattern(template)} if template else None

    def _list(
        self,
        field: DescField | DescExtension,
        value: DescFieldValueList,
        name: str,
        rules: dict[str, Any],
    ) -> Schema | Part | None:
        element = value.element
        low, high = _ITEMS
        sized: Schema = {"type": "array", "minItems": low, "maxItems": high}
        inner = self._named(field, element) or _plain_schema(element)
        if inner is None:
            sized = _modest(narrow(sized, rules), "minItems", "maxItems")
            assert isinstance(element, DescMessage)
            least, most = sized["minItems"], sized["maxItems"]
            return Part(name, element, "list", least, most, needed="minItems" in str(rules))
        if isinstance(element, DescEnum):
            if _is_null(element):
                return None
            rules = _items_by_name(rules, element)
        return _modest(narrow({**sized, "items": inner}, rules), "minItems", "maxItems")

    def _map(self, value: DescFieldValueMap, name: str, rules: dict[str, Any]) -> Schema | Part:
        sized: Schema = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 2,
            "propertyNames": key_schema(value.key),
        }
        inner = _plain_schema(value.value)
        if inner is not None:
            whole = narrow({**sized, "additionalProperties": inner}, rules)
            return _modest(whole, "minProperties", "maxProperties")
        sized = _modest(narrow(sized, rules), "minProperties", "maxProperties")
        assert isinstance(value.value, DescMessage)
        low, high = sized["minProperties"], sized["maxProperties"]
        needed = "minPairs" in str(rules)
        return Part(name, value.value, "map", low, high, sized["propertyNames"], needed)


def snake_case(name: str) -> str:
    """`BookShelf` as `book_shelf`."""
    spaced = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    return spaced.lstrip("_")


def _plain_schema(element: ScalarType | DescEnum | DescMessage) -> Schema | None:
    if isinstance(element, DescMessage):
        return known_schema(element.type_name)
    return enum_schema(element) if isinstance(element, DescEnum) else scalar_schema(element)


def _shown(field: DescField | DescExtension, schema: Schema) -> Schema:
    """The schema with what ProtoJSON cannot show.

    The default that a proto2 field declares is an example. A boolean without presence is true
    unless its name says that it usually is not: its false would not be on the wire at all.
    """
    value = field.value
    if schema.get("type") == "boolean" and int(field.presence) == IMPLICIT:
        return schema if promised_truth(field.name) is False else {"const": True}
    if not isinstance(value, DescFieldValueScalar) or not value.default_value:
        return schema
    default = value.default_value
    return schema if isinstance(default, bytes) else {**schema, "examples": [default]}


def _modest(schema: Schema, low: str, high: str) -> Schema:
    """The schema of a list or map with few items, however many it may have."""
    if high not in schema:
        return schema
    least = schema.get(low, 0)
    return {**schema, high: min(schema[high], max(least, _ITEMS[1]))}


def _can_be_key(field: DescField) -> bool:
    value = field.value
    return isinstance(value, DescFieldValueScalar) and value.scalar not in _TYPES_OF_KEYS


def _is_null(enum: DescEnum) -> bool:
    return enum.type_name == "google.protobuf.NullValue"


def _by_name(rules: dict[str, Any], enum: DescEnum) -> dict[str, Any]:
    """Rules whose numbers of enum values are names, as samples have them."""
    told = rules.get("enum")
    if not isinstance(told, dict):
        return rules
    names = {value.number: value.name for value in reversed(enum.values)}
    named = dict(told)
    if "const" in told:
        named["const"] = names.get(told["const"], told["const"])
    if "in" in told:
        named["in"] = [names.get(number, number) for number in told["in"]]
    if told.get("notIn") and "in" not in told:
        offered = enum_schema(enum)["enum"]
        denied = {names.get(number) for number in told["notIn"]}
        allowed = [name for name in offered if name not in denied]
        named["in"] = allowed or [n for n in names.values() if n not in denied]
    return {**rules, "enum": named}


def _items_by_name(rules: dict[str, Any], enum: DescEnum) -> dict[str, Any]:
    repeated = rules.get("repeated")
    if not isinstance(repeated, dict) or "items" not in repeated:
        return rules
    return {**rules, "repeated": {**repeated, "items": _by_name(repeated["items"], enum)}}

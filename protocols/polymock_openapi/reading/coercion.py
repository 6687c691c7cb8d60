"""Text of the wire turned into the types that a schema asks for, before it is validated.

A URL, a header or a form has only text. Text becomes a number, boolean or null where the schema
admits that type and the text is its JSON form (RFC 8259, sections 3 and 6) to the letter: `1.0`
is no integer, and `+1`, ` 1`, `007`, `0x10` or `NaN` are no numbers. Text that fits no type stays
text, so that validation can say what is wrong with it.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

import msgspec

from polymock.jsonschema import REF_PREFIX, Definitions, Schema, Validator

Raw: TypeAlias = "str | list[Raw] | dict[str, Raw]"
"""Decoded text in the structure that the wire gave it."""

TYPES = frozenset({"string", "integer", "number", "boolean", "null", "array", "object"})
SCALARS = TYPES - {"array", "object"}
MAX_DIGITS = 400
"""Longer numbers stay text: no float reaches them, and reading them costs quadratic time."""
MAX_REFERENCES = 8
"""Followed in a row from a schema to its default."""
MAX_DEPTH = 100
"""Of combinations and references to look for types in; beyond, any type is possible."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


class Coercion:
    """A schema seen as a target for text. Its parts are compiled when data first reaches them."""

    def __init__(self, schema: Schema, definitions: Definitions) -> None:
        self.schema = schema
        self.types = types_of(schema, definitions)
        self._definitions = definitions
        self._known: dict[str | int, Coercion] = {}
        self._scalar = self._scalar_reader()

    def __call__(self, raw: Raw) -> Any:
        """The value that the text stands for; text that fits no type is returned as it is."""
        if isinstance(raw, str):
            if self.types == {"array"}:
                return [self._at(0)(raw)]
            return self._scalar(raw)
        if isinstance(raw, list):
            return [self._at(index)(item) for index, item in enumerate(raw)]
        if "object" not in self.types and "array" in self.types and _is_indexed(raw):
            return self([raw[key] for key in sorted(raw, key=int)])
        return {name: self.property(name)(value) for name, value in raw.items()}

    def property(self, name: str) -> Coercion:
        """The coercion of one property of an object."""
        return self._part(name, self.outline.properties.get(name)) or self._unnamed

    @cached_property
    def outline(self) -> Outline:
        """The parts of the schema."""
        return outline_of(self.schema, self._definitions)

    @cached_property
    def item(self) -> Coercion:
        """The coercion of an array's items, past those that have a schema by position."""
        return Coercion(_any_of(self.outline.items), self._definitions)

    @cached_property
    def _unnamed(self) -> Coercion:
        return Coercion(_any_of(self.outline.others), self._definitions)

    def _at(self, index: int) -> Coercion:
        return self._part(index, self.outline.prefix[index : index + 1]) or self.item

    def _part(self, key: str | int, schemas: tuple[Schema, ...] | None) -> Coercion | None:
        if not schemas:
            return None
        if key not in self._known:
            self._known[key] = Coercion(_any_of(schemas), self._definitions)
        return self._known[key]

    def _scalar_reader(self) -> Callable[[str], Any]:
        scalars = self.types & SCALARS
        if scalars == {"string"} or not scalars or self.types == TYPES:
            return _as_text
        if scalars == {"integer"}:
            return to_integer
        if scalars == {"integer", "number"}:
            return to_number
        if scalars == {"boolean"}:
            return to_boolean
        return self._fitting

    def _fitting(self, text: str) -> Any:
        """Of the readings that the types admit the first that is valid; a text that reads as a
        number is one, even where a string would do."""
        for read in self._readers:
            value = read(text)
            if (value is not text or read is _as_text) and self._validator.is_valid(value):
                return value
        for read in self._readers:
            value = read(text)
            if value is not text:
                return value
        return text

    @cached_property
    def _readers(self) -> tuple[Callable[[str], Any], ...]:
        order: tuple[tuple[str, Callable[[str], Any]], ...] = (
            ("number", to_number),
            ("integer", to_integer),
            ("boolean", to_boolean),
            ("string", _as_text),
            ("null", to_null),
        )
        return tuple(read for name, read in order if name in self.types)

    @cached_property
    def _validator(self) -> Validator:
        return Validator(self.schema, self._definitions, "request")


def to_integer(text: str) -> int | str:
    """The integer of a JSON text without fraction and exponent, else the text."""
    if len(text) <= MAX_DIGITS and _INTEGER.fullmatch(text):
        return int(text)
    return text


def to_number(text: str) -> float | str:
    """The number of a JSON text, else the text; an int where it has neither fraction nor
    exponent."""
    value = to_integer(text)
    if value is text and len(text) <= MAX_DIGITS and _NUMBER.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return value


def to_boolean(text: str) -> bool | str:
    """`true` and `false`, else the text."""
    return True if text == "true" else False if text == "false" else text


def to_null(text: str) -> str | None:
    """None for `null` and for no text at all, else the text."""
    return None if text in ("", "null") else text


def _as_text(text: str) -> str:
    return text


def _is_indexed(raw: Mapping[str, Raw]) -> bool:
    return all(len(key) <= 9 and key.isascii() and key.isdigit() for key in raw)


def _any_of(schemas: tuple[Schema, ...]) -> Schema:
    if not schemas:
        return True
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


class Outline(msgspec.Struct, frozen=True):
    """The schemas that a schema has for its parts, from all its branches together."""

    properties: Mapping[str, tuple[Schema, ...]]
    others: tuple[Schema, ...]
    """Of properties that have no name in the schema."""
    items: tuple[Schema, ...]
    prefix: tuple[Schema, ...]


def outline_of(schema: Schema, definitions: Definitions) -> Outline:
    """Collect the parts of a schema through references, allOf, anyOf, oneOf, if/then/else."""
    properties: dict[str, list[Schema]] = {}
    others: list[Schema] = []
    items: list[Schema] = []
    prefix: tuple[Schema, ...] = ()
    for branch in _branches(schema, definitions):
        for name, body in branch.get("properties", {}).items():
            known = properties.setdefault(name, [])
            if body not in known:
                known.append(body)
        if isinstance(branch.get("additionalProperties"), dict):
            others.append(branch["additionalProperties"])
        others.extend(branch.get("patternProperties", {}).values())
        if isinstance(branch.get("items"), dict):
            items.append(branch["items"])
        prefix = prefix or tuple(branch.get("prefixItems", ()))
    named = {name: tuple(bodies) for name, bodies in properties.items()}
    return Outline(named, tuple(others), tuple(items), prefix)


def default_of(schema: Schema, definitions: Definitions) -> Any:
    """The `default` of a schema or of what it refers to; UNSET where there is none."""
    for _ in range(MAX_REFERENCES):
        if isinstance(schema, bool):
            break
        if "default" in schema:
            return schema["default"]
        name = _reference(schema)
        if name is None:
            break
        schema = definitions[name]
    return msgspec.UNSET


def resolve(schema: Schema, definitions: Definitions) -> Schema:
    """The schema that a schema which only refers to others ends in."""
    for _ in range(MAX_REFERENCES):
        name = None if isinstance(schema, bool) else _reference(schema)
        if name is None:
            break
        schema = definitions[name]
    return schema


def _branches(schema: Schema, definitions: Definitions) -> Iterator[dict[str, Any]]:
    """The schema and all that it applies to the same value, nearest first, each once."""
    waiting: deque[Any] = deque([schema])
    visited: set[str] = set()
    while waiting:
        branch = waiting.popleft()
        if not isinstance(branch, dict):
            continue
        yield branch
        name = _reference(branch)
        if name is not None and name not in visited:
            visited.add(name)
            waiting.append(definitions[name])
        for keyword in ("allOf", "anyOf", "oneOf"):
            waiting.extend(branch.get(keyword, ()))
        waiting.extend(branch.get(keyword) for keyword in ("if", "then", "else"))


def types_of(schema: Schema, definitions: Definitions) -> frozenset[str]:
    """The JSON types that a value may have as far as `type`, `enum` and `const` say, through
    references and combinations; a `number` admits an `integer` too. All seven where nothing is
    said, but `properties` alone hints at an object and `items` at an array."""
    return _types(schema, definitions, {}, 0)


def _types(
    schema: Schema, definitions: Definitions, memo: dict[str, frozenset[str]], depth: int
) -> frozenset[str]:
    if isinstance(schema, bool) or depth > MAX_DEPTH:
        return TYPES
    types = TYPES
    if "type" in schema:
        types &= _declared(schema["type"])
    if "enum" in schema:
        types &= frozenset().union(*map(_type_of_value, schema["enum"]))
    if "const" in schema:
        types &= _type_of_value(schema["const"])
    name = _reference(schema)
    if name is not None:
        if name not in memo:
            memo[name] = TYPES  # what a circular reference sees of itself
            memo[name] = _types(definitions[name], definitions, memo, depth + 1)
        types &= memo[name]
    for branch in schema.get("allOf", ()):
        types &= _types(branch, definitions, memo, depth + 1)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            branches = (_types(branch, definitions, memo, depth + 1) for branch in schema[keyword])
            types &= frozenset().union(*branches)
    if types == TYPES:
        if "properties" in schema or "additionalProperties" in schema:
            return frozenset({"object"})
        if "items" in schema or "prefixItems" in schema:
            return frozenset({"array"})
    return types


def _declared(declared: Any) -> frozenset[str]:
    names = frozenset([declared] if isinstance(declared, str) else declared)
    return names | {"integer"} if "number" in names else names


def _type_of_value(value: Any) -> frozenset[str]:
    if value is None:
        return frozenset({"null"})
    if isinstance(value, bool):
        return frozenset({"boolean"})
    if isinstance(value, int):
        return frozenset({"integer"})
    if isinstance(value, float):
        return frozenset({"number", "integer"})
    if isinstance(value, str):
        return frozenset({"string"})
    return frozenset({"array" if isinstance(value, list) else "object"})


def _reference(schema: dict[str, Any]) -> str | None:
    ref = schema.get("$ref")
    return ref[len(REF_PREFIX) :] if isinstance(ref, str) and ref.startswith(REF_PREFIX) else None

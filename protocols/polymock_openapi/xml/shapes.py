"""What a schema says of a value's XML: its names, attributes, wrapping (OAS 3.1, XML Object)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from polymock.jsonschema import REF_PREFIX, Definitions, Schema

XSI = "http://www.w3.org/2001/XMLSchema-instance"
MAX_DEPTH = 200
"""Elements inside one another."""
_MAX_PARTS = 500
"""Schemas that say something of one value, through `$ref`, `allOf` and the like."""


class Shape(msgspec.Struct, frozen=True):
    """A schema with what it refers to and is combined of, as far as XML needs it.

    `component` is the name of the first definition it refers to. `types` are the JSON types that
    any part names, `values` those of `const` and `enum`.
    """

    component: str
    xml: Mapping[str, Any]
    types: frozenset[str]
    properties: Mapping[str, Schema]
    required: frozenset[str]
    additional: Schema
    items: Schema
    first_items: tuple[Schema, ...]
    values: tuple[Any, ...]

    def name(self, default: str) -> str:
        """The local name of the element or attribute, `default` where the schema has none."""
        return sanitise(text_of(self.xml, "name") or default)

    @property
    def namespace(self) -> str:
        """The namespace URI, or ""."""
        return text_of(self.xml, "namespace")

    @property
    def prefix(self) -> str:
        """The namespace prefix, or ""."""
        return sanitise(text_of(self.xml, "prefix")) if text_of(self.xml, "prefix") else ""

    @property
    def is_attribute(self) -> bool:
        """Whether the value is an attribute of its parent."""
        return self.xml.get("attribute") is True or self.xml.get("nodeType") == "attribute"

    @property
    def is_text(self) -> bool:
        """Whether the value is its parent's text (OAS 3.2 `nodeType`, or `x-text`)."""
        return self.xml.get("nodeType") in ("text", "cdata") or self.xml.get("x-text") is True

    @property
    def is_wrapped(self) -> bool:
        """Whether an array has an element of its own around those of its items."""
        return self.xml.get("wrapped") is True or self.xml.get("nodeType") == "element"

    @property
    def is_array(self) -> bool:
        """Whether its values are arrays, and not also objects."""
        return "array" in self.types and "object" not in self.types

    def item(self, index: int) -> Schema:
        """The schema of the item at an index."""
        return self.first_items[index] if index < len(self.first_items) else self.items


class Shapes:
    """The shapes of schemas, made once each, for as long as one document is read or written."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._known: dict[int, tuple[Schema, Shape]] = {}
        """By the identity of the schema, which stays its own as it is kept here."""

    def of(self, schema: Schema) -> Shape:
        """The shape of a schema. What is said nearest to the schema itself counts."""
        known = self._known.get(id(schema))
        if known is None:
            known = self._known[id(schema)] = schema, _shape(schema, self._definitions)
        return known[1]


def _shape(schema: Schema, definitions: Definitions) -> Shape:
    xml: dict[str, Any] = {}
    types: set[str] = set()
    properties: dict[str, Schema] = {}
    required: set[str] = set()
    found: dict[str, Any] = {}
    values: list[Any] = []
    component = ""
    for part, referred, certain in _parts(schema, definitions):
        component = component or referred
        for key, value in _mapping(part.get("xml")).items():
            xml.setdefault(key, value)
        if part.get("x-text") is True:
            xml.setdefault("x-text", True)
        for name, inner in _mapping(part.get("properties")).items():
            properties.setdefault(name, inner)
        if certain and isinstance(part.get("required"), list):
            required.update(name for name in part["required"] if isinstance(name, str))
        for key in ("items", "prefixItems", "additionalProperties"):
            if key in part:
                found.setdefault(key, part[key])
        types.update(_types(part))
        values += _values(part)
    first = found.get("prefixItems")
    return Shape(
        component=component,
        xml=xml,
        types=frozenset(types),
        properties=properties,
        required=frozenset(required),
        additional=found.get("additionalProperties", True),
        items=found.get("items", True),
        first_items=tuple(first) if isinstance(first, list) else (),
        values=tuple(values),
    )


def lexical(value: Any) -> str:
    """A value as text, lexical forms of XML Schema; a list is separated by spaces."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return " ".join(map(lexical, value))
    return " ".join(map(lexical, value.values())) if isinstance(value, dict) else str(value)


def sanitise(name: str) -> str:
    """The nearest name that XML takes without a colon (Namespaces in XML 1.0, NCName)."""
    name = _NO_NAME.sub("_", name)
    return name if name and _NAME_START.match(name) else "_" + name


def text_of(mapping: Mapping[str, Any], key: str) -> str:
    """The text under a key; "" where it is none, or another type."""
    value = mapping.get(key)
    return value if isinstance(value, str) else ""


_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e"
    "\u0388-\u038a\u038e-\u03a1\u03a3-\u03ce\u0401-\u040c\u040e-\u044f\u0451-\u045c"
    "\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u0905-\u0939\u0e01-\u0e2e\u3041-\u3094"
    "\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
"""Letters of living scripts that every edition of XML 1.0 takes: many parsers, expat for one, know
only the table of the fourth."""
_NAME_START = re.compile(f"[{_START}]")
_NO_NAME = re.compile(f"[^{_START}\\-.0-9\u00b7]")


def _parts(schema: Schema, definitions: Definitions) -> Iterator[tuple[dict[str, Any], str, bool]]:
    """The schemas that say something of the same value, nearest first.

    With each: the definition it is, if it is one, and whether it holds in any case (rather than
    being one of several choices).
    """
    waiting: list[tuple[Any, str, bool]] = [(schema, "", True)]
    seen: set[str] = set()
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part, referred, certain = waiting.pop(0)
        if not isinstance(part, dict):
            continue
        yield part, referred, certain
        ref = part.get("$ref")
        if isinstance(ref, str) and ref.startswith(REF_PREFIX) and ref not in seen:
            seen.add(ref)
            name = ref.removeprefix(REF_PREFIX)
            waiting.append((definitions.get(name), name, certain))
        for key in ("allOf", "anyOf", "oneOf"):
            inner = part.get(key)
            if isinstance(inner, list):
                waiting += [(each, "", certain and key == "allOf") for each in inner]
        waiting += [(part[key], "", False) for key in ("then", "else") if key in part]


def _types(part: dict[str, Any]) -> Iterator[str]:
    types = part.get("type")
    if isinstance(types, str):
        yield types
    elif isinstance(types, list):
        yield from (each for each in types if isinstance(each, str))
    elif "properties" in part:
        yield "object"
    elif "items" in part or "prefixItems" in part:
        yield "array"


def _values(part: dict[str, Any]) -> list[Any]:
    listed = part.get("enum")
    return [
        *([part["const"]] if "const" in part else []),
        *(listed if type(listed) is list else []),
    ]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

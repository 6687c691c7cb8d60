"""Turns `not` into what a value may be instead (De Morgan over the keywords of a schema)."""

from __future__ import annotations

from typing import Any

from polymock.jsonschema import Schema
from polymock.samples.recipe import Part
from polymock.samples.tables import word_set

TYPES = ("object", "string", "integer", "number", "array", "boolean", "null")
_MIRRORED = {
    "minimum": ("number", "exclusiveMaximum", 0),
    "maximum": ("number", "exclusiveMinimum", 0),
    "exclusiveMinimum": ("number", "maximum", 0),
    "exclusiveMaximum": ("number", "minimum", 0),
    "minLength": ("string", "maxLength", -1),
    "maxLength": ("string", "minLength", 1),
    "minItems": ("array", "maxItems", -1),
    "maxItems": ("array", "minItems", 1),
    "minProperties": ("object", "maxProperties", -1),
    "maxProperties": ("object", "minProperties", 1),
}
"""A keyword's type, the keyword that says the opposite, and what to add to its value."""
_BY_CHANCE = {"pattern": "string", "format": "string", "multipleOf": "number"}
"""Keywords whose opposite has no keyword: values are tried until one fails them."""
_LARGE = 64
"""Properties of a negated schema that are looked at."""


def negations(schema: Schema, path: str) -> list[list[Part]]:
    """The alternatives that a value has which must not satisfy `schema`: parts to add for each.

    An alternative without parts is left to chance; no alternatives at all say that the schema
    cannot be failed.
    """
    if isinstance(schema, bool):
        return [[Part(False, path, False)]] if schema else [[]]
    found: list[list[Part]] = []
    for keyword, value in schema.items():
        found.extend(
            [Part(body, path, False) for body in bodies] for bodies in _without(keyword, value)
        )
    if _CHECKED & schema.keys():
        found.append([])
    return found or [[Part(False, path, False)]]


_CHECKED = word_set("""
    unevaluatedProperties unevaluatedItems patternProperties propertyNames
    dependentRequired  dependentSchemas additionalProperties prefixItems uniqueItems if
    contentEncoding
""")
"""Keywords that a value can fail, which are met by chance."""


def _without(keyword: str, value: Any) -> list[list[Schema]]:
    """Alternatives to one keyword, each a list of schemas to satisfy together."""
    if keyword in _MIRRORED:
        kind, opposite, step = _MIRRORED[keyword]
        if step and value + step < 0:
            return []
        return [[{"type": kind, opposite: value + step if step else value}]]
    if keyword in _BY_CHANCE:
        return [[{"type": _BY_CHANCE[keyword]}]]
    if keyword == "type":
        return _other_types([value] if isinstance(value, str) else value)
    if keyword in ("enum", "const"):
        return [[]]
    if keyword == "required":
        return [[{"type": "object", "properties": {name: False}}] for name in value[:_LARGE]]
    return _without_applicator(keyword, value)


def _without_applicator(keyword: str, value: Any) -> list[list[Schema]]:
    if keyword == "properties":
        return [
            [{"type": "object", "required": [name], "properties": {name: {"not": body}}}]
            for name, body in list(value.items())[:_LARGE]
            if body is not True
        ]
    if keyword == "items":
        return [[{"type": "array", "contains": {"not": value}}]] if value is not True else []
    if keyword == "contains":
        return [[{"type": "array", "items": {"not": value}}]]
    if keyword == "not":
        return [[value]]
    if keyword == "allOf":
        return [[{"not": body}] for body in value]
    if keyword in ("anyOf", "oneOf"):
        return [[{"not": body} for body in value]]
    if keyword == "$ref":
        return [[{"x-not-ref": value}]]
    return []


def _other_types(excluded: list[str]) -> list[list[Schema]]:
    gone = {*excluded, *(["integer"] if "number" in excluded else [])}
    rest = [kind for kind in TYPES if kind not in gone]
    return [[{"type": rest}]] if rest else []

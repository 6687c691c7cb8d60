"""Schemas of objects, looked into: what stands behind references and in branches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from polymock.jsonschema import REF_PREFIX, Definitions, Schema

MAX_DEPTH = 12
"""Objects and lists inside one another that are looked into."""


def resolve(schema: Schema | None, definitions: Definitions) -> dict[str, Any]:
    """The schema behind references; {} where that is a boolean or none."""
    for _ in range(MAX_DEPTH):
        if not isinstance(schema, dict):
            break
        ref = schema.get("$ref")
        if not isinstance(ref, str):
            return schema
        schema = definitions.get(ref.removeprefix(REF_PREFIX))
    return {}


def properties_of(schema: Schema | None, definitions: Definitions) -> dict[str, Schema]:
    """The properties of an object's schema by name, those of its branches too."""
    found: dict[str, Schema] = {}
    _collect(schema, definitions, MAX_DEPTH, found)
    return found


def required_of(schema: Schema | None, definitions: Definitions) -> frozenset[str]:
    """The properties that every object of the schema has."""
    body = resolve(schema, definitions)
    names = {name for name in body.get("required", ()) if isinstance(name, str)}
    for part in body.get("allOf", ()):
        names |= required_of(part, definitions)
    return frozenset(names)


def keyword(body: Mapping[str, Any], name: str, definitions: Definitions) -> Any:
    """What a schema says by a keyword, itself or in a part of its `allOf`; None for nothing."""
    if name in body:
        return body[name]
    for part in body.get("allOf", ()):
        found = resolve(part, definitions).get(name)
        if found is not None:
            return found
    return None


def _collect(
    schema: Schema | None, definitions: Definitions, depth: int, found: dict[str, Schema]
) -> None:
    body = resolve(schema, definitions)
    own = body.get("properties")
    if isinstance(own, dict):
        for name, inner in own.items():
            found.setdefault(name, inner)
    for word in ("allOf", "anyOf", "oneOf") if depth else ():
        for part in body.get(word, ()):
            _collect(part, definitions, depth - 1, found)

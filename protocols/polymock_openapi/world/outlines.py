"""Objects' schemas at a glance: their properties, and those that may tell of other entities.

Of the plain objects of a large document almost nothing is translated for it: a text or a number
whose name ends in no `id` tells of nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from polymock.jsonschema import Definitions, Schema
from polymock.world.adapting import properties_of, required_of
from polymock.world.names import reference_stem
from polymock_openapi.spec.definitions import SchemaDefinitions
from polymock_openapi.world.shapes import glance

_PLAIN = frozenset({"string", "integer", "number", "boolean"})
_INNER = frozenset(
    {"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "properties", "items", "discriminator"}
)


class Outline(msgspec.Struct, frozen=True):
    """The properties of an object: their names, those that it always has, how each is written, and
    the schema of each by its name."""

    names: tuple[str, ...]
    required: frozenset[str]
    written: Mapping[str, Any]
    schema_of: Callable[[str], Schema]

    def telling(self) -> Iterator[tuple[str, Schema]]:
        """The properties that may tell of other entities, with their schemas."""
        for name, written in self.written.items():
            if not _is_plain(written) or reference_stem(name):
                yield name, self.schema_of(name)


def outline_of(schema: Schema, definitions: Definitions) -> Outline:
    """The outline of an object's schema, untranslated where what is written says all."""
    glanced = glance(schema, definitions)
    if glanced is None or not isinstance(definitions, SchemaDefinitions):
        properties = properties_of(schema, definitions)
        required = required_of(schema, definitions)
        return Outline(tuple(properties), required, properties, properties.__getitem__)
    owner, written = glanced
    said = definitions.glance(owner).get("required")
    return Outline(
        tuple(written),
        _required(said, written),
        written,
        lambda name: definitions.member(owner, name, written[name]),
    )


def _required(said: Any, written: Mapping[str, Any]) -> frozenset[str]:
    """What a plain object always has; some documents say so at the property."""
    names = said if isinstance(said, list) and all(isinstance(n, str) for n in said) else ()
    marked = (n for n, s in written.items() if isinstance(s, dict) and s.get("required") is True)
    return frozenset((*names, *marked))


def _is_plain(written: Any) -> bool:
    """Whether a schema, as it is written, is that of a text, a number or a truth."""
    if not isinstance(written, dict) or _INNER & written.keys():
        return False
    kind = written.get("type")
    return isinstance(kind, str) and kind in _PLAIN

"""A declared body of a response: its schema, its examples, and which of them keep to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from polymock.jsonschema import REF_PREFIX, Definitions, Direction, Schema, Validator, is_marked
from polymock.media_types import parse_media_type, syntax
from polymock.samples import Sampler
from polymock_openapi.model import MediaType

MAX_DEPTH = 8
"""Of references and `allOf` that are followed to learn what a schema is about."""
_BASE64 = frozenset({"byte", "base64"})
_BYTES = frozenset({"byte", "base64", "binary"})


class Example(NamedTuple):
    """An example of the contract: its name ("" for a lone one), its value, whether it is valid."""

    name: str
    value: Any
    valid: bool


class DeclaredBody:
    """One entry of a `content` map, with what is worked out of it once.

    What it knows is made on first use, as most operations of a large contract are never called.
    With a `sampler` of its direction the two share one validator.
    """

    def __init__(
        self,
        media: MediaType,
        definitions: Definitions,
        direction: Direction = "response",
        sampler: Sampler | None = None,
    ) -> None:
        self.media = media
        self._definitions = definitions
        self._direction = direction
        self._sampler = sampler
        self._checked: dict[str, Example] = {}

    @cached_property
    def _validator(self) -> Validator | None:
        """None where there is nothing to check by: no schema, or one that is broken itself."""
        schema = self.media.schema
        if schema is None:
            return None
        if self._sampler is not None:
            return self._sampler.validator(schema)
        try:
            return Validator(schema, self._definitions, self._direction)
        except (ValueError, KeyError):
            return None

    def is_valid(self, value: Any) -> bool:
        """Whether a value satisfies the schema; without a usable schema everything does."""
        return self._validator is None or self._validator.is_valid(value)

    def example(self, name: str) -> Example | None:
        """The example of a name, checked once."""
        if name not in self.media.examples:
            return None
        found = self._checked.get(name)
        if found is None:
            found = self._checked[name] = self._check(name, self.media.examples[name])
        return found

    def valid_examples(self) -> Iterator[Example]:
        """The examples that keep to the schema, in document order."""
        return (example for example in self._examples() if example.valid)

    @cached_property
    def first(self) -> Example | None:
        """The first example that keeps to the schema."""
        return next(self.valid_examples(), None)

    @cached_property
    def broken(self) -> Mapping[str, Any] | None:
        """The first example that is an object and does not keep to the schema."""
        broken = (e.value for e in self._examples() if not e.valid)
        return next((value for value in broken if isinstance(value, dict)), None)

    @cached_property
    def read_only(self) -> frozenset[str]:
        """The properties of the schema that a caller does not write."""
        return frozenset(
            name
            for name, schema in _properties(self.media.schema, self._definitions, MAX_DEPTH)
            if is_marked(schema, "readOnly", self._definitions)
        )

    def _examples(self) -> Iterator[Example]:
        for name in self.media.examples:
            example = self.example(name)
            if example is not None:
                yield example

    def _check(self, name: str, value: Any) -> Example:
        media_type = parse_media_type(self.media.name)
        written = syntax(media_type.essence) if media_type else ""
        if self.is_valid(value):
            return Example(name, value, valid=True)
        if isinstance(value, str):
            if written != "json":
                # Text in another syntax stands for the body itself, which no JSON Schema sees.
                return Example(name, value, valid=not holds_text(self.media, self._definitions))
            parsed = _parse(value)
            if self.is_valid(parsed):
                return Example(name, parsed, valid=True)
        return Example(name, value, valid=False)


def holds_text(media: MediaType, definitions: Definitions) -> bool:
    """Whether a body's values are strings or bytes, by its schema or else by its examples."""
    schema = resolve(media.schema, definitions)
    kinds = schema.get("type")
    if kinds is not None:
        return "string" in ([kinds] if isinstance(kinds, str) else kinds)
    if schema.get("format") in _BYTES or "contentEncoding" in schema:
        return True
    if schema.keys() - {"title", "description", "contentMediaType"}:
        return False
    return bool(media.examples) and all(isinstance(v, str) for v in media.examples.values())


def is_base64(media: MediaType, definitions: Definitions) -> bool:
    """Whether bytes stand in a body as base64 text."""
    schema = resolve(media.schema, definitions)
    return schema.get("contentEncoding") == "base64" or schema.get("format") in _BASE64


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


def _properties(
    schema: Schema | None, definitions: Definitions, depth: int
) -> Iterator[tuple[str, Schema]]:
    found = resolve(schema, definitions)
    properties = found.get("properties")
    if isinstance(properties, dict):
        yield from properties.items()
    for keyword in ("allOf", "anyOf", "oneOf") if depth else ():
        for part in found.get(keyword, ()):
            yield from _properties(part, definitions, depth - 1)


def _parse(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text

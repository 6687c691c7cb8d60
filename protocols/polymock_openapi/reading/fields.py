"""One value of a parameter or of a form, compiled: how to read it off the wire and check it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from polymock.errors import Unreadable
from polymock.jsonschema import Definitions, Schema, Validator
from polymock.media_types import syntax
from polymock_openapi.model import Style
from polymock_openapi.reading import styles
from polymock_openapi.reading.coercion import SCALARS, TYPES, Coercion
from polymock_openapi.reading.encodings import parse_json
from polymock_openapi.reading.styles import BadTextError, Decode, Kind, MalformedError
from polymock_schemas.calls import Violation

Pairs = Mapping[str, list[str]]
"""Wire values by decoded name, in wire order: a query, a form or a Cookie header."""

WireT = TypeVar("WireT", str, Pairs)

_ANNOTATIONS = frozenset(
    {"type", "title", "description", "default", "example", "examples", "deprecated", "$comment"}
)


class Field(Generic[WireT]):
    """A named value with a schema.

    `attempts` are the ways to read it, the standard's own first. Where what the first one reads
    does not satisfy the schema, the next may: some clients encode the commas of a list, and a
    schema may admit a single value as well as a list. Without a `coercion`, what is read has its
    types already (JSON).
    """

    def __init__(
        self,
        location: str,
        attempts: tuple[Callable[[WireT], Any], ...],
        coercion: Coercion | None,
        schema: Schema,
        definitions: Definitions,
    ) -> None:
        self.location = location
        self._attempts: tuple[Callable[[WireT], Any], ...] = attempts
        self._coercion = coercion
        self._schema = schema
        self._definitions = definitions
        self._unconstrained = coercion is not None and len(attempts) == 1 and _is_plain_text(schema)

    def read(self, wire: WireT, violations: list[Violation]) -> Any:
        """The valid value; UNSET where there is none, and `violations` then says why.

        Raises Unreadable where the bytes are no text.
        """
        try:
            value = self.decode(wire)
        except MalformedError as fault:
            violations.append(Violation(self.location, str(fault)))
            return msgspec.UNSET
        if self._unconstrained or self._validator.is_valid(value):
            return value
        violations.extend(self._validator.violations(value, self.location))
        return msgspec.UNSET

    def decode(self, wire: WireT) -> Any:
        """The value of the first attempt whose outcome is valid, else of the first that works.

        Raises MalformedError where none does, and Unreadable.
        """
        if len(self._attempts) == 1:
            return self._typed(self._attempts[0], wire)
        values: list[Any] = []
        faults: list[MalformedError] = []
        for attempt in self._attempts:
            try:
                value = self._typed(attempt, wire)
            except MalformedError as fault:
                faults.append(fault)
                continue
            if self._validator.is_valid(value):
                return value
            values.append(value)
        if values:
            return values[0]
        raise faults[0]

    def _typed(self, attempt: Callable[[WireT], Any], wire: WireT) -> Any:
        try:
            raw = attempt(wire)
        except BadTextError as fault:
            raise Unreadable(f"{self.location}: {fault}") from None
        return raw if self._coercion is None else self._coercion(raw)

    @property
    def is_structured(self) -> bool:
        """Whether the value may be a list or an object in parts of their own."""
        return self._coercion is not None and bool(self._coercion.types - SCALARS)

    @cached_property
    def _validator(self) -> Validator:
        return Validator(self._schema, self._definitions, "request")


def _is_plain_text(schema: Schema) -> bool:
    if isinstance(schema, bool):
        return schema
    return schema.keys() <= _ANNOTATIONS and schema.get("type", "string") == "string"


def kinds(types: frozenset[str]) -> tuple[Kind, ...]:
    """The structures that a value of these types may have on the wire, simplest first. A schema
    that says nothing takes a single value, or a list."""
    if types == TYPES:
        return ("scalar", "array")
    found: list[Kind] = ["scalar"] if types & SCALARS else []
    found.extend(kind for kind in _STRUCTURES if kind in types)
    return tuple(found) or ("scalar",)


_STRUCTURES: tuple[Kind, ...] = ("array", "object")


def text_field(
    name: str, location: str, style: Style, explode: bool, schema: Schema, definitions: Definitions
) -> Field[str]:
    """A field that stands in one piece of wire text: a part of a path, or a header."""
    coercion = Coercion(schema, definitions)
    decode = styles.decode_header if location.startswith("header") else styles.decode
    attempts: list[styles.Reader] = []
    for kind in kinds(coercion.types):
        attempts.append(styles.reader(name, style, explode, kind, decode))
        if kind != "scalar" and style == "simple" and decode is styles.decode:
            attempts.append(styles.lenient_reader(explode, kind, decode))
    return Field(location, tuple(attempts), coercion, schema, definitions)


def content_reader(media_type: str, decode: Decode) -> Callable[[str], Any]:
    """Reads a value that is declared by `content`: JSON, or text of another media type."""
    if syntax(media_type) != "json":
        return decode

    def read(wire: str) -> Any:
        try:
            return parse_json(decode(wire).encode(), "", media_type)
        except Unreadable as fault:
            raise MalformedError(fault.detail) from None

    return read


def content_field(
    location: str, media_type: str, decode: Decode, schema: Schema, definitions: Definitions
) -> Field[str]:
    """A part of a path or a header that is declared by `content`."""
    coercion = None if syntax(media_type) == "json" else Coercion(schema, definitions)
    reader = content_reader(media_type, decode)
    return Field(location, (reader,), coercion, schema, definitions)

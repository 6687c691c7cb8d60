"""Scalars and enums: values from the sampler, and what callers said, if it is such a value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLScalarType,
    Undefined,
    is_specified_scalar_type,
)

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Definitions, Schema
from polymock.samples import Sampler
from polymock.samples.properties import PropertySampler
from polymock.world.adapting import Adapter
from polymock.world.entities import MISSING

LeafType = GraphQLScalarType | GraphQLEnumType
_FREE = frozenset({"type", "title", "description", "examples", "example", "x-faker", "default"})
"""Keywords that forbid nothing but types."""
_INTS = range(-(2**31), 2**31)
_MAX_DIGITS = 10
_UNIT = 256
"""Characters that cost as much as one field."""


class Leaf:
    """The values of one leaf field of one type."""

    __slots__ = (
        *("_adapter", "_convert", "_definitions", "_free", "_maker", "_reason", "_schema", "plain"),
    )

    def __init__(
        self,
        sampler: Sampler,
        schema: Schema,
        leaf: LeafType,
        field: str,
        owner: str,
        definitions: Definitions,
    ) -> None:
        self._convert = _converter(leaf)
        self._maker: PropertySampler | None = None
        self._reason = ""
        self._schema = schema
        self._definitions = definitions
        self._adapter: Adapter | None = None
        keywords = schema.keys() if isinstance(schema, dict) else set()
        self.plain = keywords <= {"type", "title", "description"}
        """Whether the schema says nothing but the type."""
        self._free = is_specified_scalar_type(leaf) and keywords <= _FREE
        try:
            self._maker = sampler.property(schema, field, owner)
        except Unsatisfiable as error:
            self._reason = f"No value can be made of {owner}.{field}: {error.reason}."

    def make(self, seed: int) -> Any:
        """A value for the object of this seed. Raises GraphQLError where there is none."""
        if self._maker is None:
            raise GraphQLError(self._reason)
        try:
            return self._maker.make(seed, seed >> 32)
        except Unsatisfiable as error:
            raise GraphQLError(f"No value satisfies the schema: {error.reason}.") from None

    def fit(self, said: Any) -> Any:
        """What a caller said as a value of this field; Undefined where it is none."""
        value = self._convert(said)
        if value is Undefined or self._free:
            return value
        if self._maker is None or not self._maker.validator.is_valid(value):
            return Undefined
        return value

    def adapt(self, held: Any) -> Any:
        """What another contract holds as a value of this field: a number as text, an enum's value
        in another spelling. Undefined where it is none."""
        value = self.fit(held)
        if value is not Undefined or self._maker is None:
            return value
        if self._adapter is None:
            self._adapter = Adapter(self._schema, self._definitions, self._maker.validator)
        turned = self._adapter.adapt(held)
        return Undefined if turned is MISSING else self.fit(turned)


def weight(said: Any) -> int:
    """What a value that a caller said costs to say back: nothing where it is short.

    It may be said back in every item of a list, so that the answer outgrows the call.
    """
    if isinstance(said, str):
        return len(said) // _UNIT
    size, waiting = 0, [said]
    while waiting:
        value = waiting.pop()
        size += len(value) if isinstance(value, str) else 8
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
    return size // _UNIT


def _converter(leaf: LeafType) -> Callable[[Any], Any]:
    if isinstance(leaf, GraphQLEnumType):
        return lambda said: said if isinstance(said, str) and said in leaf.values else Undefined
    return _CONVERTERS.get(leaf.name, lambda said: said)


def _as_text(said: Any) -> Any:
    return said if isinstance(said, str) else Undefined


def _as_id(said: Any) -> Any:
    if isinstance(said, str):
        return said
    return str(said) if isinstance(said, int) and not isinstance(said, bool) else Undefined


def _as_int(said: Any) -> Any:
    if isinstance(said, str) and len(said) <= _MAX_DIGITS and said.isdecimal() and said.isascii():
        said = int(said)
    fits = isinstance(said, int) and not isinstance(said, bool) and said in _INTS
    return said if fits else Undefined


def _as_float(said: Any) -> Any:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return Undefined
    try:
        return said if math.isfinite(said) else Undefined
    except OverflowError:
        return Undefined


def _as_boolean(said: Any) -> Any:
    return said if isinstance(said, bool) else Undefined


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "ID": _as_id,
    "String": _as_text,
    "Int": _as_int,
    "Float": _as_float,
    "Boolean": _as_boolean,
}

"""Scalars: what is known of one, and how its input is checked (GraphQL, section 3.5)."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, is_specified_scalar_type
from graphql.pyutils import inspect

from polymock.jsonschema import Schema, Validator
from polymock_graphql.spec.scalar_table import (
    BUILT_IN,
    EXACT,
    FOLDED,
    SPECIFICATIONS,
    UNKNOWN,
    Scalar,
)

MAX_SHOWN = 80
"""Characters of a wrong value that an error repeats."""
MAX_URL = 2000


def scalar_of(scalar: GraphQLScalarType) -> Scalar:
    """What a scalar holds, by its name or the specification it names; UNKNOWN where neither tells.

    What its name says comes first: many scalars `Date` name RFC 3339, which is about more.
    """
    by_name = named(scalar.name)
    if by_name is not None:
        return by_name
    url = (scalar.specified_by_url or "")[:MAX_URL].lower()
    for part, name in SPECIFICATIONS:
        if part in url:
            return FOLDED[name]
    return UNKNOWN


def named(name: str) -> Scalar | None:
    """What is known of a scalar's name; None where nothing is."""
    return BUILT_IN.get(name) or EXACT.get(name) or FOLDED.get(name.replace("_", "").lower())


def input_schema(scalar: Scalar) -> Schema:
    """What a scalar takes as input."""
    return {"anyOf": [scalar.schema, *scalar.more]} if scalar.more else scalar.schema


def check_inputs(schema: GraphQLSchema) -> None:
    """Let the schema's own scalars refuse input that they cannot hold, literals included."""
    for scalar in schema.type_map.values():
        if isinstance(scalar, GraphQLScalarType) and not is_specified_scalar_type(scalar):
            known = scalar_of(scalar)
            if known is not UNKNOWN:
                scalar.coerce_input_value = InputCheck(scalar.name, known)


class InputCheck:
    """Takes a value that a scalar can hold, and refuses others. Thread-safe."""

    def __init__(self, name: str, scalar: Scalar) -> None:
        self._name = name
        self._scalar = scalar
        self._validator: Validator | None = None

    def __call__(self, value: Any) -> Any:
        """The value itself. Raises GraphQLError, which says what it must be."""
        if self._validator is None:
            self._validator = Validator(input_schema(self._scalar), {})
        if self._validator.is_valid(value):
            return value
        shown = inspect(value)
        shown = shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 3] + "..."
        raise GraphQLError(
            f"{self._name} cannot represent the value {shown}: it must be {self._scalar.meaning}."
        )

"""What directives say about the values of a field or scalar, as JSON Schema beside its type's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from graphql import Node

from polymock.jsonschema import Schema, Validator
from polymock_graphql.spec.directives import applied
from polymock_graphql.spec.fakes import fake

MAX_LENGTH = 1000
"""Items that `@listLength` may ask for."""
MAX_EXAMPLES = 1000
CONSTRAINTS = {
    "minLength": "minLength",
    "maxLength": "maxLength",
    "pattern": "pattern",
    "format": "format",
    "min": "minimum",
    "max": "maximum",
    "exclusiveMin": "exclusiveMinimum",
    "exclusiveMax": "exclusiveMaximum",
    "multipleOf": "multipleOf",
}
"""Arguments of `@constraint`, and the keywords of JSON Schema for the same."""
LENGTHS = ("listLength", "sample")
"""Directives that say how long a list is."""


def hinted(schema: Schema, nodes: Sequence[Node | None]) -> Schema:
    """A scalar's or enum's schema with what the directives at some nodes say of its values.

    The schema itself where they say nothing.
    """
    hints: dict[str, Any] = {}
    for arguments in applied(nodes, "fake"):
        options = arguments.get("options")
        found = fake(str(arguments.get("type")), options if isinstance(options, dict) else {})
        hints.update(found or {})
    for arguments in applied(nodes, "constraint"):
        hints.update(constraint(arguments, schema))
    whole: Schema = {**schema, **hints} if isinstance(schema, dict) and hints else schema
    values = [value for value in examples(nodes) if value is not None]
    if values and isinstance(whole, dict):
        check = Validator(whole, {})
        fitting = [value for value in values if check.is_valid(value)]
        if fitting:
            whole = {**whole, "x-faker": {"helpers.arrayElement": [fitting]}}
    return whole


def examples(nodes: Sequence[Node | None]) -> list[Any]:
    """The values of `@examples`; those of a list stand for its items."""
    found: list[Any] = []
    for arguments in applied(nodes, "examples"):
        values = arguments.get("values")
        for value in values if isinstance(values, list) else [values]:
            found.extend(value if isinstance(value, list) else [value])
    return found[:MAX_EXAMPLES]


def constraint(arguments: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """The keywords of one `@constraint`; what does not suit the type is left out."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    keywords = {
        keyword: arguments[name]
        for name, keyword in CONSTRAINTS.items()
        if arguments.get(name) is not None
    }
    affixes = [str(arguments.get(name) or "") for name in ("startsWith", "contains", "endsWith")]
    if any(affixes) and "pattern" not in keywords:
        first, inner, last = (re.escape(text[:MAX_LENGTH]) for text in affixes)
        keywords["pattern"] = f"^{first}.*{inner}.*{last}$"
    textual = ("minLength", "maxLength", "pattern", "format")
    return {
        keyword: value
        for keyword, value in keywords.items()
        if _fits(keyword, value) and (keyword in textual) == (kind == "string")
    }


def _fits(keyword: str, value: Any) -> bool:
    if keyword in ("pattern", "format"):
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if keyword == "multipleOf":
        return value > 0
    return keyword not in ("minLength", "maxLength") or (isinstance(value, int) and value >= 0)


def list_length(nodes: Sequence[Node | None]) -> tuple[int, int] | None:
    """The bounds of a list's length, put in order; None where nothing says any."""
    for name in LENGTHS:
        for arguments in applied(nodes, name):
            return _bounds(arguments.get("min"), arguments.get("max"))
    for arguments in applied(nodes, "constraint"):
        if arguments.get("minItems") is not None or arguments.get("maxItems") is not None:
            return _bounds(arguments.get("minItems"), arguments.get("maxItems"))
    return None


def _bounds(low: Any, high: Any) -> tuple[int, int] | None:
    low = low if isinstance(low, int) else None
    high = high if isinstance(high, int) else None
    if low is None and high is None:
        return None
    if low is None or high is None:
        low, high = (0, high) if low is None else (low, low + 2)
    first, last = sorted(min(max(bound or 0, 0), MAX_LENGTH) for bound in (low, high))
    return first, last

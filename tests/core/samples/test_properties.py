"""Properties of the sampler, over random schemas that certainly can be satisfied.

Each schema is built around a value, of keywords that the value satisfies.
"""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from polymock.samples import Sampler

NAMES = st.sampled_from(["id", "name", "email", "a", "b", "createdAt", "x-y", "tags"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1000, 1000),
    st.integers(-(10**20), 10**20),
    st.decimals(-1000, 1000, places=2).map(float),
    st.text("abcXYZ019 -_äß", max_size=12),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def satisfiable_schemas(draw: st.DrawFn) -> Any:
    """A schema of many keywords that some value satisfies."""
    return draw(schemas_of(draw(values), 2))


@st.composite
def schemas_of(draw: st.DrawFn, value: Any, depth: int) -> Any:
    """A schema that `value` satisfies, with combinators around it `depth` levels deep."""
    plain = draw(_plain(value, depth))
    if depth == 0:
        return plain
    other = draw(values)
    shape = draw(st.sampled_from(["plain", "plain", "allOf", "anyOf", "not", "if", "oneOf"]))
    if shape == "allOf":
        return {"allOf": [plain, draw(schemas_of(value, depth - 1))]}
    if shape == "anyOf":
        return {"anyOf": [draw(_plain(other, 0)), plain]}
    apart = _kind(other) != _kind(value) and not {_kind(other), _kind(value)} <= _NUMERIC
    if shape == "not" and apart and isinstance(plain, dict):
        return {**plain, "not": {"type": _kind(other)}}
    if shape == "if":
        return {"if": draw(_plain(other, 0)), "then": plain, "else": plain}
    if shape == "oneOf" and apart:
        return {"oneOf": [{"type": _kind(other)}, {"type": _kind(value), "allOf": [plain]}]}
    return plain


_NUMERIC = {"integer", "number"}


@st.composite
def _plain(draw: st.DrawFn, value: Any, depth: int) -> Any:
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from([True, {}, {"const": value}, {"enum": [value, 7, "x"]}]))
    schema: dict[str, Any] = {}
    if draw(st.integers(0, 4)):
        schema["type"] = draw(st.sampled_from([_kind(value), sorted({_kind(value), "null"})]))
    if isinstance(value, bool) or value is None:
        return schema
    if isinstance(value, int | float):
        schema.update(draw(_numeric(value)))
    elif isinstance(value, str):
        schema.update(draw(_textual(value)))
    elif isinstance(value, list):
        schema.update(draw(_listed(value, depth)))
    else:
        schema.update(draw(_mapped(value, depth)))
    return schema


@st.composite
def _numeric(draw: st.DrawFn, value: float) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if draw(st.booleans()):
        schema["minimum"] = math.floor(value) - draw(st.integers(0, 5))
    if draw(st.booleans()):
        schema["maximum"] = math.ceil(value) + draw(st.integers(0, 5))
    if draw(st.booleans()):
        schema["exclusiveMaximum"] = math.ceil(value) + draw(st.integers(1, 5))
    if isinstance(value, int) and value and draw(st.booleans()):
        schema["multipleOf"] = draw(st.sampled_from([1, abs(value), 0.5]))
    return schema


@st.composite
def _textual(draw: st.DrawFn, value: str) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if draw(st.booleans()):
        schema["minLength"] = max(len(value) - draw(st.integers(0, 3)), 0)
    if draw(st.booleans()):
        schema["maxLength"] = len(value) + draw(st.integers(0, 3))
    if draw(st.integers(0, 3)) == 0:
        schema["pattern"] = draw(st.sampled_from(["^[a-zA-Z0-9 _äß-]*$", "^.*$", r"^[^\n]{0,12}$"]))
    return schema


@st.composite
def _listed(draw: st.DrawFn, value: list[Any], depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if draw(st.booleans()):
        schema["minItems"] = max(len(value) - draw(st.integers(0, 2)), 0)
    if draw(st.booleans()):
        schema["maxItems"] = len(value) + draw(st.integers(0, 2))
    inner = max(depth - 1, 0)
    if value and draw(st.booleans()):
        schema["prefixItems"] = [draw(schemas_of(item, inner)) for item in value]
        if draw(st.booleans()):
            schema["items"] = False
    elif value and draw(st.booleans()):
        schema["items"] = {"anyOf": [draw(schemas_of(item, inner)) for item in value]}
    if value and draw(st.integers(0, 2)) == 0:
        schema["contains"] = draw(schemas_of(draw(st.sampled_from(value)), inner))
    return schema


@st.composite
def _mapped(draw: st.DrawFn, value: dict[str, Any], depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    inner = max(depth - 1, 0)
    if draw(st.integers(0, 3)):
        schema["properties"] = {name: draw(schemas_of(v, inner)) for name, v in value.items()}
        closed = draw(st.sampled_from(["", "additionalProperties", "unevaluatedProperties"]))
        if closed:
            schema[closed] = False
    if value and draw(st.booleans()):
        schema["required"] = draw(st.lists(st.sampled_from(sorted(value)), unique=True))
    if draw(st.booleans()):
        schema["minProperties"] = max(len(value) - draw(st.integers(0, 2)), 0)
    if draw(st.booleans()):
        schema["maxProperties"] = len(value) + draw(st.integers(0, 2))
    if value and draw(st.integers(0, 3)) == 0:
        schema["dependentRequired"] = {draw(NAMES): [draw(st.sampled_from(sorted(value)))]}
    return schema


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    names = {type(None): "null", int: "integer", str: "string", list: "array", dict: "object"}
    return names[type(value)]


@settings(max_examples=250, deadline=None, derandomize=True)
@given(satisfiable_schemas(), st.integers(0, 2**64), st.booleans())
def test_sample_satisfies_schema(schema: Any, seed: int, examples: bool) -> None:
    independent = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert independent.is_valid(Sampler({}).sample(schema, seed, examples=examples))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(satisfiable_schemas(), st.integers(0, 2**64))
def test_sample_depends_on_content_alone(schema: Any, seed: int) -> None:
    warm = Sampler({})
    warm.sample(schema, seed + 1)
    copy = json.loads(json.dumps(schema))
    assert warm.sample(schema, seed) == Sampler({}).sample(copy, seed)

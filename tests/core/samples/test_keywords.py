"""Every keyword: what satisfies it is made, what contradicts itself is named with its place."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from polymock.errors import Unsatisfiable
from polymock.samples import Sampler

FORMATS = [
    "int32",
    "int64",
    "float",
    "double",
    "byte",
    "binary",
    "password",
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "phone",
    "url",
    "color",
    "currency",
    "country-code",
    "decimal",
    "slug",
    "base64url",
    "unheard-of",
]

SATISFIABLE: list[Any] = [
    True,
    {},
    {"type": ["string", "null"]},
    {"type": "null"},
    {"enum": [None, "a"]},
    {"const": {"a": [1]}},
    {"properties": {"a": {"type": "string"}}},
    # numbers
    {"type": "number", "multipleOf": 0.01},
    {"type": "number", "multipleOf": 0.01, "minimum": 0.1, "maximum": 0.115},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e-12},
    {"type": "number", "multipleOf": 1e-7, "minimum": 123456789},
    {"type": "number", "multipleOf": 1e308, "minimum": 1},
    {"type": "number", "minimum": -1.7e308, "maximum": 1.7e308},
    {"type": "integer", "minimum": 10**40, "multipleOf": 3},
    {"type": "integer", "maximum": -5},
    {"type": "integer", "multipleOf": 0.3, "minimum": 1e18},
    {"allOf": [{"multipleOf": 4}, {"multipleOf": 6}], "type": "integer", "minimum": 5},
    {"minimum": 1e300},
    # strings
    {"type": "string", "minLength": 50, "maxLength": 50},
    {"type": "string", "maxLength": 0},
    {"type": "string", "format": "email", "maxLength": 8},
    {"type": "string", "format": "email", "minLength": 200},
    {"type": "string", "format": "uri", "minLength": 100},
    {"type": "string", "format": "hostname", "minLength": 100},
    {"type": "string", "contentEncoding": "base64", "minLength": 30},
    {"type": "string", "pattern": "^[A-Z]{2}$", "format": "country-code"},
    {"type": "string", "pattern": "("},
    {"allOf": [{"pattern": "^a"}, {"pattern": "z$"}], "type": "string"},
    # lists
    {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 2},
    {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
    {
        "type": "array",
        "items": {"minimum": 1, "maximum": 100, "type": "integer"},
        "minItems": 100,
        "uniqueItems": True,
    },
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
    {"type": "array", "prefixItems": [{"type": "string"}], "unevaluatedItems": False},
    {"type": "array", "contains": {"const": 5}, "items": {"type": "integer"}},
    {
        "type": "array",
        "contains": {"type": "integer"},
        "minContains": 2,
        "maxContains": 2,
        "minItems": 4,
        "items": {"type": ["integer", "string"]},
    },
    {
        "type": "array",
        "prefixItems": [{"type": "null"}],
        "contains": {"type": "null"},
        "maxItems": 1,
    },
    {
        "allOf": [{"contains": {"minimum": 3}}, {"contains": {"maximum": 4}}],
        "maxItems": 1,
        "items": {"type": "integer"},
        "type": "array",
    },
    {"minItems": 2},
    # objects
    {"type": "object", "minProperties": 3},
    {"type": "object", "additionalProperties": {"type": "number"}},
    {
        "type": "object",
        "additionalProperties": {"type": "number"},
        "minProperties": 2,
        "propertyNames": {"enum": ["usd", "eur"]},
    },
    {
        "type": "object",
        "patternProperties": {"^x-[a-z]+$": {"type": "string"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    {"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "maxProperties": 1},
    {"type": "object", "properties": {"a": {}}, "dependentRequired": {"a": ["z"]}},
    {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "dependentSchemas": {"a": {"required": ["q"], "properties": {"q": {"const": 1}}}},
    },
    {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "minProperties": 2,
        "allOf": [{"properties": {"b": {"type": "integer"}}}],
        "unevaluatedProperties": False,
    },
    {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Z]+$"},
        "minProperties": 4,
        "additionalProperties": {"type": "integer"},
    },
    # combinators
    {
        "allOf": [
            {"required": ["x"], "type": "object", "properties": {"x": {"minimum": 3}}},
            {"properties": {"x": {"type": "integer", "maximum": 3}}},
        ]
    },
    {"anyOf": [False, {"const": 1}]},
    {"anyOf": [{"type": "string", "minLength": 5, "maxLength": 1}, {"type": "integer"}]},
    {"oneOf": [{"type": "integer"}, {"type": "number"}]},
    {"oneOf": [{"multipleOf": 3}, {"multipleOf": 5}], "type": "integer", "maximum": 20},
    {
        "oneOf": [
            {"type": "object", "properties": {"x": {"type": "string"}}},
            {"type": "object", "properties": {"y": {"type": "integer"}}},
        ]
    },
    {"allOf": [{"anyOf": [{"minimum": i}, {"maximum": i}]} for i in range(20)], "type": "integer"},
    {"not": {"type": "string"}},
    {"enum": ["a", "b"], "not": {"const": "a"}},
    {"type": "integer", "not": {"minimum": 5}},
    {"type": "boolean", "not": {"const": True}},
    {"type": "integer", "minimum": 1, "maximum": 2, "not": {"const": 1}},
    {"type": "string", "minLength": 1, "maxLength": 1, "not": {"pattern": "[a-z]"}},
    {"type": "object", "properties": {"a": {"type": "string"}}, "not": {"required": ["a"]}},
    {
        "type": "object",
        "required": ["kind", "zip"],
        "properties": {"kind": {"enum": ["US", "CA"]}, "zip": {"type": "string"}},
        "if": {"properties": {"kind": {"const": "US"}}},
        "then": {"properties": {"zip": {"pattern": "^\\d{5}$"}}},
        "else": {"properties": {"zip": {"pattern": "^[A-Z]\\d[A-Z]$"}}},
    },
    *({"type": "string", "format": name} for name in FORMATS),
]


@pytest.mark.parametrize("schema", SATISFIABLE, ids=repr)
@pytest.mark.parametrize("examples", [True, False])
def test_sample_satisfies(schema: Any, examples: bool) -> None:
    validator = jsonschema_rs.Draft202012Validator(
        {} if schema == {"type": "string", "pattern": "("} else schema, validate_formats=True
    )
    sampler = Sampler({})
    for seed in range(8):
        value = sampler.sample(schema, seed, examples=examples)
        assert validator.is_valid(value), value


UNSATISFIABLE = [
    (False, "", "allows no value"),
    ({"not": {}}, "/not", "allows no value"),
    ({"enum": []}, "", "empty enum"),
    ({"type": "integer", "enum": ["a"]}, "", "of type integer"),
    ({"type": "integer", "minimum": 10, "maximum": 5}, "", "minimum 10 is above maximum 5"),
    ({"type": "integer", "minimum": 8, "maximum": 13, "multipleOf": 7}, "", "no multiple of 7"),
    ({"type": "number", "exclusiveMinimum": 5, "maximum": 5}, "", "no number lies between"),
    ({"type": "string", "minLength": 5, "maxLength": 3}, "", "minLength 5 is above maxLength 3"),
    ({"type": "string", "pattern": "^\\d{3}$", "maxLength": 2}, "", "needs 3 characters"),
    ({"type": "string", "format": "uuid", "maxLength": 10}, "", "format uuid"),
    ({"type": "string", "minLength": 2**21}, "", "larger than the limit"),
    ({"type": "array", "minItems": 10**9}, "", "larger than the limit"),
    ({"type": "array", "minItems": 2, "maxItems": 1}, "", "minItems 2 is above maxItems 1"),
    ({"type": "array", "contains": {}, "minContains": 3, "maxContains": 1}, "", "minContains 3"),
    (
        {"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True, "minItems": 3},
        "",
        "only 2 different items",
    ),
    ({"type": "object", "minProperties": 5, "maxProperties": 2}, "", "minProperties 5 is above"),
    ({"type": "object", "required": ["a"], "properties": {"a": False}}, "", "'a' is required"),
    (
        {
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": {
                    "type": "object",
                    "required": ["b"],
                    "properties": {"b": {"type": "integer", "minimum": 2, "maximum": 1}},
                }
            },
        },
        "/properties/a/properties/b",
        "minimum 2 is above maximum 1",
    ),
    ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "/allOf/1", "both string and integer"),
    ({"allOf": [{"enum": [1]}, {"enum": [3]}]}, "/allOf", "no value in common"),
    (
        {"allOf": [{"minimum": 7}, {"maximum": 6}], "type": "integer"},
        "/allOf",
        "minimum 7 is above",
    ),
    (
        {"allOf": [{"type": "object", "additionalProperties": False}, {"required": ["b"]}]},
        "/allOf/1",
        "'b' is required",
    ),
    (
        {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 2, "maximum": 1}},
        "/items",
        "minimum 2 is above maximum 1",
    ),
    ({"type": "nonsense"}, "", "not valid JSON Schema"),
    ({"$ref": "#/$defs/Nowhere"}, "", "not defined"),
]


@pytest.mark.parametrize(("schema", "path", "reason"), UNSATISFIABLE, ids=repr)
def test_contradiction_is_named_with_its_place(schema: Any, path: str, reason: str) -> None:
    with pytest.raises(Unsatisfiable) as caught:
        Sampler({}).sample(schema, 1)
    assert caught.value.path == path
    assert reason in caught.value.reason
    diagnosis = Sampler({}).diagnose(schema)
    assert diagnosis is not None
    assert (diagnosis.path, diagnosis.reason) == (caught.value.path, caught.value.reason)


def test_contradiction_behind_a_reference_points_into_the_definition() -> None:
    definitions = {
        "Pet": {
            "type": "object",
            "required": ["age"],
            "properties": {"age": {"type": "integer", "minimum": 3, "maximum": 2}},
        }
    }
    diagnosis = Sampler(definitions).diagnose({"$ref": "#/$defs/Pet"})
    assert diagnosis is not None
    assert diagnosis.path == "/$defs/Pet/properties/age"


def test_optional_property_without_any_value_is_left_out() -> None:
    schema = {
        "type": "object",
        "properties": {
            "good": {"const": 1},
            "bad": {"type": "integer", "minimum": 2, "maximum": 1},
        },
    }
    assert Sampler({}).sample(schema, 1) == {"good": 1}


def test_no_constraints_give_a_short_word() -> None:
    assert isinstance(Sampler({}).sample({}, 1), str)


def test_null_only_where_nothing_else_is_possible() -> None:
    for schema in (
        {"type": ["null", "integer"]},
        {"oneOf": [{"type": "null"}, {"type": "integer"}]},
    ):
        assert all(Sampler({}).sample(schema, seed) is not None for seed in range(10))


def test_lists_have_one_to_three_items() -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    assert {len(Sampler({}).sample(schema, seed)) for seed in range(40)} == {1, 2, 3}

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.world.adapting import Adapter, properties_of, required_of
from polymock.world.entities import MISSING

ENUM = {"type": "string", "enum": ["PAID", "ORDER_STATUS_OPEN"]}
PERSON = {
    "type": "object",
    "properties": {"firstName": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["firstName"],
    "additionalProperties": False,
}


def adapted(value: Any, schema: Any, definitions: dict[str, Any] | None = None) -> Any:
    return Adapter(schema, definitions or {}).adapt(value)


@pytest.mark.parametrize(
    ("value", "schema", "told"),
    [
        ("7", {"type": "integer"}, 7),
        (7.0, {"type": "integer"}, 7.0),  # which JSON Schema takes for one
        ("-3", {"type": "integer"}, -3),
        ("1.5", {"type": "number"}, 1.5),
        ("2", {"type": "number"}, 2),
        ("True", {"type": "boolean"}, True),
        (7, {"type": "string"}, "7"),
        (True, {"type": "string"}, "true"),
        ("paid", ENUM, "PAID"),
        ("Paid", ENUM, "PAID"),
        ("open", ENUM, "ORDER_STATUS_OPEN"),
        ("ORDER_STATUS_PAID", ENUM, "PAID"),
        ("2", {"enum": [1, 2]}, 2),
        ("2020-01-31", {"type": "string", "format": "date-time"}, "2020-01-31T00:00:00Z"),
        ("2020-01-31T10:00:00Z", {"type": "string", "format": "date"}, "2020-01-31"),
        ("5", {"anyOf": [{"type": "null"}, {"type": "integer"}]}, 5),
        (["1", 2], {"type": "array", "items": {"type": "integer"}}, [1, 2]),
        ({"first_name": "Ada", "age": "3"}, PERSON, {"firstName": "Ada", "age": 3}),
        ({"firstName": "Ada", "color": "red"}, PERSON, {"firstName": "Ada"}),
        ({"a": {"b": 1}}, True, {"a": {"b": 1}}),
    ],
)
def test_the_same_in_other_terms(value: Any, schema: Any, told: Any) -> None:
    found = adapted(value, schema)
    assert found == told
    assert type(found) is type(told)


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("x", {"type": "integer"}),
        (1.5, {"type": "integer"}),
        (None, {"type": "string"}),
        ("lost", ENUM),
        ({"age": 3}, PERSON),
        ("9" * 40, {"type": "integer"}),
        ("inf", {"type": "number"}),
        ("nan", {"type": "number"}),
        (["x"], {"type": "array", "items": {"type": "integer"}}),
        ([], {"type": "string"}),
    ],
)
def test_what_cannot_be_told_is_missing(value: Any, schema: Any) -> None:
    assert adapted(value, schema) is MISSING


def test_references_between_schemas_are_followed() -> None:
    definitions = {"Id": {"type": "integer"}, "Alias": {"$ref": "#/$defs/Id"}}
    assert adapted("7", {"$ref": "#/$defs/Alias"}, definitions) == 7
    assert adapted(["7"], {"type": "array", "items": {"$ref": "#/$defs/Id"}}, definitions) == [7]


def test_a_schema_that_refers_to_itself_ends() -> None:
    definitions: dict[str, Any] = {
        "Loop": {"$ref": "#/$defs/Loop"},
        "Tree": {
            "type": "object",
            "properties": {"n": {"type": "integer"}, "tree": {"$ref": "#/$defs/Tree"}},
        },
    }
    assert properties_of({"$ref": "#/$defs/Loop"}, definitions) == {}
    deep: Any = {"n": "1"}
    for _ in range(30):
        deep = {"tree": deep}
    told, depth = adapted(deep, {"$ref": "#/$defs/Tree"}, definitions), 0
    while "tree" in told:
        told, depth = told["tree"], depth + 1
    assert 3 < depth < 30
    assert told == {}
    assert adapted({"tree": {"n": "1"}}, {"$ref": "#/$defs/Tree"}, definitions) == {
        "tree": {"n": 1}
    }


def test_a_schema_that_cannot_be_used_admits_everything() -> None:
    assert adapted({"a": 1}, {"$ref": "#/$defs/Gone"}) == {"a": 1}


def test_properties_of_branches_are_found() -> None:
    schema = {
        "allOf": [
            {"properties": {"a": {}}, "required": ["a"]},
            {"$ref": "#/$defs/B"},
        ],
        "oneOf": [{"properties": {"c": {}}, "required": ["c"]}],
    }
    definitions = {"B": {"properties": {"b": {}}, "required": ["b"]}}
    assert set(properties_of(schema, definitions)) == {"a", "b", "c"}
    assert required_of(schema, definitions) == {"a", "b"}


def test_members_are_found_in_any_spelling() -> None:
    adapter = Adapter(PERSON, {})
    assert adapter.spellings == {"firstname": "firstName", "age": "age"}
    found = adapter.member("firstname")
    assert found is not None
    assert found[0] == "firstName"
    assert found[1].adapt(7) == "7"
    assert adapter.member("color") is None


def test_why_a_value_is_refused() -> None:
    assert "integer" in Adapter({"type": "integer"}, {}).why_not("x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
SCHEMAS = st.sampled_from(
    [
        {"type": "integer"},
        {"type": "number"},
        {"type": "string"},
        {"type": "boolean"},
        {"type": "string", "format": "date-time"},
        ENUM,
        PERSON,
        {"type": "array", "items": PERSON},
        {"oneOf": [{"type": "integer"}, PERSON]},
    ]
)


@given(JSON, SCHEMAS)
def test_what_is_told_satisfies_the_schema_and_stays(value: Any, schema: dict[str, Any]) -> None:
    adapter = Adapter(schema, {})
    told = adapter.adapt(value)
    if told is not MISSING:
        assert adapter.is_valid(told)
        assert adapter.adapt(told) == told
    if adapter.is_valid(value):
        assert told is value

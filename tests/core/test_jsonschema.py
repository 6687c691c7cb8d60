"""Which of the failed branches of a combination is reported."""

from __future__ import annotations

import time
from typing import Any

import pytest

from polymock.jsonschema import Validator


def kind(name: str, **properties: Any) -> dict[str, Any]:
    return {
        "properties": {"kind": {"const": name}, **properties},
        "required": ["kind", *properties],
    }


PETS = {
    "oneOf": [kind("cat", lives={"type": "integer", "maximum": 9}), kind("dog", barks={})],
}


@pytest.mark.parametrize(
    ("value", "locations"),
    [
        ({"kind": "cat", "lives": 9}, []),
        ({"kind": "cat", "lives": 10}, ["body/lives"]),
        ({"kind": "dog"}, ["body"]),
        ({"kind": "dog", "lives": 10}, ["body"]),
        ({"kind": "fish"}, ["body/kind", "body/kind"]),
    ],
)
def test_constants_tell_which_branch_was_meant(value: Any, locations: list[str]) -> None:
    violations = Validator(PETS, {}).violations(value, "body")
    assert [violation.location for violation in violations] == locations
    assert "oneOf" not in str(violations)


def test_without_constants_the_branch_that_came_furthest_is_meant() -> None:
    schema = {
        "anyOf": [
            {"type": "integer"},
            {"properties": {"a": {"properties": {"b": {"type": "integer"}}}}},
        ]
    }
    violations = Validator(schema, {}).violations({"a": {"b": "x"}}, "body")
    assert [violation.location for violation in violations] == ["body/a/b"]


def test_where_no_branch_came_far_the_whole_is_named() -> None:
    violations = Validator({"anyOf": [{"type": "integer"}, {"const": "x"}]}, {}).violations([], "q")
    assert [violation.location for violation in violations] == ["q"]


@pytest.mark.parametrize(
    "schema",
    [
        {"required": ["id"], "properties": {"id": {"readOnly": True}}},
        {"allOf": [{"required": ["id"]}, {"properties": {"id": {"$ref": "#/$defs/Id"}}}]},
        {"allOf": [{"$ref": "#/$defs/Entity"}], "required": ["id"]},
        {"allOf": [{"$ref": "#/$defs/Entity"}, {"anyOf": [{"required": ["id"]}]}]},
        {"$ref": "#/$defs/Node"},
    ],
)
def test_what_the_server_writes_is_not_required_of_a_request(schema: Any) -> None:
    definitions: dict[str, Any] = {
        "Id": {"type": "integer", "readOnly": True},
        "Entity": {"properties": {"id": {"$ref": "#/$defs/Id"}}},
        "Node": {
            "allOf": [
                {"$ref": "#/$defs/Entity"},
                {"properties": {"next": {"$ref": "#/$defs/Node"}}},
            ],
            "required": ["id"],
        },
    }
    assert Validator(schema, definitions, "request").is_valid({"next": {}})
    assert not Validator(schema, definitions, "response").is_valid({"next": {}})


def test_a_mark_on_another_value_excuses_nothing() -> None:
    schema = {
        "required": ["id"],
        "properties": {"id": {}, "owner": {"properties": {"id": {"readOnly": True}}}},
    }
    assert not Validator(schema, {}, "request").is_valid({"owner": {}})


@pytest.mark.parametrize(
    ("items", "location"),
    [({"type": "string"}, "body/0"), ({"anyOf": [{"type": "string"}, {"type": "object"}]}, "body")],
)
def test_a_large_value_that_is_wrong_everywhere_is_refused_at_once(
    items: dict[str, Any], location: str
) -> None:
    validator = Validator({"items": items}, {}, "request")
    started = time.process_time()
    found = validator.violations([1] * 1_000_000, "body")
    assert time.process_time() - started < 5
    assert [violation.location for violation in found] == [location]

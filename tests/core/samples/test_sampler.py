"""Determinism, directions, examples, recursion: what holds of samples as a whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from polymock.errors import Unsatisfiable
from polymock.samples import Sampler

USER: dict[str, Any] = {
    "title": "User",
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "firstName": {"type": "string"},
        "lastName": {"type": "string"},
        "fullName": {"type": "string"},
        "email": {"type": "string", "format": "email"},
        "code": {"type": "string", "pattern": "^[^a-f]{4}[\\w-]+$"},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "balances": {"type": "object", "additionalProperties": {"type": "number"}},
        "createdAt": {"type": "string", "format": "date-time"},
        "updatedAt": {"type": "string", "format": "date-time"},
        "address": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "country": {"type": "string"}},
        },
    },
}
TREE = {
    "Category": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "parent": {"$ref": "#/$defs/Category"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/Category"}},
        },
    }
}

_SCRIPT = """
import json, sys
from polymock.samples import Sampler
schema = json.load(sys.stdin)
sampler = Sampler({})
print(json.dumps([sampler.sample(schema, seed, "k") for seed in range(5)]))
"""


def test_same_in_every_process() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            input=json.dumps(USER),
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    here = [Sampler({}).sample(USER, seed, "k") for seed in range(5)]
    assert [json.loads(answer) for answer in answers] == [here]


def test_seed_and_key_change_the_value() -> None:
    sampler = Sampler({})
    first = sampler.sample(USER, 1, "1")
    assert sampler.sample(USER, 1, "1") == first
    assert sampler.sample(USER, 2, "1") != first
    assert sampler.sample(USER, 1, "2") != first


def test_another_property_changes_no_other_value() -> None:
    wider = {**USER, "properties": {"nickname": {"type": "string"}, **USER["properties"]}}
    before, after = Sampler({}).sample(USER, 9), Sampler({}).sample(wider, 9)
    assert {**after, "nickname": None} == {**before, "nickname": None}


def test_values_of_one_object_agree() -> None:
    user = Sampler({}).sample(USER, 3)
    assert user["fullName"] == f"{user['firstName']} {user['lastName']}"
    assert user["email"].endswith("@example.com")
    assert user["email"].startswith(user["firstName"].lower()[:2])
    assert user["createdAt"] < user["updatedAt"]


def test_caller_may_change_a_sample() -> None:
    sampler = Sampler({})
    schema = {"type": "object", "examples": [{"a": [1]}]}
    sampler.sample(schema, 1)["a"].append(2)
    assert sampler.sample(schema, 1) == {"a": [1]}


def test_directions_leave_out_what_the_other_side_writes() -> None:
    schema = {
        "type": "object",
        "required": ["id", "password"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "password": {"type": "string", "writeOnly": True},
            "name": {"type": "string"},
        },
    }
    assert sorted(Sampler({}, "response").sample(schema, 1)) == ["id", "name"]
    assert sorted(Sampler({}, "request").sample(schema, 1)) == ["name", "password"]


def test_example_loses_what_the_other_side_writes() -> None:
    schema = {
        "type": "object",
        "examples": [{"name": "Ann", "password": "x"}],
        "properties": {
            "password": {"type": "string", "writeOnly": True},
            "name": {"type": "string"},
        },
    }
    assert Sampler({}, "response").sample(schema, 1) == {"name": "Ann"}


def test_examples_and_defaults_are_preferred_where_valid() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "examples": ["first", "second"]},
            "b": {"type": "integer", "default": 5},
            "c": {"type": "integer", "example": "not a number"},
            "d": {"type": "string", "maxLength": 3, "example": "too long", "default": "ok"},
        },
    }
    value = Sampler({}).sample(schema, 1)
    assert (value["a"], value["b"], value["d"]) == ("first", 5, "ok")
    assert isinstance(value["c"], int)
    dynamic = Sampler({}).sample(schema, 1, examples=False)
    assert dynamic["a"] != "first"


def test_valid_example_of_a_whole_object_is_used_as_it_is() -> None:
    definitions = {
        "Pet": {
            "type": "object",
            "examples": [{"name": "Rex"}],
            "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        }
    }
    assert Sampler(definitions).sample({"$ref": "#/$defs/Pet"}, 1) == {"name": "Rex"}


def test_later_members_of_a_list_have_ids_of_their_own() -> None:
    schema = {
        "type": "array",
        "minItems": 3,
        "items": {
            "type": "object",
            "properties": {
                "id": {"type": "integer", "example": 1},
                "name": {"type": "string", "example": "Rex"},
            },
        },
    }
    pets = Sampler({}).sample(schema, 1)
    assert pets[0] == {"id": 1, "name": "Rex"}
    assert len({pet["id"] for pet in pets}) == 3


def test_optional_recursion_ends_and_list_recursion_gives_an_empty_list() -> None:
    value = Sampler(TREE).sample({"$ref": "#/$defs/Category"}, 1)
    innermost = value["children"][0]
    assert innermost["children"] == []
    assert "parent" not in innermost


def test_required_recursion_takes_the_way_out() -> None:
    definitions = {
        "Expr": {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["left", "right"],
                    "properties": {
                        "left": {"$ref": "#/$defs/Expr"},
                        "right": {"$ref": "#/$defs/Expr"},
                    },
                },
                {"type": "number"},
            ]
        }
    }
    for seed in range(10):
        Sampler(definitions).sample({"$ref": "#/$defs/Expr"}, seed)


def test_endless_recursion_is_named() -> None:
    definitions = {
        "Bad": {
            "type": "object",
            "required": ["again"],
            "properties": {"again": {"$ref": "#/$defs/Bad"}},
        }
    }
    diagnosis = Sampler(definitions).diagnose({"$ref": "#/$defs/Bad"})
    assert diagnosis is not None
    assert diagnosis.path == "/$defs/Bad/properties/again"
    assert "itself" in diagnosis.reason


def test_diagnose_finds_nothing_wrong_with_a_good_schema() -> None:
    assert Sampler({}).diagnose(USER) is None


def test_the_validator_of_samples_may_be_used_by_others() -> None:
    sampler = Sampler({"Id": {"type": "integer"}})
    schema = {"$ref": "#/$defs/Id"}
    validator = sampler.validator(schema)
    assert validator is not None
    assert validator is sampler.validator(schema)
    assert validator.is_valid(sampler.sample(schema, 42))
    assert not validator.is_valid("x")
    assert sampler.validator({"$ref": "#/$defs/Absent"}) is None
    assert sampler.validator({"type": "nothing"}) is None


@pytest.mark.parametrize("names", [{"email"}, {"tags", "createdAt"}, {"address", "code"}, set()])
def test_a_part_of_a_sample_is_as_in_the_whole(names: set[str]) -> None:
    sampler = Sampler({})
    for seed in range(30):
        whole = sampler.sample(USER, seed)
        assert sampler.part(USER, seed, names) == {name: whole[name] for name in names}


def test_a_part_of_an_example_is_the_examples() -> None:
    schema = {**USER, "example": {"id": 7, "firstName": "Ann"}}
    assert Sampler({}).part(schema, 1, {"firstName", "tags"}) == {"firstName": "Ann"}


def test_a_part_is_of_the_branch_that_the_whole_takes() -> None:
    schema = {
        "oneOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"const": kind}}}
            for kind in ("x", "y", "z")
        ]
    }
    sampler = Sampler({})
    wholes = [sampler.sample(schema, seed) for seed in range(30)]
    assert [sampler.part(schema, seed, {"a"}) for seed in range(30)] == wholes
    assert len({whole["a"] for whole in wholes}) == 3


def test_there_is_no_part_of_what_is_no_object() -> None:
    assert Sampler({}).part({"type": "string"}, 1, {"a"}) == {}


def test_no_part_of_what_cannot_be() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": False}}
    with pytest.raises(Unsatisfiable):
        Sampler({}).part(schema, 1, {"a"})

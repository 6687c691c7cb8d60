from __future__ import annotations

import re

import jsonschema_rs
import msgspec
import pytest

from agents.doubles import Book, ShelfParams
from polymock.commands.catalog import installed
from polymock_mcp.shapes import input_schema, output_schema

COMMANDS = [each for each in installed().commands.values() if "mcp" in each.surfaces]


class Tree(msgspec.Struct):
    """One that holds itself."""

    name: str
    below: list[Tree] = []


def test_parameters_are_an_object_that_says_what_each_is() -> None:
    assert input_schema(ShelfParams) == {
        "type": "object",
        "properties": {
            "shelf": {"type": "string", "description": "The shelf's name", "maxLength": 20},
            "limit": {
                "type": "integer",
                "description": "At most so many",
                "minimum": 1,
                "maximum": 100,
                "default": 10,
            },
            "wait": {"type": "number", "description": "How long, in seconds"},
        },
        "required": ["shelf"],
        "additionalProperties": False,
    }


def test_a_command_without_parameters_takes_an_empty_object() -> None:
    schema = input_schema(msgspec.defstruct("Nothing_", [], forbid_unknown_fields=True))
    assert (schema["type"], schema["properties"]) == ("object", {})


def test_what_is_no_object_is_wrapped() -> None:
    schema, wrapped = output_schema(tuple[Book, ...])
    assert wrapped
    assert schema["required"] == ["result"]
    jsonschema_rs.validate(schema, {"result": [{"title": "A", "refers_to": [{"title": "B"}]}]})
    assert not jsonschema_rs.is_valid(schema, {"result": [{"title": 1}]})


def test_only_what_holds_itself_is_referred_to() -> None:
    schema, wrapped = output_schema(Tree)
    assert not wrapped
    assert set(schema["$defs"]) == {"Tree"}
    jsonschema_rs.validate(schema, {"name": "a", "below": [{"name": "b", "below": []}]})
    assert not jsonschema_rs.is_valid(schema, {"name": "a", "below": [{}]})
    assert "$ref" not in str(input_schema(ShelfParams))


class Pair(msgspec.Struct):
    first: Book
    second: Book
    tree: Tree


def test_of_results_what_is_said_twice_is_said_once() -> None:
    schema, _ = output_schema(Pair)
    assert set(schema["$defs"]) == {"Book", "Tree"}
    assert schema["properties"]["first"] == schema["properties"]["second"]
    book = {"title": "A", "refers_to": []}
    whole = {"first": book, "second": book, "tree": {"name": "a", "below": []}}
    jsonschema_rs.validate(schema, whole)
    assert not jsonschema_rs.is_valid(schema, {**whole, "second": {}})
    assert "$ref" not in str(input_schema(ShelfParams))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: str(each.name))
def test_the_schemas_of_every_command_are_what_clients_take(command: object) -> None:
    params, result = command.params, command.result  # type: ignore[attr-defined]
    schema = input_schema(params)
    for each in (schema, output_schema(result)[0]):
        assert each["type"] == "object"
        jsonschema_rs.meta.validate(each)
        for pattern in re.findall(r"'pattern': '([^']*)'", str(each)):
            assert "\\Z" not in pattern, "JavaScript has no \\Z"
    example = dict(command.example)  # type: ignore[attr-defined]
    if example:
        jsonschema_rs.validate(schema, example)
    for name, told in schema["properties"].items():
        assert told.get("description"), f"{name} is not described"

"""What is worked out of a declared body."""

from typing import Any

import pytest

from polymock_openapi.answering.declared import DeclaredBody, Example, holds_text, is_base64
from polymock_openapi.model import MediaType

PET = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
DEFINITIONS: dict[str, Any] = {
    "Pet": PET,
    "Loop": {"$ref": "#/$defs/Loop"},
    "Text": {"$ref": "#/$defs/Plain"},
    "Plain": {"type": "string"},
}


def body(schema: Any, media: str = "application/json", **examples: Any) -> DeclaredBody:
    return DeclaredBody(MediaType(media, schema, examples), DEFINITIONS)


def test_an_example_is_judged_by_the_schema() -> None:
    declared = body({"$ref": "#/$defs/Pet"}, odd={"id": "x"}, good={"id": 1})
    assert declared.first == Example("good", {"id": 1}, valid=True)
    assert declared.example("odd") == Example("odd", {"id": "x"}, valid=False)
    assert declared.broken == {"id": "x"}
    assert declared.example("absent") is None


def test_json_in_text_is_read_where_only_then_it_is_valid() -> None:
    assert body(PET, text='{"id": 1}').first == Example("text", {"id": 1}, valid=True)
    assert body({"type": "string"}, text='{"id": 1}').first == Example("text", '{"id": 1}', True)
    assert body(PET, text="{").first is None


def test_text_in_another_syntax_is_the_body_itself() -> None:
    assert body(PET, "application/xml", x="<pet/>").first == Example("x", "<pet/>", valid=True)
    assert body({"type": "string", "maxLength": 1}, "text/plain", x="long").first is None


@pytest.mark.parametrize("schema", [None, {"type": 7}, {"$ref": "#/$defs/Absent"}])
def test_without_a_usable_schema_every_example_is_valid(schema: Any) -> None:
    assert body(schema, x=1).first == Example("x", 1, valid=True)


def test_what_a_caller_does_not_write_is_found_behind_references() -> None:
    at = {"properties": {"at": {"readOnly": True}, "to": {}}}
    assert body({"allOf": [{"$ref": "#/$defs/Pet"}, at]}).read_only == {"at"}
    assert body({"$ref": "#/$defs/Loop"}).read_only == frozenset()


@pytest.mark.parametrize(
    ("schema", "examples", "text"),
    [
        ({"type": "string"}, {}, True),
        ({"type": ["null", "string"]}, {}, True),
        ({"$ref": "#/$defs/Text"}, {}, True),
        ({"format": "binary"}, {}, True),
        ({"contentMediaType": "image/png"}, {}, False),
        ({"type": "object"}, {"x": "text"}, False),
        ({"anyOf": []}, {"x": "text"}, False),
        ({}, {"x": "text"}, True),
        (None, {"x": "text"}, True),
        (None, {"x": 1}, False),
        (True, {}, False),
    ],
)
def test_a_body_of_text_is_known_by_its_schema_or_examples(
    schema: Any, examples: dict[str, Any], text: bool
) -> None:
    assert holds_text(MediaType("*/*", schema, examples), DEFINITIONS) is text


def test_base64_is_told_by_either_keyword() -> None:
    assert is_base64(MediaType("a/b", {"type": "string", "format": "byte"}), {})
    assert is_base64(MediaType("a/b", {"contentEncoding": "base64"}), {})
    assert not is_base64(MediaType("a/b", {"type": "string"}), {})

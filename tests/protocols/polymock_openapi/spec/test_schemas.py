from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from polymock.interfaces import Spec
from polymock.jsonschema import Validator
from polymock_openapi.spec.document import OpenApiDocument


@pytest.fixture
def document(tmp_path: Path) -> Any:
    def build(version: str, **schemas: Any) -> OpenApiDocument:
        path = tmp_path / "api.json"
        whole = {"openapi": version, "info": {}, "paths": {}, "components": {"schemas": schemas}}
        path.write_text(json.dumps(whole))
        return OpenApiDocument.load(Spec(str(path), "api"))

    return build


OLD = [
    ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    (
        {"type": "string", "nullable": True, "enum": ["a"]},
        {"type": ["string", "null"], "enum": ["a", None]},
    ),
    ({"nullable": True, "enum": ["a", None]}, {"enum": ["a", None]}),
    (
        {"$ref": "#/components/schemas/B", "nullable": True, "description": "ignored"},
        {"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]},
    ),
    ({"$ref": "#/components/schemas/B", "minLength": 5}, {"$ref": "#/$defs/B"}),
    (
        {"nullable": True, "allOf": [{"$ref": "#/components/schemas/B"}], "readOnly": True},
        {
            "readOnly": True,
            "anyOf": [{"allOf": [{"$ref": "#/$defs/B"}]}, {"type": "null"}],
        },
    ),
    (
        {"type": "number", "minimum": 1, "exclusiveMinimum": True, "exclusiveMaximum": False},
        {"type": "number", "exclusiveMinimum": 1},
    ),
    (
        {"type": "integer", "format": "int64"},
        {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1},
    ),
    (
        {"type": "integer", "format": "int32", "minimum": 0},
        {"type": "integer", "format": "int32", "minimum": 0, "maximum": 2**31 - 1},
    ),
    ({"type": "string", "example": "x"}, {"type": "string", "examples": ["x"]}),
    ({"type": "file"}, {"type": "string", "format": "binary"}),
    ({"type": "any", "title": "T"}, {"title": "T"}),
    ({"type": "Float"}, {"type": "number", "format": "float"}),
    ({"type": "string", "enum": [1, True, "x"]}, {"type": "string", "enum": ["1", "true", "x"]}),
    (
        {"type": "object", "properties": {"a": {"type": "string", "required": True}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
    ),
    ({"type": "object", "properties": {"$ref": {"type": "string"}}}, None),
    (
        {"xml": {"name": "n", "x-more": {}}, "x-faker": "person.name", "x-other": 1},
        {"xml": {"name": "n"}, "x-faker": "person.name"},
    ),
    ({"minLength": -1, "pattern": 5, "items": None, "enum": [], "allOf": []}, {}),
    ({"properties": [], "required": "a", "oneOf": {}, "default": 1}, {"default": 1}),
    ({"items": [{"type": "string"}], "additionalItems": False}, None),
    ([], True),
    ("text", True),
    (True, True),
]


@pytest.mark.parametrize(("schema", "expected"), OLD)
def test_schemas_of_3_0(document: Any, schema: Any, expected: Any) -> None:
    built = document("3.0.3", A=schema, B={"type": "object"})
    translated = built.definitions["A"]
    if expected is not None:
        assert translated == expected
    Validator(translated, built.definitions)


NEW = [
    (
        {"$ref": "#/components/schemas/B", "minProperties": 5},
        {"$ref": "#/$defs/B", "minProperties": 5},
    ),
    ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
    ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
    (
        {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]},
        {"prefixItems": [{"type": "string"}]},
    ),
    (
        {"dependencies": {"a": ["b"], "c": {"type": "object"}}},
        {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"type": "object"}}},
    ),
    (
        {"$defs": {"N": {"type": "integer"}}, "items": {"$ref": "#/components/schemas/A/$defs/N"}},
        {"items": {"$ref": "#/$defs/N"}},
    ),
    (
        {"$dynamicAnchor": "node", "items": {"$dynamicRef": "#node"}},
        {"items": {"$ref": "#/$defs/A"}},
    ),
    (
        {"properties": {"next": {"$ref": "#/components/schemas/B/properties/x"}}},
        {"properties": {"next": {"$ref": "#/$defs/B.properties.x"}}},
    ),
    ({"examples": [1], "example": 2, "const": 1}, {"examples": [1, 2], "const": 1}),
    ({"items": {"$ref": "#/components/schemas/Gone"}}, {"items": True}),
    ({"items": {"$ref": "gone.yaml"}}, {"items": True}),
    ({"$ref": "#/components/schemas/A"}, True),
]


@pytest.mark.parametrize(("schema", "expected"), NEW)
def test_schemas_of_3_1(document: Any, schema: Any, expected: Any) -> None:
    built = document("3.1.0", A=schema, B={"properties": {"x": {"type": "string"}}})
    assert built.definitions["A"] == expected
    Validator(built.definitions["A"], built.definitions)


def test_definitions_nest_only_so_deep(document: Any) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(300):
        schema = {"type": "array", "items": schema}
    built = document("3.0.0", Deep=schema)
    Validator(built.definitions["Deep"], built.definitions)
    assert any("deeper" in fault.message for fault in built.problems())


def test_names_are_readable_and_unique(document: Any) -> None:
    built = document(
        "3.0.0", **{"a b": {"type": "string"}, "a/b": {"type": "integer"}, "Ü": {}, "A.b-C_1": {}}
    )
    assert all(name.isascii() for name in built.definitions)
    first, second, *_ = built.definitions
    assert first == "a-b" and second.startswith("a-b-")
    assert built.definitions[second] == {"type": "integer"}
    assert "A.b-C_1" in built.definitions
    with pytest.raises(KeyError):
        built.definitions["none"]


def test_schemas_of_other_files_keep_their_names(tmp_path: Path) -> None:
    (tmp_path / "Pet.yaml").write_text("type: object\nproperties: {owner: {$ref: Owner.yaml}}\n")
    (tmp_path / "Owner.yaml").write_text("properties: {pets: {items: {$ref: Pet.yaml}}}\n")
    root = tmp_path / "api.yaml"
    root.write_text(
        "openapi: 3.0.0\ninfo: {}\npaths: {}\n"
        "components: {schemas: {Animal: {$ref: Pet.yaml}, Twice: {$ref: Pet.yaml}}}\n"
    )
    definitions = OpenApiDocument.load(Spec(str(root), "api")).definitions
    assert definitions["Animal"] == {
        "type": "object",
        "properties": {"owner": {"$ref": "#/$defs/Owner"}},
    }
    assert definitions["Owner"] == {"properties": {"pets": {"items": {"$ref": "#/$defs/Animal"}}}}
    assert definitions["Twice"] == {"$ref": "#/$defs/Animal"}


CAT = {"type": "object", "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}}
DOG = {"type": "object", "properties": {"kind": {"type": "string"}, "bark": {"type": "string"}}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_alternatives_are_held_to_their_names(document: Any) -> None:
    pet = {
        "oneOf": [ref("Cat"), ref("Dog")],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"woof": "#/components/schemas/Dog", "hound": "Dog"},
        },
    }
    built = document("3.0.0", Pet=pet, Cat=CAT, Dog=DOG)
    assert built.definitions["Pet"]["oneOf"] == [
        {"$ref": "#/$defs/Cat", "properties": {"kind": {"const": "Cat"}}, "required": ["kind"]},
        {
            "$ref": "#/$defs/Dog",
            "properties": {"kind": {"enum": ["woof", "hound"]}},
            "required": ["kind"],
        },
    ]
    validator = Validator(built.definitions["Pet"], built.definitions)
    assert validator.is_valid({"kind": "Cat", "lives": 9})
    assert validator.is_valid({"kind": "hound"})
    assert not validator.is_valid({"kind": "Dog"})
    assert not validator.is_valid({})


def test_a_property_that_is_held_already_stays_as_it_is(document: Any) -> None:
    node = {"type": "object", "properties": {"kind": {"type": "string", "enum": ["CAT"]}}}
    pet = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
    built = document("3.0.0", Pet=pet, Cat=node, Dog=DOG)
    assert built.definitions["Pet"]["oneOf"][0] == {"$ref": "#/$defs/Cat"}
    assert Validator(built.definitions["Pet"], built.definitions).is_valid({"kind": "CAT"})


def test_a_base_schema_is_open_and_its_children_are_held(document: Any) -> None:
    base = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
        "discriminator": {"propertyName": "kind"},
    }
    child = {"allOf": [ref("Base"), {"properties": {"x": {"type": "integer"}}}]}
    grandchild = {"allOf": [ref("Child")]}
    built = document("3.0.0", Base=base, Child=child, Other=child, Grandchild=grandchild)
    base_property = built.definitions["Base"]["properties"]["kind"]
    assert base_property == {"type": "string", "examples": ["Child", "Other"]}
    assert "properties" not in built.definitions["Child"]
    assert built.definitions["Other"]["properties"] == {"kind": {"const": "Other"}}
    validator = Validator(built.definitions["Other"], built.definitions)
    assert validator.is_valid({"kind": "Other", "x": 1})
    assert not validator.is_valid({"kind": "Child"})

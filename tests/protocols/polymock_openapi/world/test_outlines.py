"""An object at a glance tells what its whole schema would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from polymock.interfaces import Spec
from polymock.jsonschema import REF_PREFIX
from polymock.world.adapting import properties_of, required_of
from polymock.world.names import reference_stem
from polymock_openapi.spec.document import OpenApiDocument
from polymock_openapi.world.outlines import outline_of

REF = "#/components/schemas/Owner"
PLAIN = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string", "nullable": True},
        "owner": {"$ref": REF},
        "ownerId": {"type": "string"},
        "ownerIDs": {"type": "array", "items": {"type": "string"}},
        "keeper": {"allOf": [{"$ref": REF}], "nullable": True},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}},
        "photo": {"type": "file"},
        "any": {},
        "all": True,
        "marked": {"type": "string", "required": True},
    },
}
WHOLES: dict[str, Any] = {
    "plain": PLAIN,
    "composed": {"allOf": [{"$ref": REF}, PLAIN]},
    "empty": {"type": "object"},
    "wrongly required": {**PLAIN, "required": ["id", 7]},
    "required is a truth": {**PLAIN, "required": True},
}


def load(folder: Path, schema: Any) -> OpenApiDocument:
    file = folder / "openapi.json"
    owner = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"get": {"responses": {"200": {"description": "ok"}}}}},
        "components": {"schemas": {"Owner": owner, "Pet": schema}},
    }
    file.write_text(json.dumps(document), encoding="utf-8")
    return OpenApiDocument.load(Spec(location=str(file), name="t"))


@pytest.mark.parametrize("whole", WHOLES)
def test_an_outline_says_what_the_schema_says(tmp_path: Path, whole: str) -> None:
    definitions = load(tmp_path, WHOLES[whole]).definitions
    schema = {"$ref": REF_PREFIX + "Pet"}
    outline = outline_of(schema, definitions)
    told = dict(outline.telling())
    properties = properties_of(schema, definitions)
    assert outline.names == tuple(properties)
    assert outline.required == required_of(schema, definitions)
    assert told == {name: properties[name] for name in told}


def test_texts_and_numbers_that_are_no_keys_tell_of_nobody(tmp_path: Path) -> None:
    outline = outline_of({"$ref": REF_PREFIX + "Pet"}, load(tmp_path, PLAIN).definitions)
    silent = set(outline.names) - {name for name, _ in outline.telling()}
    assert silent == {"id", "name", "marked"}


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("customerId", "customer"),
        ("owner_uuid", "owner"),
        ("tagIds", "tag"),
        ("ORDER_KEY", "order"),
        ("parent-ref", "parent"),
        ("user_id_", "user"),
        ("shop_references", "shop"),
        ("id", ""),
        ("paid", ""),
        ("idle", ""),
        ("monkeys", ""),
    ],
)
def test_names_that_refer_are_told_by_their_end(name: str, stem: str) -> None:
    assert reference_stem(name) == stem

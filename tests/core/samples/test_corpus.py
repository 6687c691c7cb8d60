"""Every schema of the real documents has a sample that satisfies it, in both directions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import ryaml

from polymock.errors import Unsatisfiable
from polymock.jsonschema import LITERAL_KEYWORDS, Direction, Validator
from polymock.samples import Sampler

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "openapi"
DOCUMENTS = sorted(p for p in CORPUS.glob("*.*") if p.suffix in (".yaml", ".json"))
CONTRADICTORY = {
    # `from.id` is a uuid of exactly 24 characters, which no uuid has.
    "intercom-2.15.yaml": {"create_conversation_request"},
}


def converted(schema: Any) -> Any:
    """OpenAPI 3.0 as 2020-12, as far as the corpus needs it."""
    if isinstance(schema, list):
        return [converted(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {k: v if k in LITERAL_KEYWORDS else converted(v) for k, v in schema.items()}
    if isinstance(schema.get("$ref"), str):
        schema["$ref"] = schema["$ref"].replace("#/components/schemas/", "#/$defs/")
    if schema.pop("nullable", None) is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


@pytest.mark.skipif(not DOCUMENTS, reason="the corpus of real documents is not beside the tree")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.parametrize("direction", ["response", "request"])
def test_every_schema_has_a_sample(document: Path, direction: Direction) -> None:
    text = document.read_text()
    tree = json.loads(text) if document.suffix == ".json" else ryaml.loads(text)
    definitions = (
        converted(json.loads(json.dumps(tree, default=str))["components"]["schemas"])
        if ("schemas" in tree.get("components", {}))
        else {}
    )
    sampler = Sampler(definitions, direction)
    failed = set()
    for name in definitions:
        schema = {"$ref": f"#/$defs/{name}"}
        try:
            values = [sampler.sample(schema, 7, examples=examples) for examples in (True, False)]
        except Unsatisfiable:
            failed.add(name)
            continue
        validator = Validator(schema, definitions, direction)
        assert all(validator.is_valid(value) for value in values), name
    assert failed == CONTRADICTORY.get(document.name, set())

"""A large OpenAPI document as they are met in the field: 13 MB, 1,200 operations; deterministic.

    python big_document.py big.json [big.yaml]

Resources in families, each with six operations and nineteen component schemas that nest and refer
to one another; many parameters; examples; long descriptions.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import ryaml

RESOURCES = 200
SCHEMAS_PER_RESOURCE = 16
FAMILY = 10
"""Resources that refer to one another, each to the one before it."""
WORDS = Path(__file__).with_name("words.txt").read_text(encoding="ascii").split()
FORMATS = ("date-time", "date", "email", "uri", "uuid", "ipv4", "hostname")


def big_document(resources: int = RESOURCES, seed: int = 7) -> dict[str, Any]:
    """The document as a value of JSON's types; the same seed gives the same document."""
    source = random.Random(seed)
    names = [
        source.choice(WORDS).capitalize() + source.choice(WORDS).capitalize() + str(number)
        for number in range(resources)
    ]
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for index, name in enumerate(names):
        schemas |= _schemas(source, name, names[index - index % FAMILY : index])
        paths |= _paths(source, name)
    schemas["Problem"] = {
        "type": "object",
        "required": ["title", "status"],
        "properties": {"title": {"type": "string"}, "status": {"type": "integer"}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "A large service", "version": "1.0.0", "description": _prose(source, 80)},
        "servers": [{"url": "https://api.example.com"}],
        "security": [],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _paths(source: random.Random, name: str) -> dict[str, Any]:
    collection = f"/v1/{name.lower()}s"
    item = {
        "name": "id",
        "in": "path",
        "required": True,
        "description": _prose(source, 12),
        "schema": {"type": "string", "maxLength": 64},
    }
    whole = _ref(name)
    page = {
        "type": "object",
        "required": ["data", "hasMore"],
        "properties": {
            "data": {"type": "array", "maxItems": 10, "items": whole},
            "hasMore": {"type": "boolean"},
        },
    }
    return {
        collection: {
            "get": _operation(source, f"list{name}", _queries(source, 14), page),
            "post": _operation(source, f"create{name}", _queries(source, 2), whole, body=name),
        },
        f"{collection}/{{id}}": {
            "parameters": [item],
            "get": _operation(source, f"get{name}", _queries(source, 4), whole),
            "put": _operation(source, f"replace{name}", _queries(source, 3), whole, body=name),
            "delete": _operation(source, f"delete{name}", _queries(source, 1), None),
        },
        f"{collection}/{{id}}/history": {
            "parameters": [item],
            "get": _operation(source, f"history{name}", _queries(source, 8), page),
        },
    }


def _operation(
    source: random.Random,
    name: str,
    parameters: list[dict[str, Any]],
    schema: dict[str, Any] | None,
    body: str = "",
) -> dict[str, Any]:
    problem = {
        "description": _prose(source, 10),
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }
    answer: dict[str, Any] = {"description": _prose(source, 10)}
    if schema is not None:
        answer["content"] = {"application/json": {"schema": schema}}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": _prose(source, 8),
        "description": _prose(source, 120),
        "tags": [name[-6:]],
        "parameters": parameters,
        "responses": {"200" if schema else "204": answer, "404": problem, "default": problem},
    }
    if body:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(f"{body}Input")}},
        }
    return operation


def _queries(source: random.Random, count: int) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{source.choice(WORDS)}_{number}",
            "in": "query",
            "description": _prose(source, 20),
            "schema": _scalar(source),
        }
        for number in range(count)
    ]


def _schemas(source: random.Random, name: str, others: list[str]) -> dict[str, Any]:
    parts = [f"{name}{word.capitalize()}" for word in source.sample(WORDS, SCHEMAS_PER_RESOURCE)]
    schemas = {part: _object(source, 11, []) for part in parts}
    for index, part in enumerate(parts[:-1]):
        if index % 4 < 3:
            deeper = parts[index + 1]
            schemas[part]["properties"][deeper[len(name) :].lower()] = _ref(deeper)
    whole = _object(source, 14, ["id"])
    whole["properties"] |= {
        "id": {"type": "string", "maxLength": 64, "readOnly": True},
        **{part[len(name) :].lower(): _ref(part) for part in parts[:4]},
        **{f"related{other}": _ref(other) for other in others[-1:]},
        "events": {
            "type": "array",
            "maxItems": 5,
            "items": {
                "oneOf": [_ref(part) for part in parts[4:7]],
            },
        },
    }
    taken = _object(source, 12, [])
    taken["properties"]["detail"] = _ref(parts[7])
    return {name: whole, f"{name}Input": taken, **schemas}


def _object(source: random.Random, count: int, required: list[str]) -> dict[str, Any]:
    properties = {
        f"{source.choice(WORDS)}{source.choice(WORDS).capitalize()}": {
            **_scalar(source),
            "description": _prose(source, 14),
        }
        for _ in range(count)
    }
    return {
        "type": "object",
        "description": _prose(source, 24),
        "required": [*required, *list(properties)[: count // 4]],
        "properties": properties,
    }


def _scalar(source: random.Random) -> dict[str, Any]:
    match source.randrange(6):
        case 0:
            return {"type": "integer", "minimum": 0, "maximum": 1_000_000, "example": 42}
        case 1:
            return {"type": "boolean"}
        case 2:
            return {"type": "string", "enum": sorted(source.sample(WORDS, 6))}
        case 3:
            return {"type": "string", "format": source.choice(FORMATS)}
        case 4:
            return {"type": "number", "minimum": 0, "nullable": True}
        case _:
            return {"type": "string", "maxLength": 120, "example": _prose(source, 3)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _prose(source: random.Random, words: int) -> str:
    return " ".join(source.choices(WORDS, k=words)).capitalize() + "."


def write(path: Path) -> None:
    """Write the document, as YAML or JSON by the file's suffix."""
    document = big_document()
    if path.suffix in (".yaml", ".yml"):
        with path.open("w", encoding="utf-8") as stream:
            ryaml.dump(stream, document)
    else:
        path.write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a large OpenAPI document.")
    parser.add_argument("files", nargs="+", type=Path, help="to write: .json or .yaml")
    for file in parser.parse_args().files:
        write(file)

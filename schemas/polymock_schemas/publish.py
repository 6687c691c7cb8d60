"""Makes the published JSON Schemas: `python -m polymock_schemas.publish` writes them anew.

Wherever a single value or a list of such is expected, `{$env: NAME}` may stand instead: the
schemas say so with a reference to `#/$defs/FromEnvironment` beside the value's own schema.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from polymock_schemas.config import Config

FOLDER = Path(__file__).parent / "published"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FROM_ENVIRONMENT = {
    "title": "FromEnvironment",
    "description": "The text of an environment variable; commas part the items of a list",
    "type": "object",
    "properties": {"$env": {"type": "string", "description": "The variable's name"}},
    "required": ["$env"],
    "additionalProperties": False,
}
NOTES = ("title", "description", "default")
"""Keywords that say something of a property, not of one form of its value."""
EXAMPLES = [
    {"mocks": [{"spec": "openapi.yaml"}]},
    {
        "mocks": [
            {"spec": "openapi.yaml"},
            {"spec": "schema.graphql"},
            {"spec": "shop.proto", "include": ["protos/"]},
        ],
        "server": {"grpc_port": 50051, "tls": {"cert": "server.pem", "key": "server.key"}},
    },
    {
        "mocks": [{"spec": "openapi.yaml", "name": "shop", "at": "/", "auth": ["partner-key"]}],
        "server": {"port": 8080, "admin_port": 8081, "workers": 1},
        "world": {"seed": 42},
        "auth": {
            "partner-key": {
                "type": "api-key",
                "header": "X-API-Key",
                "keys": {"$env": "PARTNER_KEYS"},
            }
        },
        "observers": [
            "prometheus",
            {"type": "webhook", "url": "http://127.0.0.1:9000/hook", "allow_private": True},
        ],
        "journal": {"path": "polymock.duckdb", "bodies": "64KiB", "retain": "7d"},
    },
]


def config_schema() -> dict[str, Any]:
    """The JSON Schema 2020-12 of polymock.yaml."""
    (root,), definitions = msgspec.json.schema_components([Config], ref_template="#/$defs/{name}")
    config = definitions.pop(root["$ref"].rpartition("/")[2])
    published = {name: _open(schema) for name, schema in sorted(definitions.items())}
    opened = _open(config)
    opened["properties"]["$schema"] = {"type": "string", "description": "For editors; not read"}
    return {
        "$schema": DIALECT,
        **opened,
        "title": "polymock.yaml",
        "examples": EXAMPLES,
        "$defs": {"FromEnvironment": FROM_ENVIRONMENT, **published},
    }


def write_schemas(folder: Path = FOLDER) -> None:
    """Write every published schema."""
    text = json.dumps(config_schema(), indent=2) + "\n"
    (folder / "polymock.schema.json").write_text(text, "utf-8")


def _open(struct: dict[str, Any]) -> dict[str, Any]:
    """A struct's schema, each value of which may come from the environment."""
    properties = {name: _value(schema) for name, schema in struct["properties"].items()}
    return {**struct, "properties": properties}


def _value(schema: dict[str, Any]) -> dict[str, Any]:
    """A property's schema, or `{$env: NAME}`; what holds structs or tables stays as it is."""
    if "$ref" in schema or "$ref" in schema.get("items", ()):
        return schema
    if any("$ref" in option for option in schema.get("anyOf", ())):
        return schema
    if schema.get("type") == "object":
        return _table(schema)
    notes = {key: value for key, value in schema.items() if key in NOTES}
    kept = {key: value for key, value in schema.items() if key not in NOTES}
    options = [_list(option) for option in kept.get("anyOf", [kept])]
    return {**notes, "anyOf": [*options, {"$ref": "#/$defs/FromEnvironment"}]}


def _table(schema: dict[str, Any]) -> dict[str, Any]:
    """A table's schema; a value that is neither struct nor table may come from the environment."""
    values = schema.get("additionalProperties", {})
    if not isinstance(values, dict) or "type" not in values:
        return schema
    return {**schema, "additionalProperties": _value(values)}


def _list(schema: dict[str, Any]) -> dict[str, Any]:
    """A list's schema, each item of which may come from the environment."""
    return {**schema, "items": _value(schema["items"])} if "items" in schema else schema


if __name__ == "__main__":
    write_schemas()

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from polymock.config.settings import decode
from polymock_schemas import publish
from polymock_schemas.config import Config
from polymock_schemas.published import published_schema

SCHEMA = publish.config_schema()


def test_the_published_schema_is_up_to_date(tmp_path: Path) -> None:
    publish.write_schemas(tmp_path)
    fresh = (tmp_path / "polymock.schema.json").read_text()
    assert published_schema("polymock.schema.json") == fresh, (
        "write it anew: python -m polymock_schemas.publish"
    )


def test_it_is_json_schema_2020_12() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize("example", SCHEMA["examples"])
def test_its_examples_are_configs(example: dict[str, Any]) -> None:
    jsonschema_rs.validate(SCHEMA, example)
    assert decode(example, Config, "example", {"PARTNER_KEYS": "a"}).mocks


@pytest.mark.parametrize(
    ("config", "is_valid"),
    [
        ({}, True),
        ({"$schema": "polymock.schema.json"}, True),
        ({"server": {"port": {"$env": "PORT"}}}, True),
        ({"mocks": [{"spec": {"$env": "SPEC"}, "auth": [{"$env": "AUTH"}]}]}, True),
        ({"journal": {"redact": {"$env": "REDACT"}, "bodies": 10}}, True),
        ({"auth": {"a": "api-key", "b": {"type": "api-key", "keys": ["x"]}}}, True),
        ({"auth": {"a": {"keys": ["x"]}}}, False),
        ({"observers": ["log", {"type": "webhook", "url": {"$env": "URL"}}]}, True),
        ({"observers": [{"url": "http://a.test"}]}, False),
        ({"observers": "log"}, False),
        ({"server": {"port": 99999}}, False),
        ({"server": {"port": {"$env": "PORT", "more": 1}}}, False),
        ({"mocks": [{"spce": "a"}]}, False),
        ({"journal": {"bodies": "64 apples"}}, False),
        ({"server": {"ports": {"chat": 7000, "mail": {"$env": "PORT"}}}}, True),
        ({"server": {"ports": {"chat": 99999}}}, False),
        ({"server": {"tls": {"cert": {"$env": "CERT"}, "key": "k.pem"}}}, True),
        ({"server": {"tls": {"$env": "TLS"}}}, False),
        ({"server": {"tls": {"cert": "c.pem"}}}, False),
    ],
)
def test_editors_accept_what_the_loader_accepts(config: dict[str, Any], is_valid: bool) -> None:
    assert jsonschema_rs.is_valid(SCHEMA, config) is is_valid


def test_every_key_is_described() -> None:
    structs = [SCHEMA, *SCHEMA["$defs"].values()]
    missing = [
        (struct.get("title"), name)
        for struct in structs
        for name, schema in struct["properties"].items()
        if "description" not in schema
    ]
    assert missing == []


def test_the_text_ends_with_a_line_break_and_parses() -> None:
    text = published_schema("polymock.schema.json")
    assert text.endswith("}\n")
    assert json.loads(text)["title"] == "polymock.yaml"

from __future__ import annotations

import subprocess
import sys

import pytest

from polymock_graphql.spec.recognition import recognises


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("schema.graphql", b"type Query { a: Int }"),
        ("SCHEMA.GraphQLS", b""),
        ("a.gql", b"# nothing"),
        ("a.sdl", b"scalar A"),
        ("schema", b"type Query {\n  a: Int\n}"),
        ("schema.txt", b'# comment\n"""Text "in" text"""\nschema {\n  query: Q\n}'),
        ("sdl", b'"one line" extend type Query @key(fields: "id") { a: Int }'),
        ("schema", b"\xef\xbb\xbfdirective @a on FIELD"),
        ("schema", b"enum A { B }"),
        ("schema.json", b'{"__schema": {"types": []}}'),
        ("schema.json", b'{\n "data" : {\n  "__schema" : {}}}'),
        ("answer", b'{"extensions": {"a": [1, {"b": "{"}]}, "data": {"__schema": {}}}'),
    ],
)
def test_knows_its_own(name: str, head: bytes) -> None:
    assert recognises(name, head)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("openapi.yaml", b"openapi: 3.1.0"),
        ("openapi.json", b'{"openapi": "3.1.0", "info": {"x": {"__schema": {}}}}'),
        ("openapi.json", b'{"example": {"__schema": {}}}'),
        ("shop.proto", b'syntax = "proto3";\nenum A { B = 0; }'),
        ("code.ts", b"interface A { b: string }"),
        ("notes.txt", b"type your name here"),
        ("notes", b"the scalar product"),
        ("empty", b""),
        ("image.png", b"\x89PNG\r\n"),
        ("open", b'"""' + b'"' * 60_000),
        ("open.json", b'{"' + b"\\" * 60_000),
        ("brackets.json", b"{" + b"[" * 60_000),
    ],
)
def test_leaves_others_alone(name: str, head: bytes) -> None:
    assert not recognises(name, head)


def test_imports_no_parser() -> None:
    script = "import sys, polymock_graphql.spec.recognition; print('graphql' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr

"""A start: which libraries it imports, and what it says of wrong documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from end_to_end.clients import ReflectingClient
from end_to_end.servers import Server, polymock, start

SHOP = Path(__file__).parents[2] / "examples" / "shop"
GRPC = {"grpc", "grpc_tools", "grpc_reflection", "grpc_health", "google", "protobuf"}
GRPC |= {"protovalidate", "pygrpc_native"}
GRAPHQL = {"graphql", "strawberry"}
IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| +([\w.]+)$", re.MULTILINE)
WRONG = {
    "shop.proto": (
        'syntax = "proto3";\nmessage A { Missing other = 1; }\n'
        "service S { rpc Do(A) returns (A); }\n"
    ),
    "schema.graphql": "type Query {\n  pet: String\n  broken\n}\n",
    "openapi.yaml": "openapi: 3.1.0\ninfo: {title: Wrong, version: '1'}\npaths: [\n",
}


@pytest.fixture
def imports(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of one document that prints what its processes import."""
    server = start(
        tmp_path,
        *(str(SHOP / request.param), "--grpc-port", "0"),
        environment={"PYTHONPROFILEIMPORTTIME": "1"},
    )
    yield server
    server.end()


def imported(server: Server) -> set[str]:
    """The names of the packages that its processes have imported."""
    return {name.partition(".")[0] for name in IMPORTED.findall(server.output)}


@pytest.mark.parametrize("imports", ["openapi.yaml"], indirect=True)
def test_openapi_alone_imports_nothing_of_the_others(imports: Server) -> None:
    assert httpx.get(f"{imports.url}/products/1").status_code == 200
    imports.await_rows(1)
    found = imported(imports)
    assert {"litestar", "duckdb", "polymock_openapi"} <= found
    assert found & (GRPC | GRAPHQL) == set()


@pytest.mark.parametrize("imports", ["schema.graphql"], indirect=True)
def test_graphql_alone_imports_nothing_of_grpc(imports: Server) -> None:
    answer = httpx.post(f"{imports.url}/graphql", json={"query": "{ product(id: 7) { id } }"})
    assert answer.json() == {"data": {"product": {"id": "7"}}}
    imports.await_rows(1)
    found = imported(imports)
    assert "graphql" in found
    assert found & GRPC == set()


@pytest.mark.parametrize("imports", ["shop.proto"], indirect=True)
def test_grpc_alone_imports_nothing_of_graphql(imports: Server) -> None:
    with ReflectingClient(imports.listener("grpc")) as client:
        assert client.call("shop.v1.Shop/GetProduct", {"id": "7"})["id"] == "7"
    imports.await_rows(1)
    found = imported(imports)
    assert {"grpc", "protobuf"} <= found
    assert found & GRAPHQL == set()


def test_check_says_of_every_wrong_document_who_found_what_and_where(tmp_path: Path) -> None:
    for name, text in WRONG.items():
        (tmp_path / name).write_text(text)
    checked = polymock("check", *WRONG, cwd=tmp_path)
    assert checked.returncode == 1
    lines = checked.stdout.splitlines()
    assert lines[:4] == [
        "shop.proto: grpc, not read, 1 error",
        '  error: shop.proto:2:13: protoc: "Missing" is not defined',
        "schema.graphql: graphql, not read, 1 error",
        "  error: schema.graphql:4:1: it is no SDL: Expected ':', found '}'.",
    ]
    assert lines[4] == "openapi.yaml: openapi, not read, 1 error"
    assert lines[5].startswith("  error: openapi.yaml:4:1: it is no YAML: ")
    assert "Traceback" not in checked.stderr


def test_check_tells_programs_the_same(tmp_path: Path) -> None:
    (tmp_path / "shop.proto").write_text(WRONG["shop.proto"])
    checked = polymock("check", "shop.proto", "--json", cwd=tmp_path)
    (result,) = json.loads(checked.stdout)
    assert (result["protocol"], result["operations"]) == ("grpc", 0)
    assert [(fault["file"], fault["path"]) for fault in result["faults"]] == [
        ("shop.proto", "2:13")
    ]


def test_a_server_of_wrong_documents_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "shop.proto").write_text(WRONG["shop.proto"])
    ports = ("--port", "0", "--admin-port", "0", "--grpc-port", "0")
    refused = polymock("serve", str(SHOP / "openapi.yaml"), "shop.proto", *ports, cwd=tmp_path)
    assert refused.returncode == 1
    assert 'shop.proto:2:13: protoc: "Missing" is not defined' in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_example_has_nothing_wrong(tmp_path: Path) -> None:
    checked = polymock("check", str(SHOP), "--strict", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("nothing wrong") == 3

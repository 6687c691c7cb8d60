"""Coverage of three protocols by calls to a running server, from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as Xml

import httpx
import pytest

from end_to_end.servers import Server

SHOP = Path(__file__).parents[2] / "examples" / "shop"
CONFIG = {
    "mocks": [
        {"spec": str(SHOP / "openapi.yaml"), "name": "rest"},
        {"spec": str(SHOP / "schema.graphql"), "name": "graph"},
        {"spec": str(SHOP / "shop.proto"), "name": "rpc"},
    ]
}
QUERY = "query($id: ID!) { product(id: $id) { id name category { id } } }"
EXERCISED = {
    ("rest", "GET /products/{productId}", "parameter", "path", "productId"),
    ("rest", "GET /products", "parameter", "query", "pageSize"),
    ("rest", "GET /products", "response", "200", "items[].priceCents"),
    ("graph", "Query.product", "argument", "Query.product", "id"),
    ("graph", "", "field", "Category", "id"),
    ("rpc", "shop.v1.Shop/GetProduct", "request", "", "id"),
    ("rpc", "shop.v1.Shop/GetProduct", "response", "", "priceCents"),
}


def call_all(url: str) -> None:
    """One call of some operations over each protocol, three of them over HTTP."""
    for path in ("/products/1", "/products?pageSize=3"):
        assert httpx.get(url + path).status_code == 200
    variables = {"query": QUERY, "variables": {"id": "1"}}
    assert httpx.post(f"{url}/graphql", json=variables).status_code == 200
    assert httpx.post(f"{url}/shop.v1.Shop/GetProduct", json={"id": "7"}).status_code == 200


def coverage(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`polymock logs coverage` in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "polymock", "logs", "coverage", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )


def covered(folder: Path, *options: str) -> set[tuple[str, ...]]:
    """The parts that were exercised."""
    told = coverage(folder, "--covered", "--limit", "100000", "--json", *options)
    assert told.returncode == 0, told.stderr
    result = json.loads(told.stdout)
    assert result["unseen"] == 0
    keys = ("mock", "operation", "kind", "place", "name")
    return {tuple(part[key] for key in keys) for part in result["parts"] if part["covered"]}


def await_parts(server: Server) -> None:
    """Wait until the parts of all contracts stand in the journal."""
    end = time.monotonic() + 30
    wanted = "SELECT count(DISTINCT mock) FROM contract_parts"
    while server.sql(wanted) != [[3]]:
        assert time.monotonic() < end, "the parts did not come"
        time.sleep(0.1)


@pytest.fixture
def server(serve, tmp_path: Path) -> Server:
    """A server of three mocks."""
    (tmp_path / "polymock.json").write_text(json.dumps(CONFIG))
    running: Server = serve("polymock.json")
    await_parts(running)
    return running


def test_parts_of_all_protocols_are_told_while_the_server_runs_and_after(server, tmp_path):
    call_all(server.url)
    during = covered(tmp_path)
    assert during >= EXERCISED
    assert ("graph", "", "field", "Category", "name") not in during
    assert server.stop() == 0
    assert covered(tmp_path) == during


def test_nothing_is_lost_by_a_kill(server, tmp_path):
    call_all(server.url)
    server.await_rows(4)
    server.kill()
    assert covered(tmp_path) >= EXERCISED


def test_what_is_looked_into_in_the_background_can_be_asked_in_sql(server, tmp_path):
    call_all(server.url)
    end = time.monotonic() + 60
    while server.sql("SELECT coalesce(sum(exchanges), 0) FROM looked_into") != [[4]]:
        assert time.monotonic() < end, "they were not looked into"
        time.sleep(0.5)
    keys = "mock, operation, kind, place, name"
    rows = server.sql(f"SELECT {keys} FROM contract_coverage WHERE covered")
    assert {tuple(row) for row in rows} >= EXERCISED
    assert {tuple(row) for row in rows} == covered(tmp_path)


def test_ci_learns_by_exit_code_and_by_junit(server, tmp_path):
    call_all(server.url)
    assert coverage(tmp_path, "--fail-under", "1").returncode == 0
    options = ("--mock", "rest", "--fail-under", "90", "--format", "junit", "-o", "out.xml")
    told = coverage(tmp_path, *options)
    assert told.returncode == 1
    assert "less than 90 % wanted" in told.stderr
    suites = Xml.parse(tmp_path / "out.xml").getroot().findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["rest"]
    assert int(suites[0].get("tests") or 0) == len(suites[0].findall("testcase")) > 400
    assert coverage(tmp_path, "--mock", "nope").returncode == 1


def test_the_admin_api_tells_it_too(server):
    call_all(server.url)
    server.await_rows(4)
    asked = {"mock": "rest", "kind": ["operation", "parameter"], "fail_under": 90, "limit": 2}
    answer = httpx.get(f"{server.admin_url}/api/v1/logs/coverage", params=asked)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [figure["kind"] for figure in told["figures"]] == ["operation", "parameter", "all"]
    assert told["failed"] is True
    assert len(told["parts"]) == 2
    wrong = httpx.get(f"{server.admin_url}/api/v1/logs/coverage", params={"since": "soon"})
    assert wrong.status_code in (400, 422), wrong.text

"""A protocol of another distribution, beside the built-in ones, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from end_to_end.servers import Server

ROOT = Path(__file__).parents[2]
STRANGER = ROOT / "examples" / "polymock-jsonrpc"
SHOP = ROOT / "examples" / "shop"
BUILD_SECONDS = 600.0
MOCKS = [
    {"spec": str(SHOP / "openapi.yaml"), "name": "rest"},
    {"spec": str(SHOP / "schema.graphql"), "name": "graph"},
    {"spec": str(SHOP / "shop.proto"), "name": "rpc"},
    {"spec": str(STRANGER / "wallet.openrpc.json"), "name": "wallet"},
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment in which both wheels are installed. What they need
    it has from the environment of the tests, as that is installed from the same declarations."""
    folder = tmp_path_factory.mktemp("stranger")
    wheels = folder / "wheels"
    for project in (ROOT, STRANGER):
        _run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", str(wheels), str(project))
    _run(sys.executable, "-m", "venv", str(folder / "venv"))
    programs = folder / "venv" / "bin"
    built = sorted(str(wheel) for wheel in wheels.glob("*.whl"))
    assert len(built) == 2
    python = str(programs / "python")
    _run(python, "-m", "pip", "install", "--no-deps", "--no-index", *built)
    found = _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    (Path(found.strip()) / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def test_it_is_listed_like_the_built_in_ones(environment: Path) -> None:
    listed = json.loads(_run(str(environment / "polymock"), "plugins", "list", "--json"))
    found = {(plugin["name"], plugin["package"], plugin["state"]) for plugin in listed}
    assert ("jsonrpc", "polymock-jsonrpc", "loaded") in found
    assert ("graphql", "polymock", "loaded") in found


def test_it_passes_the_conformance_kit(environment: Path) -> None:
    tests = str(STRANGER / "tests")
    _run(str(environment / "python"), "-m", "pytest", "-q", "--rootdir", tests, tests)


def test_four_protocols_are_served_and_recorded_together(
    environment: Path, tmp_path: Path, serve: Callable[..., Server]
) -> None:
    (tmp_path / "polymock.json").write_text(json.dumps({"mocks": MOCKS}), "utf-8")
    server = serve("polymock.json", "--grpc-port", "0", python=str(environment / "python"))
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        answers = [
            client.get("/products/1"),
            client.post("/graphql", json={"query": "{ product(id: 1) { name } }"}),
            client.post("/shop.v1.Shop/GetProduct", json={"id": "1"}),
            client.post("/rpc", json=_BALANCE),
        ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[3].json()["result"] == {"amount": 4250, "currency": "EUR"}
    server.await_rows(4)
    rows = server.sql("select protocol, operation from requests order by protocol")
    assert rows == [
        ["graphql", "Query.product"],
        ["grpc", "shop.v1.Shop/GetProduct"],
        ["jsonrpc", "wallet.balance"],
        ["openapi", "GET /products/{productId}"],
    ]


def test_its_command_is_everywhere(
    environment: Path, tmp_path: Path, serve: Callable[..., Server]
) -> None:
    (tmp_path / "polymock.json").write_text(json.dumps({"mocks": MOCKS}), "utf-8")
    server = serve("polymock.json", "--grpc-port", "0", python=str(environment / "python"))
    httpx.post(f"{server.url}/rpc", json=_BALANCE, trust_env=False)
    server.await_rows(1)
    called = {"mock": "wallet", "method": "wallet.balance", "calls": 1, "refused": 0}
    api = f"{server.admin_url}/api/v1"
    told = httpx.post(f"{api}/jsonrpc/methods", json={"mock": "wallet"}, trust_env=False).json()
    assert told[0] == called
    assert "/jsonrpc/methods" in httpx.get(f"{api}/openapi.json", trust_env=False).text
    program = str(environment / "polymock")
    printed = _run(program, "jsonrpc", "methods", "--json", "--url", server.admin_url)
    assert json.loads(printed) == told


_BALANCE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "wallet.balance",
    "params": {"walletId": "w-100"},
}


def _run(*command: str) -> str:
    """What a program prints; the test fails with its errors where it fails."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False, env=clean
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout

"""Commands on what is served, over the three protocols of the example."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import msgspec
import pytest

from polymock.app import build_snapshot
from polymock.commands import execution
from polymock.commands.catalog import Catalog
from polymock.commands.context import Context
from polymock.config.loading import load
from polymock.errors import CommandError
from polymock.snapshot import Snapshot
from polymock.testing import Polymock

SHOP = Path(__file__).parents[3] / "examples" / "shop"
CATALOG = Catalog()
OPERATIONS = (
    ("shop", "GET /products/{productId}"),
    ("shop", "POST /products"),
    ("shop", "GET /products"),
    ("shop-graph", "Query.product"),
    ("shop-graph", "Query.products"),
    ("shop-graph", "Mutation.createProduct"),
    ("shop-rpc", "shop.v1.Shop/GetProduct"),
    ("shop-rpc", "shop.v1.Shop/CreateProduct"),
)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """The shop over REST, GraphQL and gRPC."""
    loaded = load([str(SHOP / "polymock.yaml")])
    return build_snapshot(loaded.config, loaded.folder)


def ask(snapshot: Snapshot, name: str, /, **params: Any) -> Any:
    """What a command answers, as JSON has it."""
    told = execution.carry_out(CATALOG.find(name), params, Context(snapshot=snapshot))
    return msgspec.json.decode(execution.encode(told))


def test_operations_are_listed_with_their_addresses(snapshot: Snapshot) -> None:
    page = ask(snapshot, "mocks.operations")
    assert page["total"] == len(page["items"]) == 40
    calls = {each["name"]: (each["method"], each["path"]) for each in page["items"]}
    assert calls["GET /products/{productId}"] == ("GET", "/products/{productId}")
    assert calls["Query.product"] == ("POST", "/graphql")
    assert calls["shop.v1.Shop/GetProduct"] == ("POST", "/shop.v1.Shop/GetProduct")


def test_some_of_them_are_looked_for(snapshot: Snapshot) -> None:
    page = ask(snapshot, "mocks.operations", mock="shop", text="ORDER", limit=2, offset=1)
    assert page["total"] == 4
    assert len(page["items"]) == 2
    assert all("order" in each["name"].lower() for each in page["items"])


@pytest.mark.parametrize(("mock", "name"), OPERATIONS)
def test_the_example_of_an_operation_is_a_call_that_succeeds(
    snapshot: Snapshot, mock: str, name: str
) -> None:
    told = ask(snapshot, "mocks.operation", mock=mock, operation=name)
    call = told["example"]
    headers = {"content-type": "application/json", **call.get("headers", {})}
    content = msgspec.json.encode(call["body"]) if "body" in call else None
    with Polymock(str(SHOP)) as served, served.client() as client:
        reply: httpx.Response = client.request(
            call["method"],
            call["path"],
            params=call.get("query"),
            headers=headers,
            content=content,
        )
    assert reply.is_success, (call, reply.text)
    assert "errors" not in reply.json() or mock != "shop-graph", reply.text
    schemas = [body["schema"] for body in told["bodies"]]
    for schema in schemas:
        whole = {**schema, "$defs": told["definitions"]}
        jsonschema_rs.validate(whole, call["body"])


def test_credentials_are_parameters(snapshot: Snapshot) -> None:
    told = ask(snapshot, "mocks.operation", operation="POST /products")
    (key,) = [each for each in told["parameters"] if each["name"] == "X-API-Key"]
    assert (key["location"], key["required"]) == ("header", True)
    assert told["example"]["headers"]["X-API-Key"]


def test_what_is_not_there_is_told_with_the_nearest(snapshot: Snapshot) -> None:
    for name, params, words in (
        ("mocks.operation", {"operation": "GET /product"}, "GET /products"),
        ("mocks.operations", {"mock": "shp"}, "shop"),
        ("mocks.document", {"mock": "shop", "file": "/etc/passwd"}, "openapi.yaml"),
    ):
        with pytest.raises(CommandError) as caught:
            ask(snapshot, name, **params)
        assert caught.value.kind == "unknown"
        assert words in caught.value.hint


def test_documents_are_read_part_by_part(snapshot: Snapshot) -> None:
    whole = (SHOP / "openapi.yaml").read_text()
    told = ask(snapshot, "mocks.document", mock="shop", offset=10, limit=20)
    assert told["text"] == whole[10:30]
    assert (told["offset"], told["length"]) == (10, len(whole))
    assert told["file"] in told["files"]
    assert "service Shop" in ask(snapshot, "mocks.document", mock="shop-rpc")["text"]


def test_a_protocol_that_does_not_describe_is_listed_all_the_same(
    toy: None, tmp_path: Path
) -> None:
    from types import SimpleNamespace

    from polymock.interfaces import Operation

    contract: Any = SimpleNamespace(
        protocol="toy", operations=(Operation("jump"),), files=(), title="Toy"
    )
    mock: Any = SimpleNamespace(name="toys", prefix="", contract=contract)
    snapshot: Any = SimpleNamespace(mocks=(mock,))
    page = ask(snapshot, "mocks.operations")
    assert (page["items"][0]["name"], page["items"][0]["path"]) == ("jump", "")
    told = ask(snapshot, "mocks.operation", operation="jump")
    assert (told["protocol"], told["example"]) == ("toy", {})
    assert ask(snapshot, "mocks.document", mock="toys")["text"] == ""


def test_the_mocks_and_the_config_are_those_of_the_server() -> None:
    from types import SimpleNamespace

    from polymock.server.messages import MockSummary
    from polymock_schemas.commands import Fault

    fault = Fault("warning", "a.yaml", "/info", "it is missing")
    loaded = load([str(SHOP / "polymock.yaml")])
    server: Any = SimpleNamespace(
        mocks=lambda: [MockSummary("pets", "openapi", "/pets", "Pets", 3, (fault,))],
        url="http://127.0.0.1:8080",
        config=lambda: loaded.config,
    )

    def ask_server(name: str) -> Any:
        told = execution.carry_out(CATALOG.find(name), {}, Context(server=server))
        return msgspec.json.decode(execution.encode(told))

    assert ask_server("mocks.list") == [
        {
            "name": "pets",
            "protocol": "openapi",
            "url": "http://127.0.0.1:8080/pets",
            "title": "Pets",
            "operations": 3,
            "warnings": ["/info: it is missing"],
        }
    ]
    assert ask_server("mocks.config")["config"]["mocks"][0]["spec"] == "openapi.yaml"


def test_a_coroutine_is_what_calls() -> None:
    from polymock.mocks.calling import call

    assert asyncio.iscoroutinefunction(call)

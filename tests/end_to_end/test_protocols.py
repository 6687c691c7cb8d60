"""The example shop, over every wire that it is served on, by the clients that people have."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from connectrpc.client import ConnectClientSync
from connectrpc.codec import proto_json_codec
from connectrpc.protocol import ProtocolType

from end_to_end.clients import ReflectingClient, connect_method, subscribing
from end_to_end.servers import Server, polymock, start
from polymock.interfaces import Spec
from polymock.testing import Polymock
from polymock_grpc.model import Method
from polymock_grpc.spec.document import load_document

SHOP = Path(__file__).parents[2] / "examples" / "shop"
SERVICE = "shop.v1.Shop"
PRODUCT = "query($id: ID!) { product(id: $id) { id name priceCents } }"
SUBSCRIPTION = "subscription { orderChanged(customerId: 100) { id customer { id } } }"
ID_7 = {"id": "7"}


@pytest.fixture(scope="module", params=["native", "grpcio"])
def shop(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shop on two workers, with each kind of listener for gRPC."""
    folder = tmp_path_factory.mktemp(request.param)
    server = start(
        folder,
        *(str(SHOP), "--grpc-port", "0", "--workers", "2"),
        *("--journal", str(folder / "shop.duckdb")),
        environment={"POLYMOCK_SERVER__GRPC_LISTENER": request.param},
    )
    yield server
    server.end()


@pytest.fixture(scope="module")
def methods() -> dict[str, Method]:
    """The methods of the shop's service by their names."""
    document = load_document(Spec(str(SHOP / "shop.proto"), "shop"))
    return {method.descriptor.name: method for method in document.methods}


def client(shop: Server, agent: str = "") -> httpx.Client:
    return httpx.Client(base_url=shop.url, headers={"user-agent": agent}, trust_env=False)


def ask(http: httpx.Client, query: str, **variables: object) -> Any:
    answer = http.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(http: httpx.Client, query: str, count: int) -> list[Any]:
    """So many results of a subscription over server-sent events, which is then left."""
    accept = {"accept": "text/event-stream"}
    with http.stream("POST", "/graphql", json={"query": query}, headers=accept) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        data = (line[6:] for line in answer.iter_lines() if line.startswith("data: {"))
        return [json.loads(text) for text in islice(data, count)]


def recorded(shop: Server, agent: str, count: int, what: str) -> list[list[object]]:
    """Columns of a client's exchanges, the oldest first, once there are so many."""
    where = f"from requests where user_agent like '{agent}%'"
    end = time.monotonic() + 15
    while shop.sql(f"select count(*) {where}") != [[count]]:
        assert time.monotonic() < end, shop.sql(f"select operation, status {where}")
        time.sleep(0.02)
    return shop.sql(f"select {what} {where} order by ts")


def test_rest_and_graphql(shop: Server) -> None:
    with client(shop, "rest-and-graphql") as http:
        assert http.get("/products/1").json()["name"] == "Desk lamp"
        assert http.get("/products?pageSize=1000").status_code == 422
        assert ask(http, PRODUCT, id="7")["data"]["product"]["id"] == "7"
        wrong = http.post("/graphql", json={"query": "{ product(id: 7) { nothing } }"})
        assert "nothing" in wrong.json()["errors"][0]["message"]
        nowhere = http.get("/nowhere")
        assert nowhere.headers["content-type"] == "application/problem+json"
    columns = "protocol, mock, operation, method, outcome, source"
    assert recorded(shop, "rest-and-graphql", 5, columns) == [
        ["openapi", "shop", "GET /products/{productId}", "GET", "ok", "example"],
        ["openapi", "shop", "GET /products", "GET", "client_error", "refusal"],
        ["graphql", "shop-graph", "Query.product", "POST", "ok", "sample"],
        ["graphql", "shop-graph", "", "POST", "client_error", "refusal"],
        ["openapi", "shop", "", "GET", "client_error", "refusal"],
    ]


def test_subscriptions(shop: Server) -> None:
    with client(shop, "subscription") as http:
        over_sse = events(http, SUBSCRIPTION, 2)
    with (
        subscribing(f"{shop.url}/graphql", "subscription") as subscriber,
        closing(subscriber.subscribe(SUBSCRIPTION)) as results,
    ):
        over_websocket = list(islice(results, 2))
    assert over_websocket == over_sse
    assert {each["data"]["orderChanged"]["customer"]["id"] for each in over_sse} == {"100"}
    columns = "protocol, mock, operation, request_messages, response_messages"
    rows = recorded(shop, "subscription", 2, columns)
    assert rows == [["graphql", "shop-graph", "Subscription.orderChanged", 1, 2]] * 2


def test_grpc(shop: Server) -> None:
    orders = {"customerId": "100"}
    with ReflectingClient(shop.listener("grpc"), "grpc") as shop_client:
        call = shop_client.call
        assert call(f"{SERVICE}/GetProduct", ID_7)["id"] == "7"
        assert len(call(f"{SERVICE}/WatchOrders", orders)) == 5
        assert call(f"{SERVICE}/ImportProducts", [{"name": "a"}, {}, {}]) == {"productCount": 3}
        quotes = call(f"{SERVICE}/QuotePrices", [ID_7, {"id": "8"}])
        assert [quote["productId"] for quote in quotes] == ["7", "8"]
        with pytest.raises(grpc.RpcError) as refused:
            call(f"{SERVICE}/GetProduct", {})
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert "id" in str(refused.value.details())
        with pytest.raises(grpc.RpcError) as unknown:
            shop_client.channel.unary_unary(f"/{SERVICE}/Nothing", bytes, bytes)(b"", timeout=10)
        assert unknown.value.code() == grpc.StatusCode.UNIMPLEMENTED
    columns = "operation, status, outcome, request_messages, response_messages"
    assert recorded(shop, "grpc", 6, columns) == [
        [f"{SERVICE}/GetProduct", 0, "ok", 1, 1],
        [f"{SERVICE}/WatchOrders", 0, "ok", 1, 5],
        [f"{SERVICE}/ImportProducts", 0, "ok", 3, 1],
        [f"{SERVICE}/QuotePrices", 0, "ok", 2, 2],
        [f"{SERVICE}/GetProduct", 3, "client_error", 1, 1],
        ["", 12, "client_error", 1, 1],
    ]


def test_connect_grpc_web_and_rest_by_annotations(shop: Server, methods: dict[str, Method]) -> None:
    get, watch = methods["GetProduct"], methods["WatchOrders"]
    headers = {"user-agent": "on-http"}
    product = get.input(id="7")
    with ConnectClientSync(shop.url) as binary:
        info = connect_method(get)
        answers = [binary.execute_unary(request=product, method=info, headers=headers)]
        orders = binary.execute_server_stream(
            request=watch.input(customer_id="100"), method=connect_method(watch), headers=headers
        )
        assert len(list(orders)) == 5
    for protocol in (ProtocolType.CONNECT, ProtocolType.GRPC_WEB):
        with ConnectClientSync(shop.url, protocol=protocol, codec=proto_json_codec()) as other:
            answers.append(other.execute_unary(request=product, method=info, headers=headers))
    assert answers[1:] == answers[:1] * 2
    with client(shop, "on-http") as http:
        assert http.get("/v1/products/7").json()["name"] == answers[0].name
        page = http.get("/v1/customers/100/orders?page_size=2").json()
        assert len(page["orders"]) == 2
    columns = "protocol, mock, operation, method, path, status, response_messages"
    at = f"/{SERVICE}"
    assert recorded(shop, "on-http", 6, columns) == [
        ["grpc", "shop-rpc", f"{SERVICE}/GetProduct", "POST", f"{at}/GetProduct", 0, 1],
        ["grpc", "shop-rpc", f"{SERVICE}/WatchOrders", "POST", f"{at}/WatchOrders", 0, 5],
        ["grpc", "shop-rpc", f"{SERVICE}/GetProduct", "POST", f"{at}/GetProduct", 0, 1],
        ["grpc", "shop-rpc", f"{SERVICE}/GetProduct", "POST", f"{at}/GetProduct", 0, 1],
        ["grpc", "shop-rpc", f"{SERVICE}/GetProduct", "GET", "/v1/products/7", 0, 1],
        ["grpc", "shop-rpc", f"{SERVICE}/ListOrders", "GET", "/v1/customers/100/orders", 0, 1],
    ]


def test_bodies_are_json_whatever_the_wire(shop: Server, methods: dict[str, Method]) -> None:
    get = methods["GetProduct"]
    with client(shop, "bodies") as http:
        ask(http, PRODUCT, id="7")
        http.post(f"/{SERVICE}/GetProduct", json=ID_7)
    with ConnectClientSync(shop.url) as connect:
        connect.execute_unary(
            request=get.input(id="7"), method=connect_method(get), headers={"user-agent": "bodies"}
        )
    with ReflectingClient(shop.listener("grpc"), "bodies") as native:
        name = native.call(f"{SERVICE}/GetProduct", ID_7)["name"]
        native.call(f"{SERVICE}/WatchOrders", {"customerId": "100"})
        native.call(f"{SERVICE}/QuotePrices", [ID_7, ID_7])
    paths = (
        "request_body::JSON->>'$.variables.id', request_body::JSON->>'$.id',"
        " request_body::JSON->>'$[1].id', response_body::JSON->>'$.name',"
        " json_array_length(response_body), response_body::JSON->>'$[1].customerId'"
    )
    assert recorded(shop, "bodies", 6, paths) == [
        ["7", None, None, None, 0, None],
        [None, "7", None, name, 0, None],
        [None, "7", None, name, 0, None],
        [None, "7", None, name, 0, None],
        [None, None, None, None, 5, "100"],
        [None, None, "7", None, 2, None],
    ]


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection(shop: Server, version: str) -> None:
    with ReflectingClient(shop.listener("grpc"), version=version) as reflecting:
        assert SERVICE in reflecting.database.get_services()
        assert reflecting.call(f"{SERVICE}/GetOrder", ID_7)["id"] == "7"


def test_one_seed_gives_one_answer_in_every_process(shop: Server) -> None:
    query = "{ order(id: 5001) { customer { email } totalCents createdAt } }"
    with client(shop) as http, ReflectingClient(shop.listener("grpc")) as native:
        served = (
            http.get("/products/7", headers={"prefer": "dynamic=true, seed=3"}).json(),
            ask(http, query),
            native.call(f"{SERVICE}/GetProduct", ID_7),
        )
        assert http.get("/v1/products/7").json() == served[2]
        assert http.post(f"/{SERVICE}/GetProduct", json=ID_7).json() == served[2]

    def answers(seed: int) -> tuple[Any, ...]:
        with Polymock(SHOP, seed=seed) as mock, mock.client() as http:
            return (
                http.get("/products/7", headers={"prefer": "dynamic=true, seed=3"}).json(),
                ask(http, query),
                http.get("/v1/products/7").json(),
            )

    assert answers(42) == served
    assert all(other != same for other, same in zip(answers(7)[1:], served[1:], strict=True))


def test_every_worker_answers_over_every_wire(shop: Server) -> None:
    agent = "everyone"
    end = time.monotonic() + 20
    nodes: dict[str, object] = {}
    while nodes != {"GET /products/{productId}": 2, f"{SERVICE}/GetProduct": 2}:
        assert time.monotonic() < end, nodes
        with client(shop, agent) as http:
            assert http.get("/products/1").status_code == 200
        with ReflectingClient(shop.listener("grpc"), agent) as native:
            assert native.call(f"{SERVICE}/GetProduct", ID_7)["id"] == "7"
        rows = shop.sql(
            "select operation, count(distinct node) from requests"
            f" where user_agent like '{agent}%' group by operation"
        )
        nodes = {str(operation): count for operation, count in rows}


def test_the_command_line_finds_all_of_it(shop: Server, tmp_path: Path) -> None:
    with client(shop, "command") as http:
        http.get("/products/1")
        ask(http, PRODUCT, id="7")
        http.post(f"/{SERVICE}/GetProduct", json=ID_7)
    recorded(shop, "command", 3, "id")
    asked = polymock(
        *("logs", "sql", "--json", "--journal", str(shop.folder / "shop.duckdb")),
        "select protocol, count(*) as calls, count(distinct operation) as operations"
        " from requests where user_agent = 'command' group by protocol order by protocol",
        cwd=tmp_path,
    )
    assert json.loads(asked.stdout) == [
        {"protocol": protocol, "calls": 1, "operations": 1}
        for protocol in ("graphql", "grpc", "openapi")
    ], asked.stderr

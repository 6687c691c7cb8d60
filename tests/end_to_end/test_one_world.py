"""One world behind REST, GraphQL and gRPC, on several workers: what one writes, the others read."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from protobuf import message_from_json_value, message_to_json_value

from end_to_end.servers import Server, start
from polymock.interfaces import Spec
from polymock_grpc.spec.document import load_document

SHOP = Path(__file__).parents[2] / "examples" / "shop"
KEY = {"X-API-Key": "anything"}
NEW = {"sku": "LMP-2001", "name": "Reading lamp", "categoryId": "2", "priceCents": 4990}
NEW |= {"currency": "EUR", "stock": 4}
PRODUCT = "query($id: ID!) { product(id: $id) { id sku name priceCents currency stock } }"
CUSTOMER = {"firstName": "Ada", "lastName": "Mills", "email": "ada@example.com"}
SESSION = "x-polymock-session"
DOCUMENT = load_document(Spec(str(SHOP / "shop.proto"), "shop"))
SHOP_RPC = {method.descriptor.name: method for method in DOCUMENT.methods}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("world")
    server = serve_shop(folder, workers=2)
    yield server
    server.end()


def serve_shop(folder: Path, *, workers: int, **world: object) -> Server:
    """The example shop, with its journal in the test's folder."""
    environment = {f"POLYMOCK_WORLD__{name.upper()}": str(value) for name, value in world.items()}
    return start(
        folder,
        *(str(SHOP), "--grpc-port", "0", "--workers", str(workers)),
        *("--journal", str(folder / "shop.duckdb")),
        environment=environment,
    )


class Client:
    """One user's clients of all three protocols, in a session or in none."""

    def __init__(self, server: Server, session: str = "") -> None:
        headers = {**KEY, **({SESSION: session} if session else {})}
        self.http = httpx.Client(base_url=server.url, headers=headers, trust_env=False)
        self._metadata = [(SESSION, session)] if session else []
        host, port = server.listener("grpc")
        options = [("grpc.use_local_subchannel_pool", 1)]  # so that it may meet another worker
        self._channel = grpc.insecure_channel(f"{host}:{port}", options=options)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self._channel.close()

    def query(self, text: str, **variables: object) -> Any:
        answer = self.http.post("/graphql", json={"query": text, "variables": variables})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rpc(self, name: str, request: object) -> Any:
        """A unary call; messages are in protobuf's JSON."""
        method = SHOP_RPC[name]
        call = self._channel.unary_unary(
            method.path,
            request_serializer=lambda message: message.to_binary(),
            response_deserializer=method.output.from_binary,
        )
        message = message_from_json_value(method.input, request, registry=DOCUMENT.registry)
        answer = call(message, timeout=20, metadata=self._metadata)
        return message_to_json_value(answer, registry=DOCUMENT.registry)


@pytest.fixture
def client(shop: Server) -> Iterator[Client]:
    with Client(shop) as made:
        yield made


def test_a_product_made_over_rest_is_there_over_graphql_and_grpc(client: Client) -> None:
    made = client.http.post("/products", json=NEW)
    assert made.status_code == 201, made.text
    key = made.json()["id"]
    assert made.headers["location"].endswith(f"/products/{key}")
    rest = client.http.get(f"/products/{key}").json()
    graph = client.query(PRODUCT, id=key)["data"]["product"]
    remote = client.rpc("GetProduct", {"id": key})
    for name in ("id", "sku", "name", "priceCents", "currency", "stock"):
        assert rest[name] == graph[name] == remote[name] == {**NEW, "id": key}[name], name


def test_a_product_made_over_graphql_is_there_over_rest_and_grpc(client: Client) -> None:
    text = "mutation($new: NewProduct!) { createProduct(input: $new) { id name category { id } } }"
    made = client.query(text, new=NEW)["data"]["createProduct"]
    assert made["category"]["id"] == "2"
    assert client.http.get(f"/products/{made['id']}").json()["priceCents"] == 4990
    remote = client.rpc("GetProduct", {"id": made["id"]})
    assert (remote["name"], remote["categoryId"]) == ("Reading lamp", "2")


def test_a_product_made_over_grpc_is_there_over_rest_and_graphql(client: Client) -> None:
    made = client.rpc("CreateProduct", {"product": NEW})
    assert client.http.get(f"/products/{made['id']}").json()["sku"] == "LMP-2001"
    graph = client.query(PRODUCT, id=made["id"])["data"]["product"]
    assert (graph["stock"], graph["currency"]) == (4, "EUR")


def test_what_nobody_wrote_is_the_same_in_all_protocols(client: Client) -> None:
    for key in ("3", "77", "424242"):
        rest = client.http.get(f"/customers/{key}", headers={"Prefer": "example=none"})
        remote = client.rpc("GetCustomer", {"id": key})
        text = "query($id: ID!) { customer(id: $id) { id firstName lastName email } }"
        graph = client.query(text, id=key)["data"]["customer"]
        assert rest.status_code in (200, 404)
        for name in ("id", "firstName", "lastName", "email"):
            assert graph[name] == remote[name], (key, name)
        order = client.rpc("GetOrder", {"id": key})
        text = "query($id: ID!) { order(id: $id) { id status totalCents customer { id } } }"
        found = client.query(text, id=key)["data"]["order"]
        assert found["status"] == order["status"]
        assert found["totalCents"] == order["totalCents"]
        assert found["customer"]["id"] == order["customerId"]


def test_the_orders_of_a_customer_are_those_that_name_him(client: Client) -> None:
    text = "query($id: ID!) { customer(id: $id) { orders { edges { node { id } } totalCount } } }"
    orders = client.query(text, id="8")["data"]["customer"]["orders"]
    keys = [edge["node"]["id"] for edge in orders["edges"]]
    remote = client.rpc("ListOrders", {"customerId": "8", "pageSize": 100})["orders"]
    assert keys
    assert keys == [order["id"] for order in remote][: len(keys)]
    assert {client.rpc("GetOrder", {"id": key})["customerId"] for key in keys} == {"8"}


def test_changes_and_deletes_are_seen_everywhere(client: Client) -> None:
    key = client.http.post("/products", json=NEW).json()["id"]
    patched = client.http.patch(
        f"/products/{key}",
        content=b'{"priceCents": 4490}',
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert (patched.status_code, patched.json()["priceCents"]) == (200, 4490)
    assert client.query(PRODUCT, id=key)["data"]["product"]["priceCents"] == 4490
    mask = {"product": {"id": key, "name": "Desk lamp", "stock": 99}, "updateMask": "name"}
    assert client.rpc("UpdateProduct", mask)["name"] == "Desk lamp"
    rest = client.http.get(f"/products/{key}").json()
    assert (rest["name"], rest["stock"], rest["priceCents"]) == ("Desk lamp", 4, 4490)
    gone = client.query("mutation($id: ID!) { deleteProduct(id: $id) }", id=key)
    assert gone == {"data": {"deleteProduct": key}}
    assert client.http.get(f"/products/{key}").status_code == 404
    assert client.query(PRODUCT, id=key)["data"]["product"] is None
    with pytest.raises(grpc.RpcError) as refused:
        client.rpc("GetProduct", {"id": key})
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert client.http.delete(f"/products/{key}").status_code == 404


def test_lists_hold_what_was_written_beside_what_they_held(shop: Server) -> None:
    with Client(shop, "lists") as client:
        listed = {"pageSize": 100}
        before = [each["id"] for each in client.rpc("ListProducts", listed)["products"]]
        key = client.http.post("/products", json=NEW).json()["id"]
        client.http.delete(f"/products/{before[0]}")
        after = [each["id"] for each in client.rpc("ListProducts", listed)["products"]]
        assert after == [*before[1:], key]
        text = "{ products(first: 100) { totalCount edges { node { id } } } }"
        graph = client.query(text)["data"]["products"]
        assert [edge["node"]["id"] for edge in graph["edges"]] == after
        assert graph["totalCount"] == len(after)
        rest = client.http.get("/products", params={"pageSize": 100}).json()
        items = next(value for value in rest.values() if isinstance(value, list))
        assert [each["id"] for each in items] == after


def test_forty_sessions_at_once_do_not_see_each_other(shop: Server) -> None:
    def work(number: int) -> None:
        with Client(shop, f"job-{number}") as client:
            name = f"Lamp of job {number}"
            key = client.http.post("/products", json={**NEW, "name": name}).json()["id"]
            client.http.delete("/products/1")
            for _ in range(3):
                assert client.query(PRODUCT, id=key)["data"]["product"]["name"] == name
                assert client.rpc("GetProduct", {"id": key})["name"] == name
                listed = client.rpc("ListProducts", {"pageSize": 100})["products"]
                made = {each["id"]: each["name"] for each in listed if "of job" in each["name"]}
                assert made == {key: name}
                assert listed[0]["id"] == "2"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    with Client(shop) as client:
        assert client.http.get("/products/1").status_code == 200
    names = {f"job-{number}" for number in range(40)}
    found = {row[0] for row in shop.sql("select distinct session from requests")}
    assert names <= found


def test_a_prefix_names_a_session_too(shop: Server) -> None:
    with Client(shop) as client:
        made = client.http.post("/~prefixed/products", json=NEW)
        key = made.json()["id"]
        assert "/~prefixed/products/" in made.headers["location"]
        assert client.http.get(f"/~prefixed/products/{key}").json()["name"] == NEW["name"]
        body = {"query": PRODUCT, "variables": {"id": key}}
        graph = client.http.post("/~prefixed/graphql", json=body).json()
        assert graph["data"]["product"]["name"] == NEW["name"]
    with Client(shop, "prefixed") as client:
        assert client.rpc("GetProduct", {"id": key})["sku"] == NEW["sku"]


def test_concurrent_writers_over_all_protocols_lose_nothing(shop: Server) -> None:
    with Client(shop) as client:
        before = len(client.rpc("ListOrders", {"customerId": "5", "pageSize": 1000})["orders"])

    def work(number: int) -> list[str]:
        keys = []
        with Client(shop) as client:
            for turn in range(6):
                lines = [{"productId": "3", "quantity": 1 + turn}]
                if number % 3 == 0:
                    made = client.http.post("/customers/5/orders", json={"lines": lines}).json()
                elif number % 3 == 1:
                    text = "mutation($new: NewOrder!) { createOrder(input: $new) { id } }"
                    new = {"customerId": "5", "lines": lines}
                    made = client.query(text, new=new)["data"]["createOrder"]
                else:
                    order = {"customerId": "5", "lines": lines}
                    made = client.rpc("CreateOrder", {"order": order})
                keys.append(made["id"])
        return keys

    with ThreadPoolExecutor(6) as pool:
        made = [key for keys in pool.map(work, range(6)) for key in keys]
    assert len(set(made)) == 36
    with Client(shop) as client:
        request = {"customerId": "5", "pageSize": 1000}
        listed = [each["id"] for each in client.rpc("ListOrders", request)["orders"]]
    assert len(listed) == before + 36
    assert set(made) <= set(listed)


def test_what_was_acknowledged_survives_kill_9_and_a_restart(tmp_path: Path) -> None:
    config = tmp_path / "polymock.yaml"
    mocks = "\n".join(f"  - {{spec: {SHOP / name}}}" for name in ("openapi.yaml", "shop.proto"))
    config.write_text(f"mocks:\n{mocks}\nworld: {{store: {{type: sqlite, path: world.db}}}}\n")
    server = start(tmp_path, str(config), "--grpc-port", "0", "--workers", "2")
    made: list[str] = []
    try:
        with httpx.Client(base_url=server.url, headers=KEY, trust_env=False) as http:
            made += [http.post("/products", json=NEW).json()["id"] for _ in range(20)]
            server.workers[0].kill()
            for _ in range(20):
                try:
                    answer = http.post("/products", json=NEW, timeout=5)
                except httpx.TransportError:
                    continue
                made.append(answer.json()["id"])
    finally:
        server.kill()
    assert len(made) > 20
    server = start(tmp_path, str(config), "--grpc-port", "0", "--workers", "2")
    try:
        with httpx.Client(base_url=server.url, headers=KEY, trust_env=False) as http:
            assert [http.get(f"/products/{key}").json()["id"] for key in made] == made
            assert http.post("/products", json=NEW).json()["id"] not in made
    finally:
        server.end()

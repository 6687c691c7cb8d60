"""What `examples/shop` says is hidden in the journal is, whichever way it went."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from end_to_end.clients import ReflectingClient, subscribing
from polymock.testing import Polymock
from polymock_schemas.calls import Exchange

SHOP = Path(__file__).parents[1] / "examples" / "shop" / "polymock.yaml"
CUSTOMER = "{ customer(id: 7) { email phone } }"
CHANGES = "subscription { orderChanged { id customer { email } } }"
SECONDS = 10.0


@pytest.fixture(scope="module")
def module_shop() -> Iterator[Polymock]:
    with Polymock(SHOP) as mock:
        yield mock


@pytest.fixture
def shop(module_shop: Polymock) -> Polymock:
    module_shop.forget()
    return module_shop


def recorded(shop: Polymock) -> Exchange:
    """The exchange of the test; a stream's is recorded when it has ended."""
    deadline = time.monotonic() + SECONDS
    while not shop.exchanges and time.monotonic() < deadline:
        time.sleep(0.01)
    (exchange,) = shop.exchanges
    return exchange


def assert_hidden(shop: Polymock, *seen: str) -> None:
    """What the client saw is not in the journal, and each place of it is marked."""
    body = recorded(shop).response_body or ""
    assert seen
    assert all(value for value in seen)
    assert not any(value in body for value in seen)
    assert body.count('"[redacted]"') >= len(seen)
    assert "cannot be read" not in body


def post(shop: Polymock, path: str, body: Any, **headers: str) -> Any:
    with shop.client() as client:
        reply = client.post(path, json=body, headers=headers)
    assert reply.status_code == 200
    return reply.json()


def test_in_rest(shop: Polymock) -> None:
    with shop.client() as client:
        email = client.get("/customers/100").json()["email"]
    assert_hidden(shop, email)


def test_in_a_list_and_a_query(shop: Polymock) -> None:
    with shop.client() as client:
        first = client.get("/customers").json()["items"][0]["email"]
        shop.forget()
        found = client.get("/customers", params={"email": first}).json()
    customers = found if isinstance(found, list) else found["items"]
    assert_hidden(shop, *(customer["email"] for customer in customers))
    assert recorded(shop).query == "email=[redacted]"


def test_in_graphql(shop: Polymock) -> None:
    customer = post(shop, "/graphql", {"query": CUSTOMER})["data"]["customer"]
    assert_hidden(shop, customer["email"])


def test_in_a_batch(shop: Polymock) -> None:
    answers = post(shop, "/graphql", [{"query": CUSTOMER}, {"query": CUSTOMER}])
    assert_hidden(shop, *(answer["data"]["customer"]["email"] for answer in answers))


def test_in_variables(shop: Polymock) -> None:
    query = "mutation($new: NewCustomer!) { createCustomer(input: $new) { email } }"
    new = {"firstName": "Ada", "lastName": "Mills", "email": "ada@example.com"}
    post(shop, "/graphql", {"query": query, "variables": {"new": new}})
    assert "ada@example.com" not in (recorded(shop).request_body or "")
    assert_hidden(shop, "ada@example.com")


def test_in_parts(shop: Polymock) -> None:
    query = "{ order(id: 1) { id ... @defer { customer { email } } } }"
    with shop.client() as client:
        reply = client.post(
            "/graphql", json={"query": query}, headers={"Accept": "multipart/mixed"}
        )
    assert_hidden(shop, reply.text.partition('"email":"')[2].partition('"')[0])


def test_in_events(shop: Polymock) -> None:
    with httpx.stream(
        "POST",
        f"{shop.url}/graphql",
        json={"query": CHANGES},
        headers={"Accept": "text/event-stream"},
        timeout=SECONDS,
    ) as reply:
        line = next(line for line in reply.iter_lines() if line.startswith("data: {"))
    assert_hidden(shop, line.partition('"email":"')[2].partition('"')[0])


def test_over_a_websocket(shop: Polymock) -> None:
    with subscribing(f"{shop.url}/graphql") as client, closing(client.subscribe(CHANGES)) as got:
        emails = [next(got)["data"]["orderChanged"]["customer"]["email"] for _ in range(2)]
    assert_hidden(shop, *emails)


def test_over_connect(shop: Polymock) -> None:
    customer = post(shop, "/shop.v1.Shop/GetCustomer", {"id": "7"})
    assert_hidden(shop, customer["email"], customer["phone"])


def test_over_native_grpc(shop: Polymock) -> None:
    host, _, port = shop.target("grpc").rpartition(":")
    with ReflectingClient((host, int(port))) as client:
        customer = client.call("shop.v1.Shop/GetCustomer", {"id": "7"})
        found = [each for each in shop.exchanges if each.operation.endswith("GetCustomer")]
    body = found[-1].response_body or ""
    assert customer["email"] not in body
    assert '"email":"[redacted]"' in body

"""A world that is abused: by several writers at once, by hostile calls, by who holds its store."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from end_to_end.servers import Server, start

SPEC = """
openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /customers:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: offset, in: query, schema: {type: integer}}
      responses: {"200": {description: ok, content: {application/json:
        {schema: {type: array, items: {$ref: "#/components/schemas/Customer"}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}}
      responses: {"201": &customer {description: ok, content: {application/json:
        {schema: {$ref: "#/components/schemas/Customer"}}}}}
  /customers/{id}:
    parameters: &id [{name: id, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": *customer, "404": {description: none}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}}
      responses: {"200": *customer}
    patch:
      requestBody: {content: {application/merge-patch+json: {schema: {type: object}},
        application/json-patch+json: {schema: {type: array}}}}
      responses: {"200": *customer}
    delete: {responses: {"204": {description: gone}}}
  /orders:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": &order {description: ok, content: {application/json:
        {schema: {$ref: "#/components/schemas/Order"}}}}}
  /orders/{id}:
    parameters: *id
    get: {responses: {"200": *order, "404": {description: none}}}
components:
  schemas:
    Customer:
      type: object
      required: [id, visits]
      properties:
        id: {type: string}
        visits: {type: integer}
        notes: {type: object, additionalProperties: true}
    Order:
      type: object
      required: [id, customerId]
      properties: {id: {type: string}, customerId: {type: string}}
"""
WORKERS = 2
CLIENTS = 6
MERGE = {"Content-Type": "application/merge-patch+json"}
PATCH = {"Content-Type": "application/json-patch+json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("abuse")
    (folder / "orders.yaml").write_text(SPEC)
    started = start(folder, "orders.yaml", "--workers", str(WORKERS))
    yield started
    started.end()
    assert "Traceback" not in started.output


def call(server: Server, method: str, path: str, **sent: object) -> httpx.Response:
    """One call over a connection of its own, so that any worker may get it."""
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        return client.request(method, path, **sent)  # type: ignore[arg-type]


def test_no_order_outlives_its_customer(server: Server) -> None:
    """Whether an order or the delete of its customer comes first: both hold, or one is refused."""
    barrier = Barrier(3)

    def create(number: int, order: str) -> int:
        with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
            client.get("/customers/1")
            barrier.wait()
            new = {"id": order, "customerId": f"c{number}"}
            return client.post("/orders", json=new).status_code

    def delete(number: int) -> int:
        with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
            client.get("/customers/1")
            barrier.wait()
            return client.delete(f"/customers/c{number}").status_code

    with ThreadPoolExecutor(3) as pool:
        for number in range(25):
            call(server, "PUT", f"/customers/c{number}", json={"id": "", "visits": 0})
            orders = [f"{number}-{name}" for name in "ab"]
            creating = [pool.submit(create, number, order) for order in orders]
            deleting = pool.submit(delete, number)
            assert {each.result() for each in creating} <= {201, 422}
            assert deleting.result() == 204
            assert call(server, "GET", f"/customers/c{number}").status_code == 404
            found = [call(server, "GET", f"/orders/{order}") for order in orders]
            assert not [each for each in found if each.json().get("customerId") == f"c{number}"]


def test_nothing_is_lost_by_who_asks_first(server: Server) -> None:
    """A counter, changed by clients that begin anew where `If-Match` fails (RFC 9110)."""
    call(server, "PUT", "/customers/counted", json={"id": "counted", "visits": 0})

    def count(times: int) -> None:
        while times:
            seen = call(server, "GET", "/customers/counted")
            headers = {**MERGE, "If-Match": seen.headers["etag"]}
            change = json.dumps({"visits": seen.json()["visits"] + 1})
            changed = call(server, "PATCH", "/customers/counted", content=change, headers=headers)
            assert changed.status_code in (200, 412)
            times -= changed.status_code == 200

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(count, [5] * CLIENTS))
    assert call(server, "GET", "/customers/counted").json()["visits"] == 5 * CLIENTS


def test_one_key_is_given_once(server: Server) -> None:
    def create(number: int) -> int:
        new = {"id": f"once-{number % 10}", "visits": 1}
        return call(server, "POST", "/customers", json=new).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert Counter(pool.map(create, range(60))) == {201: 10, 409: 50}


def test_copies_of_long_texts_are_refused_at_once(server: Server) -> None:
    """Two thousand copies of a text would keep the worker busy for a minute."""
    first = {"op": "add", "path": "/notes", "value": {"text": "x" * 3_000_000}}
    copies = [{"op": "copy", "from": "/notes", "path": f"/notes/n{n}"} for n in range(11)]
    answer = call(
        server, "PATCH", "/customers/7", content=json.dumps([first, *copies]), headers=PATCH
    )
    assert answer.status_code == 413
    assert answer.elapsed.total_seconds() < 5
    assert "notes" not in str(answer.json().get("violations"))


@pytest.mark.parametrize("offset", ["999999999999999", "9" * 30, "9" * 400])
def test_nothing_is_so_far_behind(server: Server, offset: str) -> None:
    call(server, "PUT", "/customers/last", json={"id": "last", "visits": 1})
    assert call(server, "GET", f"/customers?offset={offset}&limit={offset}").json() == []


def test_a_store_that_somebody_holds_refuses_writes_until_he_lets_go(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(SPEC)
    config = "mocks: [{spec: orders.yaml}]\nworld: {store: {type: sqlite, path: world.db}}\n"
    (tmp_path / "polymock.yaml").write_text(config)
    server = start(tmp_path)
    try:
        assert call(server, "PUT", "/customers/1", json={"id": "1", "visits": 1}).status_code == 200
        other = sqlite3.connect(tmp_path / "world.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")  # nobody can write as long as this lasts
        refused = call(server, "PUT", "/customers/1", json={"id": "1", "visits": 2})
        assert refused.status_code == 503
        assert call(server, "GET", "/customers/1").json()["visits"] == 1
        assert call(server, "DELETE", "/customers/1").status_code == 503
        other.execute("ROLLBACK")
        other.close()
        assert call(server, "PUT", "/customers/1", json={"id": "1", "visits": 3}).status_code == 200
        assert call(server, "DELETE", "/customers/1").status_code == 204
        assert call(server, "GET", "/customers/1").status_code == 404
    finally:
        server.end()
    assert "Traceback" not in server.output

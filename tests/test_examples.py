"""The example folders load without a warning, and answer as their READMEs say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from polymock.commands.contracts import check_loaded
from polymock.config.loading import Overrides, load
from polymock.testing import Polymock

EXAMPLES = Path(__file__).parents[1] / "examples"
FOLDERS = sorted(config.parent.name for config in EXAMPLES.glob("*/polymock.yaml"))
KEY = {"X-API-Key": "any"}


@pytest.fixture(scope="module")
def petstore() -> Iterator[Polymock]:
    with Polymock(EXAMPLES / "petstore" / "polymock.yaml") as mock:
        yield mock


@pytest.fixture(scope="module")
def shop() -> Iterator[Polymock]:
    with Polymock(EXAMPLES / "shop" / "polymock.yaml") as mock:
        yield mock


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_example_has_neither_errors_nor_warnings(folder: str) -> None:
    config = str(EXAMPLES / folder / "polymock.yaml")
    results = check_loaded(load([config], Overrides(), environ={}))
    assert results
    assert [fault for result in results for fault in result.faults] == []


def test_the_petstore_answers_from_its_example(petstore: Polymock) -> None:
    with petstore.client() as client:
        assert client.get("/pets/1").json()["name"] == "Rex"
        misty = client.get("/pets/1", headers={"Prefer": "example=misty"})
        assert misty.json()["owner"]["email"] == "ada.mills@example.com"
        assert client.get("/pets/1", headers={"Prefer": "code=404"}).status_code == 404


def test_the_petstore_lists_pets_made_from_the_schema(petstore: Polymock) -> None:
    with petstore.client() as client:
        pets = client.get("/pets").json()
    assert 3 <= len(pets) <= 10
    assert {pet["species"] for pet in pets} <= {"dog", "cat", "rabbit", "parrot"}
    assert petstore.exchanges[-1].source == "sample"


def test_the_petstore_checks_new_pets(petstore: Polymock) -> None:
    with petstore.client() as client:
        assert client.post("/pets", json={"name": "Rex", "species": "dog"}).status_code == 201
        refused = client.post("/pets", json={"name": "", "species": "dragon"})
    assert refused.status_code == 422
    locations = {violation.location for violation in petstore.exchanges[-1].violations}
    assert locations == {"body/name", "body/species"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/products/1", 200),
        ("/products?q=lamp&price[max]=5000&categoryId=12,31&sort=-price", 200),
        ("/products?pageSize=1000", 422),
        ("/products?price[min]=cheap", 422),
        ("/products/0", 422),
        ("/categories", 200),
        ("/categories/12", 200),
        ("/customers?email=ada.mills%40example.com", 200),
        ("/customers/100", 200),
        ("/customers/100/orders?status=paid", 200),
        ("/customers/100/orders?status=lost", 422),
        ("/orders/5001", 200),
        ("/nothing", 404),
    ],
)
def test_the_shop_can_be_read_without_a_key(shop: Polymock, path: str, status: int) -> None:
    with shop.client() as client:
        assert client.get(path).status_code == status


def test_the_shop_asks_for_a_key_where_something_changes(shop: Polymock) -> None:
    with shop.client() as client:
        refused = client.post("/orders/5001:cancel")
        assert refused.status_code == 401
        assert "www-authenticate" in refused.headers
        cancelled = client.post("/orders/5001:cancel", headers=KEY)
    assert cancelled.status_code == 200
    assert shop.exchanges[-1].operation == "POST /orders/{orderId}:cancel"


def test_the_shop_takes_an_order(shop: Polymock) -> None:
    order = {"lines": [{"productId": "1", "quantity": 2}]}
    with shop.client() as client:
        taken = client.post("/customers/100/orders", headers=KEY, json=order)
        refused = client.post("/customers/100/orders", headers=KEY, json={"lines": []})
        found = client.get(taken.headers["location"])
    assert taken.status_code == 201
    assert taken.headers["location"] == f"/orders/{taken.json()['id']}"
    assert found.json() == taken.json()
    assert found.json()["lines"][0]["quantity"] == 2
    assert refused.status_code == 422


def test_the_shop_writes_a_product_as_xml(shop: Polymock) -> None:
    with shop.client() as client:
        product = client.get("/products/1", headers={"Accept": "application/xml"})
    assert product.headers["content-type"].startswith("application/xml")
    assert '<product id="' in product.text


def test_an_order_names_products_that_are_there(shop: Polymock) -> None:
    lines = [{"productId": "3", "quantity": 1}, {"productId": "4", "quantity": 1}]
    with shop.client() as client:
        assert client.delete("/products/4", headers=KEY).status_code == 204
        refused = client.post("/customers/100/orders", headers=KEY, json={"lines": lines})
        taken = client.post("/customers/100/orders", headers=KEY, json={"lines": lines[:1]})
    assert refused.status_code == 422
    assert [each["location"] for each in refused.json()["violations"]] == ["body/lines/1/productId"]
    assert taken.status_code == 201

"""Lists: what is asked for is what is there, page by page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from polymock.testing import Polymock
from polymock_openapi.world.paging import plain, read_cursor, write_cursor

SHOP = Path(__file__).parents[4] / "examples" / "shop" / "openapi.yaml"
KEY = {"X-API-Key": "any"}
NEW = {"sku": "LMP-2001", "name": "Lamp", "categoryId": "2", "priceCents": 1, "currency": "EUR"}


@pytest.fixture
def shop() -> Iterator[httpx.Client]:
    with Polymock(SHOP) as mock:
        yield mock.client()


def listed(shop: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    answer = shop.get("/products", params={"pageSize": 100, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    assert answer.json()["pageInfo"]["totalItems"] == len(items)
    return items


def test_filters_take_what_meets_them_and_nothing_else(shop: httpx.Client) -> None:
    everything = listed(shop)
    prices = sorted(item["priceCents"] for item in everything)
    low, high = prices[5], prices[15]
    assert listed(shop, **{"price[min]": low, "price[max]": high}) == [
        item for item in everything if low <= item["priceCents"] <= high
    ]
    assert listed(shop, categoryId="3,5") == [
        item for item in everything if item["categoryId"] in ("3", "5")
    ]
    assert listed(shop, inStock="true") == [item for item in everything if item["stock"] > 0]
    word = everything[0]["name"].split()[0]
    found = listed(shop, q=word)
    assert everything[0] in found
    assert all(word.lower() in json.dumps(item).lower() for item in found)


@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price", "createdAt", "-createdAt"])
def test_orders_are_kept(shop: httpx.Client, sort: str) -> None:
    shop.post("/products", json=NEW, headers=KEY)
    name = {"price": "priceCents"}.get(sort.strip("-"), sort.strip("-"))
    values = [item[name] for item in listed(shop, sort=sort)]
    lower = [value.lower() if isinstance(value, str) else value for value in values]
    assert lower == sorted(lower, reverse=sort.startswith("-"))


def test_links_lead_through_all_pages(shop: httpx.Client) -> None:
    for _ in range(3):
        assert shop.post("/products", json=NEW, headers=KEY).status_code == 201
    shop.delete("/products/2", headers=KEY)
    found: list[str] = []
    address = "/products?pageSize=4"
    while address:
        answer = shop.get(address)
        found += [item["id"] for item in answer.json()["items"]]
        link = re.search(r'<([^>]*)>; rel="next"', answer.headers["link"])
        address = link[1] if link else ""
    assert found == [item["id"] for item in listed(shop)]
    assert len(found) == len(set(found)) == 27
    assert "2" not in found


def feed(tmp_path: Path) -> Polymock:
    event = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    page = {
        "type": "object",
        "required": ["data", "next_cursor"],
        "properties": {
            "data": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
            "next_cursor": {"type": ["string", "null"]},
        },
    }
    query = [
        {"name": "cursor", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 4}},
    ]
    item = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    ok = {"description": "ok", "content": {"application/json": {"schema": page}}}
    one = {
        "description": "ok",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Feed", "version": "1"},
        "paths": {
            "/events": {"get": {"parameters": query, "responses": {"200": ok}}},
            "/events/{id}": {
                "parameters": item,
                "get": {"responses": {"200": one}},
                "delete": {"responses": {"204": {"description": "gone"}}},
            },
        },
        "components": {"schemas": {"Event": event}},
    }
    file = tmp_path / "feed.json"
    file.write_text(json.dumps(document))
    return Polymock(file)


def test_a_cursor_stays_where_it_is_while_others_delete(tmp_path: Path) -> None:
    with feed(tmp_path) as mock:
        client = mock.client()
        found: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            body = client.get("/events", params={"cursor": cursor} if cursor else {}).json()
            found += [item["id"] for item in body["data"]]
            cursor = body["next_cursor"]
            if len(found) == 4:
                assert client.delete("/events/1").status_code == 204
        assert found == list(range(1, 26))


def test_cursors_are_read_back_and_others_are_none() -> None:
    assert read_cursor(write_cursor(20, "a:b/ü")) == (20, "a:b/ü")
    for text in ("", "zzz", "7", "é", "=" * 9, "A" * 5000, write_cursor(1, "x")[:-3]):
        assert read_cursor(text) is None or isinstance(read_cursor(text), tuple)


def test_names_with_brackets() -> None:
    assert plain("filter[status]") == "status"
    assert plain("page[size]") == "pagesize"
    assert plain("status[]") == "status"
    assert plain("status") == "status"


def test_the_only_page_shows_what_somebody_wrote() -> None:
    with Polymock(SHOP.parents[1] / "petstore" / "openapi.yaml") as mock:
        client = mock.client()
        before = client.get("/pets").json()
        assert [pet["id"] for pet in before] == list(range(1, 11))
        written = [
            client.post("/pets", json={"name": f"N{number}", "species": "dog"}).json()
            for number in range(4)
        ]
        assert client.get("/pets").json() == [*before[:6], *written]
        assert client.get("/pets", params={"limit": 5}).json() == [before[0], *written]
        dogs = [pet for pet in client.get("/pets?species=dog").json() if pet["species"] == "dog"]
        assert dogs[-4:] == written
        written += [
            client.post("/pets", json={"name": f"N{number}", "species": "cat"}).json()
            for number in range(4, 12)
        ]
        assert client.get("/pets").json() == written[:10]

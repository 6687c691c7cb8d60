"""Arguments that choose and sort."""

from __future__ import annotations

from typing import Any

import pytest

from polymock.world.model import build_model
from polymock_graphql.world.filters import MAX_DEPTH, Filters
from polymock_graphql.world.inference import infer
from polymock_graphql.world.orders import read_orders
from polymock_schemas.config import WorldConfig

SDL = """
type Query { pet(id: ID!): Pet pets: [Pet!]! owners: [Owner!]! }
type Pet {
  id: ID! name: String! price: Float! status: String! owner: Owner! home: Home createdAt: String!
}
type Home { city: String! }
type Owner { id: ID! name: String! }
"""
PET = {
    "id": "7",
    "name": "Rex",
    "price": 9.5,
    "status": "SOLD",
    "owner": "3",
    "home": {"city": "Rome"},
    "createdAt": "2024-05-01T00:00:00Z",
}


@pytest.fixture(scope="module")
def pets(plan_over: Any) -> Any:
    model = build_model({"shop": infer(plan_over(SDL).source)}, WorldConfig())
    return model.collections["pets"]


def holds(pets: Any, **said: Any) -> bool:
    return Filters(pets, frozenset({"id", "ids", "petid"})).read(said).holds(PET)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"status": "SOLD"}, True),
        ({"status": "sold"}, True),
        ({"status": ["FREE", "SOLD"]}, True),
        ({"status": "FREE"}, False),
        ({"minPrice": 9, "maxPrice": 10}, True),
        ({"price_gt": 9.5}, False),
        ({"where": {"price": {"gte": 9.5, "lt": 10}}}, True),
        ({"where": {"price": {"_gt": 9.5}}}, False),
        ({"filter": {"name": {"contains": "re"}}}, True),
        ({"filter": {"name": {"startsWith": "ex"}}}, False),
        ({"filter": {"name": {"not": {"eq": "Rex"}}}}, False),
        ({"filter": {"name": {"nin": ["Rex"]}}}, False),
        ({"filter": {"name": {"isNull": True}}}, False),
        ({"filter": {"home": {"city": {"eq": "Rome"}}}}, True),
        ({"filter": {"home": {"city": "Oslo"}}}, False),
        ({"where": {"OR": [{"name": "Max"}, {"price": {"lt": 10}}]}}, True),
        ({"where": {"OR": [{"name": "Max"}, {"ownerId": "4"}]}}, False),
        ({"where": {"OR": [{"name": "Max"}, {"owner": {"id": {"eq": "3"}}}]}}, True),
        ({"where": {"AND": [{"name": "Rex"}, {"price": 1}]}}, False),
        ({"where": {"_not": {"name": {"_eq": "Rex"}}}}, False),
        ({"where": {"name": None}}, True),
        ({"ownerIds": ["1", 3]}, True),
        ({"search": "roM"}, True),
        ({"query": "nothing"}, False),
        ({"createdAfter": "2024-06-01"}, False),
        ({"locale": "de", "orderId": "5"}, True),
    ],
)
def test_filters(pets: Any, said: dict[str, Any], wanted: bool) -> None:
    assert holds(pets, **said) is wanted


def test_references_and_keys_are_told_apart(pets: Any) -> None:
    asked = Filters(pets, frozenset({"id", "ids"})).read({"ownerId": 3, "ids": [1, 2], "id": 2})
    assert [(of.reference, of.key) for of in asked.of] == [("owner", "3")]
    assert asked.keys == [2]
    assert not asked.is_plain


def test_filters_have_an_end(pets: Any) -> None:
    said: dict[str, Any] = {"name": {"eq": "Max"}}
    for _ in range(MAX_DEPTH * 3):
        said = {"AND": [said]}
    assert holds(pets, where=said)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"orderBy": "NAME_ASC"}, [("name", False)]),
        ({"sort": "PRICE_DESC"}, [("price", True)]),
        ({"orderBy": "CREATED_AT", "orderDirection": "DESC"}, [("createdat", True)]),
        ({"orderBy": {"name": "asc"}}, [("name", False)]),
        (
            {"order_by": [{"price": "desc_nulls_last"}, {"name": "asc"}]},
            [("price", True), ("name", False)],
        ),
        ({"orderBy": {"field": "PRICE", "direction": "DESC"}}, [("price", True)]),
        ({"orderBy": {"price": {"sort": "desc"}}}, [("price", True)]),
        ({"sortKey": "NAME", "reverse": True}, [("name", True)]),
        ({"sortBy": "-price,name"}, [("price", True), ("name", False)]),
        ({"orderBy": "RELEVANCE"}, []),
        ({"orderId": "NAME_ASC"}, []),
    ],
)
def test_orders(pets: Any, said: dict[str, Any], wanted: list[tuple[str, bool]]) -> None:
    found = read_orders(said, pets.names)
    assert [(order.path[0], order.descending) for order in found] == wanted

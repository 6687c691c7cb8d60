"""Fields that lead back to the object that an object was reached from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SDL = """
type Query {
  customer(id: ID!): Customer
  category(id: Int!): Category
  repository(owner: String!, name: String!): Repository
  me: User
  project: Project
}
type Customer {
  id: ID!
  email: String!
  orders(first: Int): OrderConnection!
  recent: [[Order!]!]!
  addresses: [Address!]!
}
type OrderConnection {
  edges: [OrderEdge!]!
  nodes: [Order!]!
  pageInfo: PageInfo!
  customer: Customer
}
type OrderEdge { node: Order! cursor: String! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Order { id: ID! customer: Customer! customerId: ID! items: [Item!]! }
type Item { order: Order! quantity: Int! }
type Address { customer: Customer! sender: Sender city: String! }
type Sender { home: Address }
type Category { id: Int! parent: Category children: [Category!]! products: ProductPage! }
type ProductPage { items: [Product!]! total: Int! }
type Product { id: Int! category: Category! others: [Category!]! next: Product }
interface Owner { login: String! }
type User implements Owner {
  id: ID!
  login: String!
  repositories: [Repository!]!
  issues: [Issue!]!
}
type Group implements Owner { id: ID! login: String! }
type Repository {
  id: ID!
  name: String!
  owner: Owner!
  issue(number: Int!): Issue
  issues(first: Int): [Issue!]!
}
type Project { id: ID! issues: [Issue!]! }
type Issue {
  id: ID!
  number: Int!
  repository: Repository!
  author: User
  editor: User
  linked(id: ID!): Repository
  source: Project
  project: Project
}
"""


@pytest.fixture(scope="module")
def world(plan_over: Callable[..., Any]) -> Any:
    return plan_over(SDL)


def test_connections_and_lists_lead_back(world: Any) -> None:
    fields = "customerId customer { id email }"
    found = world.data(f"""{{ customer(id: "C") {{
        id email
        orders {{ edges {{ node {{ {fields} }} }} nodes {{ {fields} }} customer {{ id }} }}
        recent {{ {fields} }}
        addresses {{ customer {{ id email }} sender {{ home {{ customer {{ id }} }} }} }}
    }} }}""")["customer"]
    customer = {"id": "C", "email": found["email"]}
    told = {"customerId": "C", "customer": customer}
    assert found["orders"]["edges"] == [{"node": told}] * 3
    assert found["orders"]["nodes"] == [told] * 3
    assert found["orders"]["customer"] == {"id": "C"}
    assert found["recent"] == [[told] * 3] * 3
    home = {"customer": {"id": "C"}}
    assert found["addresses"] == [{"customer": customer, "sender": {"home": home}}] * 3


def test_several_levels_lead_back(world: Any) -> None:
    found = world.data("""{ customer(id: "C") { orders { nodes {
        id items { order { id customer { id } } }
    } } } }""")["customer"]["orders"]["nodes"]
    for order in found:
        told = {"order": {"id": order["id"], "customer": {"id": "C"}}}
        assert order["items"] == [told] * 3


def test_what_was_said_of_the_parent_is_said_again(world: Any) -> None:
    found = world.data("""{ repository(owner: "ann", name: "shop") {
        owner { login }
        issue(number: 12) { number repository { name owner { login } } }
        issues(first: 2) { repository { name } }
    } }""")["repository"]
    shop = {"name": "shop", "owner": found["owner"]}
    assert found["issue"] == {"number": 12, "repository": shop}
    assert found["issues"] == [{"repository": {"name": "shop"}}] * 2


def test_pages_and_trees(world: Any) -> None:
    found = world.data("""{ category(id: 12) {
        children { id parent { id } children { parent { id parent { id } } } }
        products { items { category { id } } }
    } }""")["category"]
    assert found["products"]["items"] == [{"category": {"id": 12}}] * 3
    for child in found["children"]:
        assert child["parent"] == {"id": 12}
        assert child["children"] == [{"parent": {"id": child["id"], "parent": {"id": 12}}}] * 3


def test_a_field_does_not_lead_back_to_where_it_starts(world: Any) -> None:
    product = world.data(
        "{ category(id: 1) { products { items { id next { id next { id } } } } } }"
    )
    for item in product["category"]["products"]["items"]:
        ids = [item["id"], item["next"]["id"], item["next"]["next"]["id"]]
        assert len(set(ids)) == 3


def test_the_only_interface_that_the_parent_has_leads_back(world: Any) -> None:
    found = world.data("{ me { id repositories { owner { __typename ... on User { id } } } } }")
    owner = {"owner": {"__typename": "User", "id": found["me"]["id"]}}
    assert found["me"]["repositories"] == [owner] * 3


def test_of_several_the_one_called_like_the_parents_type_leads_back(world: Any) -> None:
    found = world.data("{ project { id issues { project { id } source { id } } } }")["project"]
    for issue in found["issues"]:
        assert issue["project"]["id"] == found["id"] != issue["source"]["id"]


def test_two_fields_of_the_parents_type_lead_nowhere(world: Any) -> None:
    found = world.data("{ me { id issues { author { id } editor { id } } } }")["me"]
    told = [who["id"] for issue in found["issues"] for who in issue.values() if who]
    assert found["id"] not in told

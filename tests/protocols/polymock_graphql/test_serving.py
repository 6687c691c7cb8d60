"""A schema served whole, over the edge and real sockets."""

from __future__ import annotations

import httpx
import pytest

from polymock.testing import Polymock

SDL = """
type Query { pet(id: ID!): Pet }
type Pet { id: ID! name: String! price: Float! tags: [String!]! owner: Owner }
type Owner { id: ID! name: String! }
type Subscription { adopted(id: ID!): Pet! }
"""
CONFIG = """
mocks:
  - spec: pets.graphql
    options: {subscriptions: {count: 2, interval: 10ms}}
"""
PET = "query($id: ID!) { pet(id: $id) { id name price owner { name } tags } }"


@pytest.fixture
def mock(tmp_path):
    (tmp_path / "pets.graphql").write_text(SDL)
    (tmp_path / "polymock.yaml").write_text(CONFIG)
    with Polymock(tmp_path) as mock:
        yield mock


def test_a_query_is_answered_and_recorded(mock) -> None:
    asked = {"query": PET, "variables": {"id": "7"}}
    response = mock.client().post("/graphql", json=asked)
    assert response.json()["data"]["pet"]["id"] == "7"
    again = mock.client().post("/graphql", json=asked)
    assert again.content == response.content
    exchange = mock.exchanges[-1]
    assert (exchange.operation, exchange.source, exchange.outcome) == ("Query.pet", "sample", "ok")


def test_a_wrong_variable_is_recorded_with_its_place(mock) -> None:
    mock.client().post("/graphql", json={"query": PET, "variables": {"id": {"no": 1}}})
    exchange = mock.exchanges[-1]
    assert (exchange.operation, exchange.outcome) == ("Query.pet", "client_error")
    assert exchange.violations[0].location.startswith("body/variables")


def test_a_subscription_over_a_real_socket(mock) -> None:
    headers = {"accept": "text/event-stream"}
    query = 'subscription { adopted(id: "7") { name } }'
    with httpx.stream(
        "POST", f"{mock.url}/graphql", json={"query": query}, headers=headers
    ) as response:
        lines = [line for line in response.iter_lines() if line]
    assert lines[0::2][:2] == ["event: next", "event: next"]
    assert lines[-2:] == ["event: complete", "data:"]
    exchange = mock.exchanges[-1]
    assert exchange.operation == "Subscription.adopted"
    assert exchange.response_messages == 2


@pytest.mark.parametrize("accept", ["multipart/mixed;deferSpec=20220824", "application/json"])
def test_deferred_parts(mock, accept) -> None:
    query = '{ pet(id: "7") { id ... @defer { name } } }'
    response = httpx.post(f"{mock.url}/graphql", json={"query": query}, headers={"accept": accept})
    assert response.status_code == 200
    assert ('"hasNext":true' in response.text) is accept.startswith("multipart")
    assert '"name":' in response.text


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ("{ pets(first: -1) { id } }", "client_error"),
        ('{ pets(after: "x") { id } }', "client_error"),
        ("{ lonely { id } }", "server_error"),
        ("{ pets(first: -1) { id } lonely { id } }", "server_error"),
    ],
)
def test_whose_fault_an_error_is(tmp_path, query: str, outcome: str) -> None:
    sdl = tmp_path / "schema.graphql"
    sdl.write_text("""
        type Query { pets(first: Int, after: String): [Pet!], lonely: Lonely }
        type Pet { id: ID! }
        interface Lonely { id: ID! }
    """)
    with Polymock(sdl) as mock:
        answer = mock.client().post("/graphql", json={"query": query}).json()
        assert answer["errors"]
        assert mock.exchanges[-1].outcome == outcome

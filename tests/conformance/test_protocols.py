"""The built-in protocols, held to what every protocol keeps to."""

from __future__ import annotations

import json
from pathlib import Path

from polymock.testing.conformance import Ask, ProtocolConformance

EXAMPLES = Path(__file__).parents[2] / "examples"
JSON = {"Content-Type": "application/json"}
KEYED = {**JSON, "X-API-Key": "any"}


def _graphql(query: str) -> bytes:
    return json.dumps({"query": query}).encode()


class TestOpenApi(ProtocolConformance):
    protocol = "openapi"
    document = EXAMPLES / "shop" / "openapi.yaml"
    good = (
        Ask("GET", "/products/1", operation="GET /products/{productId}", is_free=True),
        Ask("GET", "/products?pageSize=2", operation="GET /products", is_free=True),
        Ask("POST", "/orders/5001:cancel", KEYED, operation="POST /orders/{orderId}:cancel"),
    )
    bad = (
        Ask("GET", "/products?pageSize=1000"),
        Ask("POST", "/products", KEYED, b'{"name": "Lamp"}'),
        Ask("POST", "/products", KEYED, b"{"),
        Ask("GET", "/nothing"),
    )


class TestGraphql(ProtocolConformance):
    protocol = "graphql"
    document = EXAMPLES / "shop" / "schema.graphql"
    good = (
        Ask("POST", "/graphql", JSON, _graphql("{ product(id: 1) { name } }"), "Query.product"),
        Ask("GET", "/graphql?query=%7Bcategories%7Bname%7D%7D", operation="Query.categories"),
        Ask(
            "POST",
            "/graphql",
            JSON,
            _graphql("{ product(id: 1) { id } customer(id: 2) { email } }"),
            "Query.product + Query.customer",
        ),
    )
    bad = (
        Ask("POST", "/graphql", JSON, _graphql("{ product(id: 1) { nothing } }")),
        Ask("POST", "/graphql", JSON, _graphql("{ product }")),
        Ask("POST", "/graphql", JSON, b'{"query": 7}'),
        Ask("POST", "/graphql", {"Content-Type": "text/plain"}, b"{ categories { name } }"),
    )


class TestGrpc(ProtocolConformance):
    protocol = "grpc"
    document = EXAMPLES / "shop" / "shop.proto"
    good = (
        Ask("POST", "/shop.v1.Shop/GetProduct", JSON, b'{"id": "1"}', "shop.v1.Shop/GetProduct"),
        Ask("POST", "/shop.v1.Shop/ListProducts", JSON, b"{}", "shop.v1.Shop/ListProducts"),
        Ask(
            "POST",
            "/shop.v1.Shop/GetOrder",
            {"Content-Type": "application/proto"},
            b"\n\x015",
            "shop.v1.Shop/GetOrder",
        ),
        Ask("GET", "/v1/customers/7", operation="shop.v1.Shop/GetCustomer"),
    )
    bad = (
        Ask("POST", "/shop.v1.Shop/GetProduct", JSON, b'{"id": ""}'),
        Ask("POST", "/shop.v1.Shop/GetProduct", JSON, b'{"nothing": 1}'),
        Ask("POST", "/shop.v1.Shop/Nothing", JSON, b"{}"),
        Ask("GET", "/v1/products?nothing=1"),
    )

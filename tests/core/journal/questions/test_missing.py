"""Calls that no operation answered, with the one that was meant."""

import pytest

from core.journal.questions.recorded import read
from polymock.commands.context import Context
from polymock.commands.log_questions import unmatched
from polymock_schemas.log_questions import UnmatchedQuery

OPERATIONS = [
    ("shop", "openapi", "GET /products"),
    ("shop", "openapi", "POST /products"),
    ("shop", "openapi", "GET /products/{productId}"),
    ("shop", "openapi", "GET /customers/{id}/orders"),
    ("api", "openapi", "GET /users/{id}"),
    ("graph", "graphql", "Query.product"),
    ("graph", "graphql", "Mutation.createProduct"),
    ("rpc", "grpc", "shop.v1.Shop/GetProduct"),
    ("rpc", "grpc", "shop.v1.Shop/ListProducts"),
]
ANSWERED = [
    {"operation": "GET /products/{productId}", "path": "/products/1"},
    {"operation": "GET /users/{id}", "mock": "api", "path": "/v1/users/7"},
]


def refused(method, path, **more):
    return {"method": method, "path": path, "status": 404, "source": "refusal", **more}


def ask(*rows, **query):
    with read([*ANSWERED, *rows], OPERATIONS) as journal:
        return unmatched(Context(journal=journal), UnmatchedQuery(**query))


@pytest.mark.parametrize(
    ("method", "path", "nearest", "why"),
    [
        ("DELETE", "/products/1", "GET /products/{productId}", "the method is GET, not DELETE"),
        ("GET", "/product/1", "GET /products/{productId}", "a segment is products, not product"),
        ("GET", "/Products/1", "GET /products/{productId}", "the case differs: products, not Pro"),
        ("GET", "/products/1/", "GET /products/{productId}", "it ends with a slash"),
        ("GET", "/~t1/product/1", "GET /products/{productId}", "a segment is products, not prod"),
        ("GET", "/shop/products/1", "GET /products/{productId}", "/shop stands before it"),
        ("GET", "/products/1/reviews", "GET /products/{productId}", "/reviews is too much"),
        ("GET", "/customers/7", "GET /customers/{id}/orders", "/orders is missing at its end"),
        ("GET", "/users/7", "GET /users/{id}", "it lacks the mock's prefix /v1"),
        ("GET", "/v2/users/7", "GET /users/{id}", "instead of the mock's prefix /v1"),
        ("PUT", "/product", "POST /products", "the method is"),
        ("POST", "/shop.v1.Shop/GetProdukt", "shop.v1.Shop/GetProduct", "the method is GetProduct"),
        ("POST", "/Shop/GetProduct", "shop.v1.Shop/GetProduct", "the service is shop.v1.Shop"),
        ("POST", "/shop.v1.Shop/Zap", "shop.v1.Shop/GetProduct", "shop.v1.Shop has no method Zap"),
        ("GET", "/.env", "", "nothing like it is served"),
        ("GET", "/7", "", "nothing like it is served"),
    ],
)
def test_the_operation_that_was_meant_is_told(method, path, nearest, why):
    (found,) = ask(refused(method, path)).unmatched
    if method == "PUT":
        assert found.nearest in ("GET /products", "POST /products")
    else:
        assert found.nearest == nearest
    assert why in found.why


@pytest.mark.parametrize(
    ("message", "body", "nearest", "hint"),
    [
        (
            "Cannot query field 'produkt' on type 'Query'. Did you mean 'product'? (1:3)",
            '{"query": "{ produkt { id } }"}',
            "Query.product",
            "Did you mean 'product'?",
        ),
        (
            "Cannot query field 'prduct' on type 'Query'. (1:3)",
            None,
            "Query.product",
            "Did you mean 'product'?",
        ),
        (
            "Cannot query field 'nme' on type 'Product'. Did you mean 'name'? (1:3)",
            '{"query": "query Q { product(id: 7) { nme } }"}',
            "Query.product",
            "Did you mean 'name'?",
        ),
        ("Syntax Error: Expected Name, found '}'. (1:3)", '{"query": "{ } }"}', "", ""),
    ],
)
def test_graphql_documents_are_told_by_what_is_wrong_with_them(message, body, nearest, hint):
    row = refused(
        "POST",
        "/graphql",
        mock="graph",
        protocol="graphql",
        request_body=body,
        violations=[{"location": "body/query", "message": message}],
    )
    (found,) = ask(row).unmatched
    assert (found.nearest, found.hint, found.why) == (nearest, hint, message)


def test_the_most_frequent_come_first_and_all_are_counted():
    rows = [refused("GET", "/a")] * 2 + [refused("GET", "/b")] * 3 + [refused("GET", "/c")]
    found = ask(*rows, limit=2)
    assert (found.calls, found.kinds) == (6, 3)
    assert [(one.path, one.calls) for one in found.unmatched] == [("/b", 3), ("/a", 2)]


def test_what_the_server_answered_by_itself_is_not_unmatched():
    assert ask({"method": "OPTIONS", "path": "/products", "source": ""}).calls == 0


def test_other_mocks_can_be_left_out():
    assert ask(refused("GET", "/a"), mock="api").calls == 0

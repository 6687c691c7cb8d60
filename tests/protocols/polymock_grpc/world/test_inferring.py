"""What methods are taken for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from polymock_grpc.world.inferring import Name, read_name

TEXT = """
service Products {{ {rpc} }}
message Product {{ string id = 1; string name = 2; int32 price = 3; }}
message Stock {{ int32 count = 1; }}
message Key {{ string id = 1; }}
message ProductKey {{ string product_id = 1; }}
message Keys {{ repeated string ids = 1; }}
message Nothing {{}}
message Fields {{ string name = 1; int32 price = 2; }}
message KeyAndFields {{ string id = 1; string name = 2; }}
message Wrapped {{ Product product = 1; }}
message Page {{ repeated Product products = 1; }}
message Many {{ repeated Fields requests = 1; }}
"""


@pytest.mark.parametrize(
    ("rpc", "role"),
    [
        ("rpc GetProduct(Key) returns (Product);", "get"),
        ("rpc FindProductById(ProductKey) returns (Wrapped);", "get"),
        ("rpc Get(Key) returns (Product);", "get"),
        ("rpc BatchGetProducts(Keys) returns (Page);", "get"),
        ("rpc ListProducts(Nothing) returns (Page);", "list"),
        ("rpc GetAllProducts(Nothing) returns (Page);", "list"),
        ("rpc SearchProducts(Fields) returns (stream Product);", "list"),
        ("rpc CreateProduct(Fields) returns (Product);", "create"),
        ("rpc AddProduct(Product) returns (Key);", "create"),
        ("rpc BatchCreateProducts(Many) returns (Page);", "create"),
        ("rpc UpdateProduct(KeyAndFields) returns (Product);", "update"),
        ("rpc EditProduct(Wrapped) returns (Nothing);", "update"),
        ("rpc SaveProduct(Product) returns (Product);", "replace"),
        ("rpc DeleteProduct(Key) returns (Nothing);", "delete"),
        ("rpc Remove(ProductKey) returns (Product);", "delete"),
    ],
)
def test_a_method_by_its_name_and_its_messages(
    serve: Callable[..., Any], rpc: str, role: str
) -> None:
    (binding,) = serve(
        TEXT.format(rpc=f"{rpc} rpc Keep(Product) returns (Product);")
    ).contract.inference.bindings[:1]
    assert (binding.role, binding.kind, binding.collection) == (role, "Product", "products")
    assert binding.why


@pytest.mark.parametrize(
    "rpc",
    [
        "rpc GetStock(Key) returns (Stock);",
        "rpc CancelProduct(Key) returns (Product);",
        "rpc GetProduct(Nothing) returns (Product);",
        "rpc GetCheapestProduct(Key) returns (Product);",
        "rpc Ping(Nothing) returns (Nothing);",
        "rpc DeleteProduct(Nothing) returns (Nothing);",
        "rpc ListProductNames(Keys) returns (Keys);",
    ],
)
def test_what_does_not_fit_is_left_alone(serve: Callable[..., Any], rpc: str) -> None:
    contract = serve(TEXT.format(rpc=f"{rpc} rpc Keep(Product) returns (Product);")).contract
    name = rpc.split("(")[0].removeprefix("rpc ")
    told = [b.why for b in contract.inference.bindings if b.operation.endswith("/" + name)]
    assert told in ([], [""])


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("GetBook", Name("get", "book", False)),
        ("BatchGetBooks", Name("get", "books", True)),
        ("ListAllOrders", Name("list", "orders", False)),
        ("GetUserByEmail", Name("get", "user", False)),
        ("Get", Name("get", "", False)),
        ("CreateManyUsers", Name("create", "users", True)),
        ("StreamOrders", Name("stream", "orders", False)),
    ],
)
def test_names(method: str, name: Name) -> None:
    assert read_name(method) == name

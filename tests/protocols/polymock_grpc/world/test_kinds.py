"""Message types as entities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from polymock.world.adapting import Adapter
from polymock.world.entities import MISSING, EntityKind

TEXT = """
service S {
  rpc GetOrder(Ask) returns (Order);
  rpc GetShelf(Name) returns (Shelf);
  rpc GetBook(Name) returns (Book);
}
message Ask { int64 id = 1; }
message Name { string name = 1; }
enum State { STATE_UNSPECIFIED = 0; STATE_PAID = 1; }
message Customer { string id = 1 [(buf.validate.field).string.uuid = true]; string mail = 2; }
message Order {
  int64 id = 1; string customer_id = 2; Customer customer = 3; repeated int32 item_ids = 4;
  State state = 5; int64 total = 6; google.protobuf.Timestamp at = 7; bytes data = 8;
  Address to = 9;
  map<string, int32> counts = 10; string secret = 11 [(google.api.field_behavior) = INPUT_ONLY];
  string note = 12 [(google.api.field_behavior) = REQUIRED];
}
message Address { string city = 1; Address other = 2; }
message Shelf {
  option (google.api.resource) = { type: "x.com/Shelf" pattern: "shelves/{shelf}" };
  string name = 1; string theme = 2;
}
message Book {
  option (google.api.resource) = { type: "x.com/Book" pattern: "shelves/{shelf_id}/books/{book}" };
  string name = 1; string title = 2;
}
"""
IMPORTS = (
    "google/api/resource.proto",
    "google/api/field_behavior.proto",
    "google/protobuf/timestamp.proto",
    "buf/validate/validate.proto",
)


def kind(serve: Callable[..., Any], name: str) -> EntityKind:
    inference = serve(TEXT, IMPORTS).contract.inference
    return next(each for each in inference.kinds if each.name == name)


def test_a_message_is_told_as_json_schema(serve: Callable[..., Any]) -> None:
    order = kind(serve, "Order")
    adapter = Adapter(order.schema, order.definitions)
    assert order.key == "id"
    assert "secret" not in order.properties
    assert {"customerId", "itemIds", "state", "to"} <= set(order.properties)
    assert order.schema["required"] == ["note"]

    def adapted(name: str, value: Any) -> Any:
        found = adapter.member(name)
        assert found is not None
        return found[1].adapt(value)

    assert adapted("state", "paid") == "STATE_PAID"
    assert adapted("total", "123") == 123
    assert adapted("at", "2024-01-01") == "2024-01-01T00:00:00Z"
    assert adapted("to", {"City": "Rome", "more": 1, "other": None}) == {
        "city": "Rome",
        "other": None,
    }
    assert adapted("counts", {"a": 1}) == {"a": 1}
    assert adapted("total", "many") is MISSING


def test_what_is_imagined_is_valid_and_the_same(serve: Callable[..., Any]) -> None:
    for name in ("Order", "Customer", "Book"):
        each = kind(serve, name)
        made = each.imagine("7", 1)
        assert made == each.imagine("7", 1)
        assert Adapter(each.schema, each.definitions).is_valid(made)


def test_keys_are_what_the_field_can_be(serve: Callable[..., Any]) -> None:
    order, customer, book = (kind(serve, name) for name in ("Order", "Customer", "Book"))
    assert order.typed_key("7") == 7
    assert [order.typed_key(key) for key in ("x", "07", "9" * 40, "1.5", "")] == [MISSING] * 5
    assert customer.typed_key("7") is MISSING
    made = customer.imagine("", 3)["id"]
    assert customer.typed_key(made) == made
    assert (book.key, book.typed_key("7")) == ("id", "7")


def test_references_are_told(serve: Callable[..., Any]) -> None:
    told = {each.property: each for each in kind(serve, "Order").references}
    assert (told["customerId"].target, told["customerId"].many) == ("customer", False)
    assert (told["customer"].target, told["customer"].embeds) == ("Customer", True)
    assert (told["itemIds"].target, told["itemIds"].many) == ("item", True)


def test_a_resource_is_told_by_its_segments(serve: Callable[..., Any]) -> None:
    book = kind(serve, "Book")
    assert book.properties == ("id", "shelfId", "title")
    assert [(each.property, each.target) for each in book.references] == [("shelfId", "Shelf")]
    assert book.key_at is not None
    assert book.key_at(6) == "book-7"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Serve = Callable[..., Any]
TEXT = """
message Line { int32 quantity = 1 [(buf.validate.field).int32 = {gte: 1, lte: 9}]; }
message Order {
  repeated Line lines = 1 [(buf.validate.field).repeated.min_items = 1];
  map<string, Line> by_name = 2;
  string note = 3 [(buf.validate.field).cel = {
    id: "note" message: "must be loud" expression: "this == this.upperAscii() || this == ''"
  }];
}
message Req { Order order = 1 [(buf.validate.field).required = true]; }
message Marked {
  string name = 1 [(google.api.field_behavior) = REQUIRED];
  Order order = 2 [(google.api.field_behavior) = REQUIRED];
  int32 count = 3 [(google.api.field_behavior) = REQUIRED];
}
service S {
  rpc Do(Req) returns (Order);
  rpc Send(stream Line) returns (Order);
  rpc Mark(Marked) returns (Order);
}
"""
IMPORTS = ["buf/validate/validate.proto", "google/api/field_behavior.proto"]


def violations(asker: Any, path: str, message: Any) -> list[tuple[str, str]]:
    reply = asker.reply(path, message)
    assert reply.code == 3, reply
    return [(violation.location, violation.message) for violation in reply.violations]


def test_rules_are_checked(serve: Serve) -> None:
    asker = serve(TEXT, IMPORTS)
    order = {"lines": [{"quantity": 1}, {"quantity": 10}], "byName": {"a/b": {}}}
    found = violations(asker, "Do", {"order": order})
    assert [location for location, _ in found] == [
        "body/order/lines/1/quantity",
        "body/order/by_name/a~1b/quantity",
    ]
    assert violations(asker, "Do", {}) == [("body/order", "value is required")]
    assert violations(asker, "Do", {"order": {"lines": [{"quantity": 1}], "note": "x"}}) == [
        ("body/order/note", "must be loud")
    ]
    assert asker.ask("Do", {"order": {"lines": [{"quantity": 1}]}})["lines"] == [{"quantity": 1}]


def test_rules_need_not_be_checked(serve: Serve) -> None:
    assert serve(TEXT, IMPORTS, validate=False).ask("Do", {})["lines"]


def test_required_fields(serve: Serve) -> None:
    asker = serve(TEXT, IMPORTS)
    found = violations(asker, "Mark", {})
    assert found == [("body/name", "is required"), ("body/order", "is required")]


def test_contracts_have_validators_of_their_own(serve: Serve) -> None:
    assert serve(TEXT, IMPORTS, fresh=True).status("Do", {})[0] == 3
    other = serve("message Req { string id = 1; } service S { rpc Do(Req) returns (Req); }")
    assert other.ask("Do", {})["id"]
    assert serve(TEXT, IMPORTS, fresh=True).status("Do", {})[0] == 3

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from polymock.testing import Polymock

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
  string page_token = 4 [(google.api.field_behavior) = REQUIRED];
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


REQUIRED = {
    "proto2": """syntax = "proto2"; package p;
message Line { required int32 quantity = 1; extensions 100 to 200; }
message Note { required string text = 1; }
extend Line { optional Note note = 100; }
message Order {
  required string name = 1; required Line first = 2;
  repeated Line lines = 3; map<string, Line> by_name = 4;
}
service S { rpc Do(Order) returns (Order); }
""",
    "editions": """edition = "2023"; package p;
message Line { int32 quantity = 1 [features.field_presence = LEGACY_REQUIRED]; }
message Order {
  string name = 1 [features.field_presence = LEGACY_REQUIRED];
  Line first = 2 [features.field_presence = LEGACY_REQUIRED, features.message_encoding = DELIMITED];
  repeated Line lines = 3; map<string, Line> by_name = 4;
}
service S { rpc Do(Order) returns (Order); }
""",
}


@pytest.mark.parametrize("syntax", REQUIRED)
def test_no_message_is_without_its_required_fields(tmp_path: Path, syntax: str) -> None:
    file = tmp_path / "p.proto"
    file.write_text(REQUIRED[syntax])
    whole = {"name": "n", "first": {"quantity": 3}}
    with Polymock(str(file)) as mock:
        client = mock.client()

        def unset(message: object) -> list[str]:
            reply = client.post("/p.S/Do", json=message)
            assert reply.status_code == 400, reply.text
            assert reply.json()["code"] == "invalid_argument"
            assert {each.message for each in mock.exchanges[-1].violations} == {"is required"}
            return [each.location for each in mock.exchanges[-1].violations]

        assert unset({}) == ["body/name", "body/first"]
        assert unset({**whole, "lines": [{"quantity": 1}, {}], "byName": {"a/b": {}}}) == [
            "body/lines/1/quantity",
            "body/by_name/a~1b/quantity",
        ]
        answer = client.post("/p.S/Do", json=whole).json()
        assert answer["first"]["quantity"] == 3
        assert answer["lines"]


def test_a_required_field_that_an_extension_lacks(tmp_path: Path) -> None:
    file = tmp_path / "p.proto"
    file.write_text(REQUIRED["proto2"])
    message = {"name": "n", "first": {"quantity": 3, "[p.note]": {}}}
    with Polymock(str(file)) as mock:
        reply = mock.client().post("/p.S/Do", json=message)
    assert reply.status_code == 400, reply.text
    assert "required" in reply.json()["message"]

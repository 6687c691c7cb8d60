from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polymock_grpc.spec.recognition import recognises
from polymock_grpc.spec.resources import collection_of, name_pattern, parent_of
from polymock_grpc.spec.types import snake_case

EVERYTHING = """
message N { string q = 1; }
service S { rpc Do(N) returns (M); }
enum Kind { KIND_UNSPECIFIED = 0; KIND_A = 1; KIND_OLD = 2 [deprecated = true]; }
message Leaf { string label = 1; }
message Tree { string label = 1; repeated Tree children = 2; }
message M {
  double double = 1; float float = 2; int32 int32 = 3; int64 int64 = 4; uint32 uint32 = 5;
  uint64 uint64 = 6; sint32 sint32 = 7; sint64 sint64 = 8; fixed32 fixed32 = 9;
  fixed64 fixed64 = 10; sfixed32 sfixed32 = 11; sfixed64 sfixed64 = 12; bool bool = 13;
  string string = 14; bytes bytes = 15; Kind kind = 16; Leaf leaf = 17; repeated Leaf leaves = 18;
  repeated string words = 19; repeated Kind kinds = 20; map<string, string> texts = 21;
  map<int32, Leaf> by_number = 22; map<bool, Kind> by_truth = 23;
  oneof choice { string first = 25; Leaf second = 26; google.protobuf.Timestamp third = 27; }
  optional int32 maybe = 30; Tree tree = 31;
  google.protobuf.Any any = 40; google.protobuf.Struct struct = 41;
  google.protobuf.Value value = 42;
  google.protobuf.ListValue list = 43; google.protobuf.Timestamp time = 44;
  google.protobuf.Duration duration = 45; google.protobuf.FieldMask mask = 46;
  google.protobuf.StringValue string_value = 47; google.protobuf.Int64Value int_value = 48;
  google.protobuf.BoolValue bool_value = 49; google.protobuf.BytesValue bytes_value = 50;
  google.protobuf.Empty empty = 51;
  google.type.Money money = 60; google.type.Date date = 61; google.type.LatLng place = 62;
  google.type.PostalAddress address = 63; google.type.DateTime date_time = 64;
  google.rpc.Status status = 65; string renamed = 66 [json_name = "@odd"];
}
"""
IMPORTS = [
    *(f"google/protobuf/{n}.proto" for n in ["any", "duration", "empty", "field_mask", "struct"]),
    "google/protobuf/timestamp.proto",
    "google/protobuf/wrappers.proto",
    *(f"google/type/{n}.proto" for n in ["date", "datetime", "latlng", "money", "postal_address"]),
    "google/rpc/status.proto",
]
Serve = Callable[..., Any]


def test_every_kind_of_field_is_filled(serve: Serve) -> None:
    asker = serve(EVERYTHING, IMPORTS)
    fields = asker.contract.document.methods[0].output.desc().fields
    chosen = set()
    for word in "abcdef":
        answer = asker.ask("Do", {"q": word})
        chosen |= {"first", "second", "third"} & answer.keys()
        missing = {field.json_name for field in fields} - answer.keys()
        assert len(missing) == 2
        assert missing < {"first", "second", "third"}
    assert len(chosen) > 1


def test_values_are_of_their_kind(serve: Serve) -> None:
    answer = serve(EVERYTHING, IMPORTS).ask("Do", {"q": "a"})
    assert answer["kind"] == "KIND_A"
    assert answer["bool"] is True
    assert 1 <= len(answer["leaves"]) <= 3
    assert answer["tree"]["children"]
    assert "children" not in answer["tree"]["children"][0]
    assert answer["any"]["@type"] == "type.googleapis.com/google.protobuf.StringValue"
    assert len(answer["money"]["currencyCode"]) == 3
    assert 1 <= answer["date"]["month"] <= 12
    assert -90 <= answer["place"]["latitude"] <= 90
    assert answer["time"].endswith("Z")
    assert answer["duration"].endswith("s")


def test_names_tell_what_values_are(serve: Serve) -> None:
    fields = "string email = 1; string first_name = 2; double price = 3; bool deleted = 4;"
    text = f"message N {{}} message M {{ {fields} }} service S {{ rpc Do(N) returns (M); }}"
    answer = serve(text).ask("Do", {})
    assert answer["email"].startswith(answer["firstName"].lower())
    assert 5 <= answer["price"] < 500
    assert "deleted" not in answer


def test_well_known_types_as_answers(serve: Serve) -> None:
    kinds = ["Any", "Struct", "Value", "ListValue", "Timestamp", "Duration", "FieldMask", "Empty"]
    methods = "".join(f"rpc Do{kind}(N) returns (google.protobuf.{kind});" for kind in kinds)
    asker = serve(f"message N {{ string q = 1; }} service S {{ {methods} }}", IMPORTS[:6])
    answers = {kind: asker.ask(f"Do{kind}", {"q": "a"}) for kind in kinds}
    assert answers["Any"]["@type"] == "type.googleapis.com/google.protobuf.StringValue"
    assert isinstance(answers["Struct"]["name"], str)
    assert isinstance(answers["ListValue"], list)
    assert isinstance(answers["Value"], str)
    assert answers["Empty"] == {}
    assert not asker.contract.problems()


def test_recursion_ends(serve: Serve) -> None:
    text = """
    message N {} service S { rpc Do(N) returns (A); }
    message A { B b = 1; repeated B bs = 2; map<string, C> cs = 3; }
    message B { C c = 1; A a = 2; repeated A as = 3; string word = 4; }
    message C { A a = 1; B b = 2; oneof o { C c = 3; string word = 4; } }
    """
    answer = serve(text).ask("Do", {})
    assert answer["b"]["word"]


def test_resource_names_follow_their_pattern(serve: Serve) -> None:
    text = """
    message N {} service S { rpc Do(N) returns (Book); }
    message Shelf {
      option (google.api.resource) = { type: "l.com/Shelf" pattern: "shelves/{shelf}" };
      string name = 1;
    }
    message Book {
      option (google.api.resource) = {
        type: "l.com/Book"
        pattern: "shelves/{shelf}/books/{book_id}"
      };
      string name = 1;
      string shelf = 2 [(google.api.resource_reference).type = "l.com/Shelf"];
      string parent = 3 [(google.api.resource_reference).child_type = "l.com/Book"];
      repeated string others = 4 [(google.api.resource_reference).type = "l.com/Book"];
      string secret = 5 [(google.api.field_behavior) = INPUT_ONLY];
    }
    """
    imports = ["google/api/resource.proto", "google/api/field_behavior.proto"]
    answer = serve(text, imports).ask("Do", {})
    assert answer["name"].startswith("shelves/shelf-")
    assert "/books/book-" in answer["name"]
    assert answer["shelf"].count("/") == answer["parent"].count("/") == 1
    assert all("/books/book-" in name for name in answer["others"])
    assert "secret" not in answer


OLD = """
syntax = "proto2";
package old;
message Res {
  required string id = 1;
  optional int32 n = 2 [default = 42];
  optional group Result = 3 { required string url = 4; }
  extensions 100 to 200;
}
extend Res { optional string extra = 100; }
"""


def test_proto2(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "old.proto").write_text(OLD)
    asker = serve("message N {} service S { rpc Do(N) returns (old.Res); }", ["old.proto"])
    answer = asker.ask("Do", {})
    assert answer["n"] == 42
    assert answer["result"]["url"].startswith("https://")
    assert answer["[old.extra]"]


def test_patterns_of_names() -> None:
    template = "projects/{project}/topics/{topic_id=*}"
    assert name_pattern(template) == (
        "^projects/project-[1-9][0-9]{0,2}/topics/topic-[1-9][0-9]{0,2}$"
    )
    assert parent_of(template) == "projects/{project}"
    assert collection_of(template) == "topics"
    assert parent_of("shelves/{shelf}") == collection_of("") == ""


@pytest.mark.parametrize(("name", "snake"), [("Pet", "pet"), ("BookShelf", "book_shelf")])
def test_snake_case(name: str, snake: str) -> None:
    assert snake_case(name) == snake


@settings(max_examples=200)
@given(st.text(max_size=20), st.binary(max_size=200))
def test_recognising_never_fails(name: str, head: bytes) -> None:
    for ending in ("", ".proto", ".binpb"):
        assert recognises(name + ending, head) in (True, False)


def test_things_are_not_deleted(serve: Serve) -> None:
    times = "".join(
        f"google.protobuf.Timestamp {name}_time = {number};"
        for number, name in enumerate(["create", "delete", "purge", "expire"], 3)
    )
    text = f"""
    message N {{ string q = 1; int32 page_size = 2; }}
    message M {{ string name = 1; string uid = 2; {times} bool delete = 8; }}
    message Lease {{ string name = 1; google.protobuf.Timestamp expire_time = 2; }}
    message Ms {{ repeated M ms = 1; repeated string unreachable = 2; }}
    service S {{ rpc Do(N) returns (M); rpc Lend(N) returns (Lease); rpc List(N) returns (Ms); }}
    """
    asker = serve(text, ["google/protobuf/timestamp.proto"])
    answer = asker.ask("Do", {})
    assert answer["createTime"]
    assert not {"deleteTime", "purgeTime", "expireTime"} & answer.keys()
    assert UUID(answer["uid"]).version
    assert asker.ask("Lend", {})["expireTime"]
    listed = asker.ask("List", {})
    assert "unreachable" not in listed
    assert len(listed["ms"]) == 10


def test_rules_say_more_than_names(serve: Serve) -> None:
    text = """
    message N { string q = 1; }
    message M {
      string uid = 1 [(buf.validate.field).string.max_len = 5];
      google.protobuf.Timestamp delete_time = 2 [(buf.validate.field).required = true];
    }
    service S { rpc Do(N) returns (M); }
    """
    imports = ["google/protobuf/timestamp.proto", "buf/validate/validate.proto"]
    answer = serve(text, imports).ask("Do", {})
    assert 1 <= len(answer["uid"]) <= 5
    assert answer["deleteTime"]

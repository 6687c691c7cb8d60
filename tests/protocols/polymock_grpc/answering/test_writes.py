from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from polymock_schemas.calls import Call

Serve = Callable[..., Any]
TEXT = """
message Place { string city = 1 [(google.api.field_behavior) = REQUIRED]; string street = 2; }
message Shelf {
  option (google.api.resource) = { type: "x.com/Shelf" pattern: "shelves/{shelf}" };
  string name = 1 [(google.api.field_behavior) = IDENTIFIER];
  string display_name = 2 [(google.api.field_behavior) = REQUIRED];
  string etag = 3 [(google.api.field_behavior) = OUTPUT_ONLY];
  Place place = 4;
  map<string, string> labels = 5;
  google.protobuf.Struct extra = 6;
  repeated Place places = 7;
  string uuid = 8 [(google.api.field_behavior) = REQUIRED,
                   (google.api.field_behavior) = OUTPUT_ONLY];
  string secret = 9 [(google.api.field_behavior) = INPUT_ONLY];
}
message CreateShelfRequest { Shelf shelf = 1; }
message UpdateShelfRequest { Shelf shelf = 1; google.protobuf.FieldMask update_mask = 2; }
service S {
  rpc CreateShelf(CreateShelfRequest) returns (Shelf) {
    option (google.api.http) = { post: "/v1/shelves" body: "shelf" };
  }
  rpc UpdateShelf(UpdateShelfRequest) returns (Shelf);
  rpc CreateLater(CreateShelfRequest) returns (google.longrunning.Operation);
}
"""
IMPORTS = [
    *(f"google/api/{n}.proto" for n in ["annotations", "field_behavior", "resource"]),
    "google/longrunning/operations.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/struct.proto",
]


@pytest.fixture
def shelves(serve: Serve) -> Any:
    return serve(TEXT, IMPORTS)


@pytest.mark.parametrize(
    ("shelf", "wrong"),
    [
        ({}, "shelf.display_name"),
        ({"displayName": "a", "place": {}}, "shelf.place.city"),
        ({"displayName": "a", "place": {"city": "b"}}, ""),
        ({"displayName": "a"}, ""),
    ],
)
def test_what_is_created_has_what_is_required(shelves: Any, shelf: Any, wrong: str) -> None:
    code, message = shelves.status("CreateShelf", {"shelf": shelf})
    assert code == (3 if wrong else 0)
    assert message == (f"{wrong}: is required." if wrong else "")


def test_what_is_required_over_rest(shelves: Any) -> None:
    def post(body: bytes) -> Any:
        fields = {b"content-type": b"application/json", b"host": b"x"}
        headers = tuple(fields.items())
        call = Call("POST", "/v1/shelves", b"", headers, fields, body, origin="http://x")
        reply = shelves.engine.handle(call)
        return reply.status, json.loads(reply.body)

    status, told = post(b'{"etag": "x"}')
    assert status == 400
    violations = told["error"]["details"][0]["fieldViolations"]
    assert violations == [{"field": "shelf.display_name", "description": "is required"}]
    assert post(b'{"displayName": "x"}')[0] == 200


def test_what_a_service_sets_is_not_said_back(shelves: Any) -> None:
    given = {"name": "shelves/mine", "displayName": "a", "etag": "mine", "secret": "s", "uuid": "u"}
    made = shelves.ask("CreateShelf", {"shelf": given})
    assert made["displayName"] == "a"
    assert made["name"] != "shelves/mine"
    assert made["etag"] not in ("", "mine")
    assert made["uuid"] not in ("", "u")
    assert "secret" not in made
    for mask in ({}, {"updateMask": "*"}, {"updateMask": "displayName,etag,secret"}):
        changed = shelves.ask("UpdateShelf", {"shelf": given, **mask})
        assert changed["displayName"] == "a"
        assert changed["name"] == "shelves/mine"
        assert changed["etag"] not in ("", "mine")
        assert "secret" not in changed


@pytest.mark.parametrize(
    ("mask", "wrong"),
    [
        ("displayName", "shelf.display_name: is required."),
        ("place.city", "shelf.place.city: is required."),
        ("colour", "update_mask: test.v1.Shelf has no field 'colour'."),
        ("name,place.colour", "update_mask: test.v1.Shelf has no field 'place.colour'."),
        ("name.length", "update_mask: test.v1.Shelf has no field 'name.length'."),
        ("places.city", "update_mask: test.v1.Shelf has no field 'places.city'."),
        ("etag", ""),
        ("*", ""),
        ("labels.a", ""),
        ("extra.a.b", ""),
        ("places", ""),
        ("places.*.city", ""),
        ("place.street", ""),
        ("", ""),
    ],
)
def test_masks(shelves: Any, mask: str, wrong: str) -> None:
    request = {"shelf": {"name": "shelves/1"}, "updateMask": mask}
    code, message = shelves.status("UpdateShelf", request)
    assert (code, message) == ((3 if wrong else 0), wrong)


def test_nothing_is_checked_where_nobody_wants_it(serve: Serve) -> None:
    shelves = serve(TEXT, IMPORTS, validate=False)
    assert shelves.ask("CreateShelf", {"shelf": {}})["displayName"]
    request = {"shelf": {"name": "shelves/1"}, "updateMask": "colour"}
    assert shelves.ask("UpdateShelf", request)["name"] == "shelves/1"

"""The parts of services: the fields of their methods' messages."""

import pytest

from polymock.interfaces import Inventoried, Spec
from polymock_grpc import inventory
from polymock_grpc.plugin import build
from polymock_grpc.settings import GrpcSettings

PROTO = """
syntax = "proto3";
package shop.v1;
import "google/protobuf/timestamp.proto";
import "google/api/annotations.proto";
service Shop {
  rpc GetPet(GetPetRequest) returns (Pet) {
    option (google.api.http) = {
      get: "/v1/{pet_id=pets/*}"
      additional_bindings { post: "/v1/pets/{pet_id}:get" body: "*" }
    };
  }
  rpc WatchPets(stream GetPetRequest) returns (stream Pet);
}
message GetPetRequest { string pet_id = 1; }
enum Kind { KIND_UNSPECIFIED = 0; CAT = 1; }
message Pet {
  string display_name = 1;
  Kind kind = 2;
  repeated Tag tags = 3;
  map<string, Tag> labels = 4;
  Pet parent = 5;
  google.protobuf.Timestamp born = 6;
  oneof home { string street = 7; Tag shelter = 8; }
}
message Tag { string text = 1; }
"""


@pytest.fixture
def parts(tmp_path):
    """The parts of the service."""
    (tmp_path / "shop.proto").write_text(PROTO)
    contract = build(GrpcSettings()).compile(Spec(str(tmp_path / "shop.proto"), "shop"))
    assert isinstance(contract, Inventoried)
    return lambda: list(contract.parts())


def test_fields_are_told_by_their_json_names_with_the_others_beside(parts):
    found = [p for p in parts() if p.operation == "shop.v1.Shop/GetPet"]
    request = [p for p in found if p.kind == "request"]
    assert [(p.name, p.type) for p in request] == [("petId", "string")]
    assert request[0].aliases == (
        *("pet_id", "GET /v1/{pet_id=pets/*}", "POST /v1/pets/{pet_id}:get"),
    )
    assert {p.name: p.type for p in found if p.kind == "response"} == {
        "displayName": "string",
        "kind": "shop.v1.Kind",
        "tags": "repeated shop.v1.Tag",
        "tags[].text": "string",
        "labels": "map<string, shop.v1.Tag>",
        "labels.*.text": "string",
        "parent": "shop.v1.Pet",
        "born": "google.protobuf.Timestamp",
        "street": "string",
        "shelter": "shop.v1.Tag",
        "shelter.text": "string",
    }


def test_streams_are_lists_of_messages(parts):
    found = {p.name for p in parts() if p.operation == "shop.v1.Shop/WatchPets"}
    assert {"[].petId", "[].displayName", "[].tags[].text"} <= found


def test_a_message_with_very_many_fields_is_cut_at_its_bottom(parts, monkeypatch):
    monkeypatch.setattr(inventory, "MAX_FIELDS", 2)
    found = [p.name for p in parts() if p.operation == "shop.v1.Shop/GetPet"]
    assert found == ["petId", "displayName", "kind"]

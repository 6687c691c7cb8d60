from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest

Serve = Callable[..., Any]
PETS = """
message Pet { int64 id = 1; string name = 2; string owner_id = 3; repeated string tags = 4; }
message Owner { string id = 1; string name = 2; Pet pet = 3; }
message GetPetRequest { int64 id = 1; }
message GetPetResponse { Pet pet = 1; string etag = 2; }
message FindRequest { string owner_id = 1; int32 page_size = 2; string page_token = 3; }
message FindResponse { repeated Pet pets = 1; string next_page_token = 2; int32 total_size = 3; }
message CreatePetRequest { Pet pet = 1; }
message UpdatePetRequest { Pet pet = 1; google.protobuf.FieldMask update_mask = 2; }
message GetOwnerRequest { string owner_id = 1; }
message BatchRequest { repeated int64 ids = 1; }
message BatchResponse { repeated Pet pets = 1; }
message WatchRequest { string owner_id = 1; int32 count = 2; }
message Summary { int32 pet_count = 1; int32 other_count = 2; string owner_id = 3; }
message HelloRequest { string name = 1; }
message HelloReply { string message = 1; }
message Price { string pet_id = 1; double price = 2; }
service Pets {
  rpc GetPet(GetPetRequest) returns (Pet);
  rpc FetchPet(GetPetRequest) returns (GetPetResponse);
  rpc FindPets(FindRequest) returns (FindResponse);
  rpc ListPets(WatchRequest) returns (BatchResponse);
  rpc CreatePet(CreatePetRequest) returns (Pet);
  rpc UpdatePet(UpdatePetRequest) returns (Pet);
  rpc GetOwner(GetOwnerRequest) returns (Owner);
  rpc BatchGetPets(BatchRequest) returns (BatchResponse);
  rpc WatchPets(WatchRequest) returns (stream Pet);
  rpc AddPets(stream Pet) returns (Summary);
  rpc SwapPets(stream GetPetRequest) returns (stream Pet);
  rpc Hello(HelloRequest) returns (HelloReply);
  rpc PricePet(PricePetRequest) returns (Price);
}
message PricePetRequest { int64 id = 1; }
"""
IMPORTS = ["google/protobuf/field_mask.proto"]


@pytest.fixture
def pets(serve: Serve) -> Any:
    return serve(PETS, IMPORTS)


def test_the_key_is_echoed(pets: Any) -> None:
    assert pets.ask("GetPet", {"id": 7})["id"] == "7"
    assert pets.ask("FetchPet", {"id": 7})["pet"]["id"] == "7"
    assert pets.ask("GetOwner", {"ownerId": "o1"})["id"] == "o1"
    assert pets.ask("PricePet", {"id": 7})["petId"] == "7"


def test_the_same_thing_is_the_same_everywhere(pets: Any) -> None:
    pet = pets.ask("GetPet", {"id": 7})
    assert pets.ask("GetPet", {"id": 7}) == pet
    assert pets.ask("FetchPet", {"id": 7})["pet"] == pet
    assert pets.ask("BatchGetPets", {"ids": [3, 7]})["pets"][1] == pet
    assert pets.ask("GetPet", {"id": 8})["name"] != pet["name"]
    owner = pets.ask("GetOwner", {"ownerId": "o1"})
    assert owner["pet"] == pets.ask("GetPet", {"id": owner["pet"]["id"]})


def test_things_do_not_depend_on_who_asked_before(serve: Serve) -> None:
    first, second = serve(PETS, IMPORTS), serve(PETS, IMPORTS, fresh=True)
    second.ask("GetPet", {"id": 8})
    assert first.ask("GetPet", {"id": 7}) == second.ask("GetPet", {"id": 7})


def test_what_is_created_is_said_back(pets: Any) -> None:
    pet = pets.ask("CreatePet", {"pet": {"name": "Rex", "tags": ["a", "b"]}})
    assert (pet["name"], pet["tags"]) == ("Rex", ["a", "b"])
    assert pet["id"]
    assert pet["ownerId"]


def test_an_update_says_back_what_its_mask_names(pets: Any) -> None:
    before = pets.ask("GetPet", {"id": 7})
    given = {"id": 7, "name": "Rex", "ownerId": "o9"}
    masked = pets.ask("UpdatePet", {"pet": given, "updateMask": "name,tags"})
    assert masked == {"id": "7", "name": "Rex", "ownerId": before["ownerId"]}
    assert pets.ask("UpdatePet", {"pet": given}) == {**before, "name": "Rex", "ownerId": "o9"}


def test_pages(pets: Any) -> None:
    seen: list[Any] = []
    token, sizes = "", []
    for _ in range(10):
        page = pets.ask("FindPets", {"ownerId": "o1", "pageSize": 9, "pageToken": token})
        seen += page["pets"]
        sizes.append(len(page["pets"]))
        assert page["totalSize"] == 25
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert sizes == [9, 9, 7]
    assert len({pet["id"] for pet in seen}) == 25
    assert {pet["ownerId"] for pet in seen} == {"o1"}
    assert {**pets.ask("GetPet", {"id": seen[12]["id"]}), "ownerId": "o1"} == seen[12]
    assert len(pets.ask("FindPets", {})["pets"]) == 10


OTHER_PAGES = """
message Run { string id = 1; }
message RunsRequest { int32 maximum_page_size = 1; bytes next_page_token = 2; }
message Runs { repeated Run runs = 1; bytes next_page_token = 2; }
message Cursor { bytes key = 1; uint64 limit = 2; }
message Following { bytes next_key = 1; uint64 total = 2; }
message Blocks { repeated Run blocks = 1; Following pagination = 2; }
message Found { Run run = 1; string next_cursor = 2; }
message BlocksRequest { Cursor pagination = 1; }
service S {
  rpc ListRuns(RunsRequest) returns (Runs);
  rpc ListBlocks(BlocksRequest) returns (Blocks);
  rpc Find(RunsRequest) returns (Found);
}
"""


def test_pages_with_tokens_of_bytes(serve: Serve) -> None:
    asker = serve(OTHER_PAGES)
    token, sizes = "", []
    for _ in range(10):
        page = asker.ask("ListRuns", {"maximumPageSize": 10, "nextPageToken": token})
        sizes.append(len(page["runs"]))
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert sizes == [10, 10, 5]


def test_no_next_page_where_pages_are_of_an_unknown_kind(serve: Serve) -> None:
    asker = serve(OTHER_PAGES)
    assert set(asker.ask("ListBlocks", {})["pagination"]) == {"total"}
    assert "nextCursor" not in asker.ask("Find", {})


LISTS = """
message Shelf {
  option (google.api.resource) = { type: "x.com/Shelf" pattern: "shelves/{shelf}" };
  string name = 1;
}
message Book {
  option (google.api.resource) = { type: "x.com/Book" pattern: "shelves/{shelf}/books/{book}" };
  string name = 1;
}
message Word { string id = 1 [(buf.validate.field).string = {in: ["a", "b", "c"]}]; }
message Author { string id = 1; string name = 2; }
message Ask { int32 page_size = 1; string page_token = 2; string parent = 3; }
message Get { string name = 1; }
message Shelves { repeated Shelf shelves = 1; string next_page_token = 2; }
message Books { repeated Book books = 1; string next_page_token = 2; }
message Words { repeated Word words = 1; string next_page_token = 2; }
message Authors { repeated Author authors = 1; string next_page_token = 2; }
service S {
  rpc ListShelves(Ask) returns (Shelves);
  rpc GetShelf(Get) returns (Shelf);
  rpc ListBooks(Ask) returns (Books);
  rpc ListWords(Ask) returns (Words);
  rpc ListAuthors(Ask) returns (Authors);
}
"""


@pytest.mark.parametrize("items", ["shelves", "books", "words", "authors"])
def test_no_item_of_a_list_is_there_twice(serve: Serve, items: str) -> None:
    imports = ["google/api/resource.proto", "buf/validate/validate.proto"]
    asker = serve(LISTS, imports, total=300)
    method = f"List{items.title()}"
    whole = asker.ask(method, {"pageSize": 300})[items]
    assert len({next(iter(item.values())) for item in whole}) == 300
    first = asker.ask(method, {"pageSize": 7})
    second = asker.ask(method, {"pageSize": 7, "pageToken": first["nextPageToken"]})
    assert first[items] + second[items] == whole[:14]


def test_names_in_lists_are_of_their_pattern(serve: Serve) -> None:
    imports = ["google/api/resource.proto", "buf/validate/validate.proto"]
    asker = serve(LISTS, imports)
    shelves = asker.ask("ListShelves", {})["shelves"]
    assert shelves[0]["name"] == "shelves/shelf-1"
    assert asker.ask("GetShelf", {"name": "shelves/shelf-1"}) == shelves[0]
    books = asker.ask("ListBooks", {"parent": "shelves/s1"})["books"]
    assert books[1]["name"] == "shelves/s1/books/book-2"
    books = asker.ask("ListBooks", {"parent": "shelves/-"})["books"]
    assert books[4]["name"] == "shelves/shelf-2/books/book-5"


@pytest.mark.parametrize("total", [0, 1, 3])
def test_short_lists(serve: Serve, total: int) -> None:
    page = serve(PETS, IMPORTS, total=total).ask("FindPets", {"pageSize": 2})
    assert len(page.get("pets", [])) == min(total, 2)
    assert ("nextPageToken" in page) == (total > 2)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"pageSize": -1}, "page_size"),
        ({"pageToken": "nonsense"}, "page_token"),
        ({"pageToken": "cGFnZTo5OTk"}, "page_token"),
        ({"pageToken": "é"}, "page_token"),
    ],
)
def test_pages_that_there_are_not(pets: Any, request_: Any, field: str) -> None:
    code, message = pets.status("FindPets", request_)
    assert code == 3
    assert message.startswith(f"{field}: ")


def test_lists_say_back_what_they_are_filtered_by(pets: Any) -> None:
    found = pets.ask("ListPets", {"ownerId": "o1"})["pets"]
    assert {pet["ownerId"] for pet in found} == {"o1"}


def test_answers_without_a_key_follow_the_request(pets: Any) -> None:
    ada = pets.ask("Hello", {"name": "Ada"})
    assert ada["message"]
    assert ada == pets.ask("Hello", {"name": "Ada"})
    assert len({pets.ask("Hello", {"name": name})["message"] for name in "abcdefgh"}) > 1


def test_server_streams(pets: Any) -> None:
    seen = pets.stream("WatchPets", {"ownerId": "o1"})
    assert len(seen) == 3
    assert len({pet["id"] for pet in seen}) == 3
    assert {pet["ownerId"] for pet in seen} == {"o1"}
    assert seen == pets.stream("WatchPets", {"ownerId": "o1"})
    assert len(pets.stream("WatchPets", {"count": 5})) == 5


def test_server_streams_as_the_settings_say(serve: Serve) -> None:
    asker = serve(PETS, IMPORTS, streams={"count": 4, "interval": "20ms"})
    started = perf_counter()
    assert len(asker.stream("WatchPets", {})) == 4
    assert perf_counter() - started >= 0.06


def test_client_streams(pets: Any) -> None:
    assert pets.stream("AddPets", {"ownerId": "a"}, {"ownerId": "b"})[0]["petCount"] == 2
    assert pets.stream("AddPets", {"ownerId": "a"}, {"ownerId": "b"})[0]["ownerId"] == "b"
    assert "petCount" not in pets.stream("AddPets")[0]


def test_both_stream(pets: Any) -> None:
    assert [pet["id"] for pet in pets.stream("SwapPets", {"id": 3}, {"id": 1})] == ["3", "1"]


def test_the_library(library: Any) -> None:
    book = library.ask("GetBook", {"name": "shelves/s1/books/book-2"})
    assert book["name"] == "shelves/s1/books/book-2"
    assert library.ask("ListBooks", {"parent": "shelves/s1"})["books"][1] == book
    made = library.ask("CreateBook", {"parent": "shelves/s1", "book": {"title": "T"}})
    assert made["name"].startswith("shelves/s1/books/book-")
    assert made["title"] == "T"
    assert library.ask("DeleteBook", {"name": "shelves/s1/books/b"}) == {}
    assert library.status("GetBook", {}) == (3, "name: is required.")
    assert not library.contract.problems()


def test_operations_are_done(serve: Serve) -> None:
    text = """
    message Pet { string id = 1; string name = 2; }
    message Progress { int32 percent = 1; }
    message MakeRequest { string id = 1; }
    service S {
      rpc Make(MakeRequest) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = {
          response_type: "Pet" metadata_type: "test.v1.Progress"
        };
      }
      rpc Bare(MakeRequest) returns (google.longrunning.Operation);
    }
    """
    asker = serve(text, ["google/longrunning/operations.proto"])
    made = asker.ask("Make", {"id": "p1"})
    assert made["done"] is True
    assert made["name"].startswith("operations/make-")
    assert made["response"]["@type"] == "type.googleapis.com/test.v1.Pet"
    assert made["response"]["id"] == "p1"
    assert made["metadata"]["@type"] == "type.googleapis.com/test.v1.Progress"
    assert asker.ask("Bare", {"id": "p1"})["name"]


def test_an_any_holds_a_thing_of_the_contract(serve: Serve) -> None:
    text = """
    message Holder { map<string, int32> counts = 1; google.protobuf.Any any = 2; }
    message Ask { string id = 1; }
    message Plain { string word = 1; }
    message Pet { string id = 1; string name = 2; }
    """
    service = "service S { rpc Do(Ask) returns (Holder); }"
    held = serve(text + service, ["google/protobuf/any.proto"]).ask("Do", {})["any"]
    assert held["@type"] == "type.googleapis.com/test.v1.Pet"
    assert held["id"]
    shelf = """
    message Shelf { option (google.api.resource) = { type: "x.com/Shelf"
                                                              pattern: "shelves/{shelf}" };
      string name = 1; google.protobuf.Any note = 2; }
    """
    imports = ["google/protobuf/any.proto", "google/api/resource.proto"]
    asker = serve(text + shelf + "service S { rpc Do(Ask) returns (Shelf); }", imports)
    assert asker.ask("Do", {})["note"]["@type"] == "type.googleapis.com/test.v1.Pet"
    asker = serve(text + shelf + service, imports)
    held = asker.ask("Do", {})["any"]
    assert held["@type"] == "type.googleapis.com/test.v1.Shelf"
    assert held["name"].startswith("shelves/")


def test_an_any_holds_a_well_known_type_where_there_is_no_thing(serve: Serve) -> None:
    asker = serve(
        """message Say { string name = 1; }
        message Reply { map<string, string> labels = 1; google.protobuf.Any any = 2; }
        service S { rpc Do(Say) returns (Reply); }""",
        ["google/protobuf/any.proto"],
    )
    held = asker.ask("Do", {})["any"]
    assert held["@type"] == "type.googleapis.com/google.protobuf.StringValue"
    assert held["value"]

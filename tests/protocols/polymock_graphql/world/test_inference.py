"""What a document says of the world."""

from __future__ import annotations

from typing import Any

import pytest

from polymock.world.entities import MISSING
from polymock_graphql.world.inference import infer

SDL = """
interface Node { id: ID! }
scalar UUID
type Query {
  node(id: ID!): Node
  pet(id: ID!): Pet
  pets(first: Int): PetConnection!
  owners: [Owner!]!
  shelf(number: Int!): Shelf
  version: String!
}
type Mutation {
  createPet(input: NewPet!): PetPayload!
  updatePet(id: ID!, input: NewPet!): Pet!
  deletePet(id: ID!): ID!
  adoptPet(id: ID!): Pet!
  feedPet(id: ID!): Pet!
  addPetToShelf(petId: ID!, shelfId: Int!): Shelf!
  createToken(ownerId: ID!): Token!
}
type Pet implements Node {
  id: ID! name: String! state: State! owner: Owner! shelfId: Int
  home: Home toys: [Toy!]! friends: [Pet!]!
}
enum State { FREE ADOPTED }
type Owner { id: UUID! name: String! pets: [Pet!]! boss: Owner }
type Home { city: String! street: String }
type Toy { name: String! }
type Shelf { id: Int! label: String! }
type Token { value: String! }
type PetPayload { pet: Pet errors: [Problem!]! }
type Problem { message: String! }
type PetConnection { edges: [PetEdge!]! pageInfo: PageInfo! totalCount: Int! }
type PetEdge { node: Pet! cursor: String! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
input NewPet { name: String! ownerId: ID! }
"""


@pytest.fixture(scope="module")
def inference(plan_over: Any) -> Any:
    return infer(plan_over(SDL).source)


def kind(inference: Any, name: str) -> Any:
    return next(each for each in inference.kinds if each.name == name)


def test_kinds_are_object_types_with_a_key(inference: Any) -> None:
    found = {each.name: (each.collection, each.key) for each in inference.kinds}
    assert found == {"Pet": ("pets", "id"), "Owner": ("owners", "id"), "Shelf": ("shelves", "id")}
    assert inference.reaches


def test_properties_are_values_and_single_entities(inference: Any) -> None:
    pet = kind(inference, "Pet")
    assert pet.properties == ("id", "name", "state", "owner", "shelfId", "home", "toys")
    assert [(r.property, r.target, r.embeds, r.optional) for r in pet.references] == [
        ("owner", "Owner", True, False),
        ("shelfId", "shelf", False, True),
    ]


def test_bindings_of_root_fields(inference: Any) -> None:
    found = {b.operation: (b.role, b.kind) for b in inference.bindings if b.why}
    assert found == {
        "Query.pet": ("get", "Pet"),
        "Query.pets": ("list", "Pet"),
        "Query.owners": ("list", "Owner"),
        "Query.shelf": ("get", "Shelf"),
        "Mutation.createPet": ("create", "Pet"),
        "Mutation.updatePet": ("update", "Pet"),
        "Mutation.deletePet": ("delete", "Pet"),
        "Mutation.adoptPet": ("update", "Pet"),
    }


def test_what_is_not_plain_is_offered_alone(inference: Any) -> None:
    offered = {b.operation for b in inference.bindings if not b.why}
    assert offered == {"Mutation.feedPet", "Mutation.addPetToShelf"}


def test_imagined_objects_are_always_the_same(inference: Any) -> None:
    pet = kind(inference, "Pet")
    made = pet.imagine("7", 42)
    assert made == pet.imagine("7", 42)
    assert made != pet.imagine("7", 43)
    assert made["id"] == "7"
    assert set(made) == {"id", "name", "state", "shelfId", "home", "toys"}
    assert set(made["home"]) == {"city", "street"}
    assert [set(toy) for toy in made["toys"]] == [{"name"}] * 3


def test_keys_are_of_the_type_of_their_field(inference: Any) -> None:
    assert kind(inference, "Pet").typed_key("a7") == "a7"
    assert kind(inference, "Shelf").typed_key("7") == 7
    assert kind(inference, "Shelf").typed_key("a7") is MISSING
    assert kind(inference, "Owner").typed_key("7") is MISSING


def test_keys_behind_an_interface_tell_their_type(inference: Any) -> None:
    pet = kind(inference, "Pet")
    assert pet.key_at(0) == "UGV0OjE="
    assert [pet.index_of(pet.key_at(index)) for index in (0, 1, 999)] == [0, 1, 999]
    for wrong in ("7", "UGV0OjA=", "T3duZXI6MQ==", "UGV0OjAx", "x" * 2000):
        assert pet.index_of(wrong) is None
    assert kind(inference, "Shelf").key_at is None

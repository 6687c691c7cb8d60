"""Plans over a world: what was written is told, refusals are errors of their fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from polymock.errors import Unavailable
from polymock.stores import Row
from polymock.world.model import build_model
from polymock.world.world import World
from polymock.world.writing import Writer
from polymock_graphql.model import Result
from polymock_graphql.world.inference import infer
from polymock_schemas.config import WorldConfig
from polymock_storage.memory import MemoryStore

SDL = """
type Query {
  pet(id: ID!): Pet
  mustPet(id: ID!): Pet!
  pets(first: Int, after: String): PetConnection!
  owner(id: ID!): Owner
  all: [Owner!]!
}
type Mutation {
  createPet(name: String!, ownerId: ID, home: HomeInput): Pet
  updatePet(id: ID!, name: String, home: HomeInput, ownerId: ID): Pet
  deletePet(id: ID!): Boolean!
  deleteOwner(id: ID!): ID!
}
input HomeInput { city: String street: String }
type Pet { id: ID! name: String! home: Home! owner: Owner ownerId: ID nick: String }
type Home { city: String! street: String! floor: Int! note: String }
type Owner { id: ID! name: String! pets: [Pet!]! }
type PetConnection { edges: [PetEdge!]! pageInfo: PageInfo! totalCount: Int! }
type PetEdge { node: Pet! cursor: String! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
"""


class Broken(MemoryStore):
    """A store that cannot be read any more."""

    def get(self, space: str, collection: str, key: str) -> Row | None:
        raise Unavailable("The store is away.")


class Asked:
    """Plans over one world."""

    def __init__(self, planned: Any, config: WorldConfig, store: MemoryStore) -> None:
        self._planned = planned
        model = build_model({"shop": infer(planned.source)}, config)
        self.world: Writer = World(model, store, 3600).view(model.domains["shop"])

    def run(self, text: str, **variables: Any) -> Result:
        result: Result = self._planned.plan(text).run(variables, self.world)
        return result

    def data(self, text: str, **variables: Any) -> Any:
        result = self.run(text, **variables)
        assert not result.errors, result.errors
        return result.data

    def codes(self, text: str) -> list[tuple[Any, str]]:
        errors = self.run(text).errors
        return [(error["path"], error["extensions"]["code"]) for error in errors]


@pytest.fixture
def ask(plan_over: Any) -> Callable[..., Asked]:
    def make(store: MemoryStore | None = None, **config: Any) -> Asked:
        return Asked(plan_over(SDL), WorldConfig(**config), store or MemoryStore())

    return make


def test_what_nobody_wrote_is_no_news(ask: Any) -> None:
    result = ask().run("{ pet(id: 7) { id name owner { id pets { id owner { id } } } } }")
    assert (result.touched, result.wrote) == (False, False)
    owner = result.data["pet"]["owner"]
    assert {pet["owner"]["id"] for pet in owner["pets"]} == {owner["id"]}
    assert len(owner["pets"]) == 3


def test_the_same_entity_wherever_it_is_met(ask: Any) -> None:
    asked = ask()
    found = asked.data("{ pets(first: 1) { edges { node { id name home { city } } } } }")
    pet = found["pets"]["edges"][0]["node"]
    assert asked.data(f'{{ pet(id: "{pet["id"]}") {{ id name home {{ city }} }} }}')["pet"] == pet


def test_inner_objects_are_whole_and_can_be_changed_in_part(ask: Any) -> None:
    asked = ask()
    home = "home { city street floor note }"
    made = asked.data(
        f'mutation {{ createPet(name: "Rex", home: {{city: "Rome"}}) {{ id {home} }} }}'
    )
    pet = made["createPet"]
    assert pet["home"]["city"] == "Rome"
    assert pet["home"]["note"] is None
    text = f'mutation ($id: ID!) {{ updatePet(id: $id, home: {{street: "Via"}}) {{ {home} }} }}'
    changed = asked.data(text, id=pet["id"])["updatePet"]["home"]
    assert changed == {**pet["home"], "street": "Via"}


def test_what_could_have_been_said_and_was_not_is_not_there(ask: Any) -> None:
    made = ask().data('mutation { createPet(name: "Rex") { owner { id } ownerId nick } }')
    assert made["createPet"]["owner"] is None
    assert made["createPet"]["ownerId"] is None
    assert isinstance(made["createPet"]["nick"], str)  # nobody could have said it


def test_null_in_what_is_made_is_nothing_said_and_in_a_change_it_is_null(ask: Any) -> None:
    asked = ask()
    made = asked.data('mutation { createPet(name: "Rex", home: null) { id home { floor } } }')
    assert isinstance(made["createPet"]["home"]["floor"], int)
    (error,) = asked.run("mutation { updatePet(id: 7, name: null) { id } }").errors
    assert error["message"] == "Argument 'name': must not be null"
    assert asked.data("mutation { updatePet(id: 7, ownerId: null) { ownerId } }") == {
        "updatePet": {"ownerId": None}
    }


def test_a_write_changes_what_was_said_alone(ask: Any) -> None:
    asked = ask()
    all_fields = "{ id name home { city street floor note } owner { id name } ownerId nick }"
    before = asked.data(f"{{ pet(id: 7) {all_fields} }}")["pet"]
    after = asked.data(f'mutation {{ updatePet(id: 7, name: "Rex") {all_fields} }}')["updatePet"]
    assert after == {**before, "name": "Rex"}
    result = asked.run(f"{{ pet(id: 7) {all_fields} }}")
    assert (result.data["pet"], result.touched) == (after, True)


def test_null_for_what_is_gone_and_an_error_where_none_may_be(ask: Any) -> None:
    asked = ask()
    assert asked.data("mutation { deletePet(id: 7) }") == {"deletePet": True}
    assert asked.data("{ pet(id: 7) { id } }") == {"pet": None}
    assert asked.codes("{ mustPet(id: 7) { id } }") == [(["mustPet"], "NOT_FOUND")]
    assert asked.codes("mutation { deletePet(id: 7) }") == [(["deletePet"], "NOT_FOUND")]


def test_who_may_be_without_an_owner_stays(ask: Any) -> None:
    asked = ask()
    owner = asked.data("{ pet(id: 7) { ownerId } }")["pet"]["ownerId"]
    asked.data(f'mutation {{ deleteOwner(id: "{owner}") }}')
    assert asked.data("{ pet(id: 7) { owner { id } ownerId } }")["pet"] == {
        "owner": None,
        "ownerId": None,
    }


def test_others_can_stand_against_a_delete(ask: Any) -> None:
    asked = ask(on_delete="restrict")
    assert asked.codes("mutation { deleteOwner(id: 3) }") == [(["deleteOwner"], "CONFLICT")]
    assert asked.data("{ owner(id: 3) { id } }") == {"owner": {"id": "3"}}


def test_who_is_not_there_is_told_by_the_argument(ask: Any) -> None:
    asked = ask()
    asked.data("mutation { deleteOwner(id: 3) }")
    (error,) = asked.run('mutation { updatePet(id: 7, ownerId: "3") { id } }').errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert [each["location"] for each in error["extensions"]["violations"]] == ["ownerId"]


def test_fields_are_written_one_after_the_other(ask: Any) -> None:
    asked = ask()
    result = asked.run(
        """mutation {
          a: updatePet(id: 1, name: "A") { name }
          b: updatePet(id: 2, ownerId: "3") { ownerId }
          c: updatePet(id: 1, ownerId: null) { name ownerId }
        }"""
    )
    assert result.data["c"] == {"name": "A", "ownerId": None}
    assert result.wrote


def test_a_strict_world_holds_nothing_else(ask: Any) -> None:
    asked = ask(strict=True)
    assert asked.data("{ pet(id: 7) { id } all { id } pets { totalCount } }") == {
        "pet": None,
        "all": [],
        "pets": {"totalCount": 0},
    }


def test_a_cursor_holds_while_entities_come_and_go(ask: Any) -> None:
    asked = ask()
    page = """query ($c: String) { pets(first: 2, after: $c) {
      edges { node { id } } pageInfo { endCursor }
    } }"""
    first = asked.data(page)["pets"]
    cursor = first["pageInfo"]["endCursor"]
    wanted = asked.data(page, c=cursor)["pets"]["edges"]
    asked.data('mutation { createPet(name: "Rex") { id } a: deletePet(id: 1) b: deletePet(id: 2) }')
    assert asked.data(page, c=cursor)["pets"]["edges"] == wanted
    assert [edge["node"]["id"] for edge in wanted] == ["3", "4"]


def test_a_store_that_is_away_is_an_error_of_the_field(ask: Any) -> None:
    asked = ask(Broken())
    text = 'mutation { updatePet(id: 1, name: "A") { id } }'
    assert asked.codes(text) == [(["updatePet"], "UNAVAILABLE")]
    assert asked.run(text).data == {"updatePet": None}


def test_no_world_is_as_before(ask: Any, plan_over: Any) -> None:
    result = plan_over(SDL).plan('mutation { createPet(name: "Rex") { name } }').run({})
    assert (result.data, result.wrote) == ({"createPet": {"name": "Rex"}}, False)

"""Constraints of arguments and input fields are checked, whichever way values are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from graphql import parse

from polymock_graphql.planning.entities import Run
from polymock_graphql.planning.reference import Reference

SDL = """
directive @constraint(
  min: Float, max: Float, minLength: Int, maxLength: Int, pattern: String, format: String,
  minItems: Int, maxItems: Int
) repeatable on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | SCALAR
type Query {
  pets(first: Int @constraint(min: 1, max: 100), name: [String] @constraint(maxLength: 3)): [Pet!]
  pet(id: ID!): Pet
}
type Mutation { addPet(input: PetInput!, note: Slug): Pet }
input PetInput {
  name: String @constraint(minLength: 2, maxLength: 10, pattern: "^[A-Z]")
  email: String @constraint(format: "email")
  age: Int @constraint(min: 0)
  tags: [String!] @constraint(maxItems: 2)
  owner: OwnerInput
  parent: PetInput
}
input OwnerInput { pets: [PetInput!] login: String }
scalar Slug @constraint(maxLength: 4)
type Pet { id: ID! name: String age: Int }
"""


@pytest.fixture(scope="module")
def world(plan_over: Callable[..., Any]) -> Any:
    return plan_over(SDL)


def test_literals_are_checked(world: Any) -> None:
    result = world.plan("{ pets(first: 0) { id } pet(id: 1) { id } }").run({})
    assert result.data == {"pets": None, "pet": {"id": "1"}}
    (error,) = result.errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["violations"][0]["location"] == "first"
    assert error["message"].startswith("Argument 'first' ")
    assert (error["path"], error["locations"]) == (["pets"], [{"line": 1, "column": 3}])
    assert [violation.location for violation in result.violations] == ["first"]
    assert world.data("{ pets(first: 1) { id } }")["pets"][0]["id"]


def test_variables_are_checked(world: Any) -> None:
    document = "query ($n: Int, $names: [String]) { pets(first: $n, name: $names) { id } }"
    result = world.plan(document).run({"n": 101, "names": ["Rex", None, "Bello"]})
    places = [violation.location for violation in result.violations]
    assert places == ["body/variables/n", "body/variables/names/2"]
    assert world.data(document, n=None, names=None)["pets"]


@pytest.mark.parametrize(
    ("pet", "place"),
    [
        ({"name": "R"}, "name"),
        ({"name": "Rexrexrexrex"}, "name"),
        ({"name": "rex"}, "name"),
        ({"email": "nobody"}, "email"),
        ({"age": -1}, "age"),
        ({"tags": ["a", "b", "c"]}, "tags"),
        ({"parent": {"parent": {"age": -1}}}, "parent/parent/age"),
        ({"owner": {"pets": [{}, {"name": "rex"}]}}, "owner/pets/1/name"),
    ],
)
def test_input_objects_are_checked(world: Any, pet: Any, place: str) -> None:
    document = "mutation ($pet: PetInput!) { addPet(input: $pet) { name age } }"
    result = world.plan(document).run({"pet": pet})
    assert result.data == {"addPet": None}
    assert [violation.location for violation in result.violations] == [
        f"body/variables/pet/{place}"
    ]
    assert result.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_variables_inside_literals(world: Any) -> None:
    document = """mutation ($age: Int, $owner: OwnerInput) {
        addPet(input: {parent: {age: $age}, owner: $owner, name: "x"}, note: "hello") { id }
    }"""
    result = world.plan(document).run({"age": -2, "owner": {"pets": {"age": -3}}})
    assert {violation.location for violation in result.violations} == {
        "body/variables/age",
        "body/variables/owner/pets/0/age",
        "input/name",
        "note",
    }


def test_what_fits_is_said_back(world: Any) -> None:
    document = "mutation ($pet: PetInput!) { addPet(input: $pet) { name age } }"
    pet = {"name": "Rex", "age": 3, "email": "a@b.example", "tags": ["a"], "owner": None}
    assert world.data(document, pet=pet) == {"addPet": {"name": "Rex", "age": 3}}


def test_both_ways_of_execution_check(world: Any) -> None:
    text = "query ($n: Int) { pets(first: $n) { id } }"
    plan = world.plan(text)
    document = parse(text)
    root = world.source.root(world.schema.query_type)
    run = Run({}, {"n": 0}, 1000)
    assert Reference(world.source, document, document.definitions[0]).run(root, run) == plan.run(
        {"n": 0}
    )


def test_without_constraints_nothing_is_checked(plan_over: Any) -> None:
    planned = plan_over("type Query { pets(first: Int): [Pet!] } type Pet { id: ID! }")
    assert planned.data("{ pets(first: 0) { id } }") == {"pets": []}

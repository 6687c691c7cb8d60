from __future__ import annotations

import pytest
from graphql import build_schema, parse, validate

from polymock_graphql.describing import describe

SCHEMA = build_schema(
    """
    union Thing = Pet | Toy
    interface Named { name: String! }
    type Toy implements Named { name: String!, owner: Pet }
    type Pet implements Named {
      id: ID!
      name: String!
      toys(first: Int): [Toy!]!
      photo(size: Int!): String
      thing: Thing
    }
    input NewPet { name: String! }
    type Query { pet(id: ID!, at: String): Pet, named: [Named!]!, ping: String, things: [Thing] }
    type Mutation { addPet(pet: NewPet!): Pet! }
    type Subscription { petAdded: Pet! }
    """
)
NAMES = [
    "Query.pet",
    "Query.named",
    "Query.ping",
    "Query.things",
    "Mutation.addPet",
    "Subscription.petAdded",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_query_is_one_that_the_schema_allows(name: str) -> None:
    (body,) = describe(SCHEMA, name).bodies
    (query,) = body.schema["properties"]["query"]["examples"]
    assert validate(SCHEMA, parse(query)) == []


def test_arguments_are_variables() -> None:
    form = describe(SCHEMA, "Query.pet")
    assert [(each.name, each.location, each.required) for each in form.parameters] == [
        ("id", "variable", True),
        ("at", "variable", False),
    ]
    assert form.bodies[0].schema["properties"]["variables"]["required"] == ["id"]
    assert form.notes[0] == "pet(id: ID!, at: String): Pet"
    assert (form.method, form.path) == ("POST", "/")


def test_what_needs_arguments_is_left_out_of_what_is_asked() -> None:
    (query,) = describe(SCHEMA, "Query.pet").bodies[0].schema["properties"]["query"]["examples"]
    assert "toys { name }" in query
    assert "photo" not in query


def test_another_name_is_none() -> None:
    with pytest.raises(KeyError):
        describe(SCHEMA, "Pet.name")

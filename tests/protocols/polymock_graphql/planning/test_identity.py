"""Objects are who they are, by whatever way they are reached."""

from __future__ import annotations

import base64
from typing import Any

PET = "id name price status tags owner { id } email toys { label } extra born"


def test_the_same_id_is_the_same_object_whichever_way(shop: Any) -> None:
    by_id = shop.data(f"{{ pet(id: 7) {{ {PET} }} }}")["pet"]
    assert by_id["id"] == "7"
    assert shop.data(f"{{ petByNumber(petId: 7) {{ {PET} }} }}")["petByNumber"] == by_id
    assert shop.data(f"{{ findPet(by: {{id: 7}}) {{ {PET} }} }}")["findPet"] == by_id
    assert shop.data(f"{{ pets(ids: [7, 8]) {{ {PET} }} }}")["pets"][0] == by_id
    assert shop.data(f'mutation {{ updatePet(id: "7", input: {{name: null}}) {{ {PET} }} }}')[
        "updatePet"
    ] == {**by_id}


def test_ids_that_lists_tell_find_the_same_objects(shop: Any) -> None:
    listed = shop.data(f"{{ pets {{ {PET} }} }}")["pets"]
    assert len({pet["id"] for pet in listed}) == 3
    for pet in listed:
        document = f"query ($id: ID!) {{ pet(id: $id) {{ {PET} }} }}"
        assert shop.data(document, id=pet["id"])["pet"] == pet


def test_ids_of_nodes_tell_their_type(shop: Any) -> None:
    document = "query ($id: ID!) { node(id: $id) { __typename id ... on Named { name } } }"
    found = shop.data("{ pet(id: 7) { owner { __typename id name } } pets { __typename id name } }")
    for thing in (found["pet"]["owner"], *found["pets"]):
        assert shop.data(document, id=thing["id"])["node"] == thing
    both = [found["pets"][1], found["pet"]["owner"]]
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Named { name } } }"
    assert shop.data(document, ids=[thing["id"] for thing in both])["nodes"] == both


def test_unknown_ids_of_nodes_get_a_type_for_good(shop: Any) -> None:
    document = "query ($id: ID!) { node(id: $id) { __typename id } }"
    kinds = set()
    for key in range(20):
        node = shop.data(document, id=str(key))["node"]
        assert node["id"] == str(key)
        assert node == shop.data(document, id=str(key))["node"]
        kinds.add(node["__typename"])
    assert kinds == {"Pet", "User"}
    user = base64.b64encode(b"User:5").decode()
    assert shop.data(document, id=user)["node"]["__typename"] == "User"
    assert shop.data(document, id="Pet:5")["node"]["__typename"] == "Pet"


def test_values_do_not_depend_on_what_else_is_asked_for(shop: Any) -> None:
    whole = shop.data(f"{{ pet(id: 7) {{ {PET} }} }}")["pet"]
    for name in ("name", "price", "status", "tags", "email", "extra", "born"):
        assert shop.data(f"{{ x: pet(id: 7) {{ y: {name} }} }}") == {"x": {"y": whole[name]}}
    turned = shop.data("{ pet(id: 7) { born extra email ... { tags } status price name } }")["pet"]
    assert turned == {name: whole[name] for name in turned}


def test_arguments_of_leaves_count(shop: Any) -> None:
    pet = shop.data('{ pet(id: 1) { price a: price(currency: "EUR") b: price(currency: "USD") } }')
    assert len(set(pet["pet"].values())) == 3


def test_an_object_is_about_one_person(shop: Any) -> None:
    user = shop.data('{ user(login: "ann") { name email } }')["user"]
    first, _, last = user["name"].lower().partition(" ")
    assert user["email"].startswith(f"{first}.{last}"[:5])


def test_a_reference_agrees_with_the_object(shop: Any) -> None:
    pet = shop.data("{ pet(id: 3) { ownerId owner { id } } }")["pet"]
    assert pet["ownerId"] == pet["owner"]["id"]


def test_seeds_plan_overs(plan_over: Any, shop: Any) -> None:
    sdl = "type Query { pet(id: ID!): Pet } type Pet { id: ID! email: String! }"
    document = "{ pet(id: 1) { id email } }"
    answers = [plan_over(sdl, seed).data(document) for seed in (1, 2, 1)]
    assert answers[0] == answers[2] != answers[1]


def test_whole_numbers_and_codes_are_keys(plan_over: Any) -> None:
    planned = plan_over("""
        type Query { film(id: Int!): Film films: [Film!]! land(code: ID!): Land lands: [Land!]! }
        type Film { id: Int! title: String! } type Land { code: ID! name: String! }
    """)
    film = planned.data("{ films { id title } }")["films"][1]
    assert planned.data(f"{{ film(id: {film['id']}) {{ id title }} }}")["film"] == film
    land = planned.data("{ lands { code name } }")["lands"][2]
    query = "query ($code: ID!) { land(code: $code) { code name } }"
    assert planned.data(query, code=land["code"])["land"] == land

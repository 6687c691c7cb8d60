"""What callers say is said back, where it names a field and is a value of it."""

from __future__ import annotations

from typing import Any


def test_arguments_that_name_fields(shop: Any) -> None:
    assert shop.data('{ user(login: "x") { login } }') == {"user": {"login": "x"}}
    assert shop.data('{ findPet(by: {name: "Rex"}) { name } }') == {"findPet": {"name": "Rex"}}
    assert shop.data('{ country(code: "DE") { code } }') == {"country": {"code": "DE"}}


def test_input_objects_of_mutations(shop: Any) -> None:
    rex = 'name: "Rex", price: 9.5, tags: ["a", "b"], status: HELD, owner: {login: "bob"}'
    fields = "name price tags status owner { login }"
    said = {
        "name": "Rex",
        "price": 9.5,
        "tags": ["a", "b"],
        "status": "HELD",
        "owner": {"login": "bob"},
    }
    made = shop.data(f"mutation {{ createPet(input: {{{rex}}}) {{ pet {{ {fields} }} }} }}")
    assert made["createPet"]["pet"] == said
    assert shop.data(f"mutation {{ addPet(pet: {{{rex}}}) {{ {fields} }} }}")["addPet"] == said
    document = f"mutation ($pet: PetInput!) {{ updatePet(id: 3, input: $pet) {{ id {fields} }} }}"
    changed = shop.data(document, pet=said)
    assert changed["updatePet"] == {"id": "3", **said}


def test_defaults_of_input_fields(shop: Any) -> None:
    assert shop.data("mutation { addPet(pet: {}) { name } }")["addPet"] == {"name": "Newcomer"}


def test_lists_of_input_objects(shop: Any) -> None:
    document = (
        'mutation { addPet(pet: {toys: [{label: "ball"}, {label: "bone"}]}) { toys { label } } }'
    )
    toys = shop.data(document)["addPet"]["toys"]
    assert toys == [{"label": "ball"}, {"label": "bone"}]
    many = 'mutation { createPets(input: [{name: "A"}, {name: "B"}]) { pets { name } } }'
    assert shop.data(many)["createPets"]["pets"] == [{"name": "A"}, {"name": "B"}]


def test_references_by_id(shop: Any) -> None:
    pet = shop.data("mutation { addPet(pet: {ownerId: 5}) { ownerId owner { id } } }")["addPet"]
    assert pet == {"ownerId": "5", "owner": {"id": "5"}}


def test_payloads_tell_success(shop: Any) -> None:
    fields = "success userErrors { message }"
    made = shop.data(f"mutation {{ createPet(input: {{}}) {{ {fields} }} }}")["createPet"]
    assert made == {"success": True, "userErrors": []}


def test_deletions(shop: Any) -> None:
    assert shop.data("mutation { deletePet(id: 9) removePet(id: 9) }") == {
        "deletePet": "9",
        "removePet": True,
    }
    fields = "deletedPetId deleted pet { id } clientMutationId"
    dropped = f'mutation {{ dropPet(input: {{id: 9, clientMutationId: "m"}}) {{ {fields} }} }}'
    assert shop.data(dropped)["dropPet"] == {
        "deletedPetId": "9",
        "deleted": True,
        "pet": {"id": "9"},
        "clientMutationId": "m",
    }


def test_filters_of_lists(shop: Any) -> None:
    sold = shop.data("{ pets(status: SOLD, limit: 5) { status } }")["pets"]
    assert sold == [{"status": "SOLD"}] * 5
    found = shop.data("{ pets(statuses: [SOLD, HELD], available: true) { status available } }")
    assert {pet["status"] for pet in found["pets"]} == {"SOLD", "HELD"}
    assert all(pet["available"] for pet in found["pets"])
    where = '{ pets(where: {name: {eq: "Rex"}, owner: {login: "bob"}}) { name owner { login } } }'
    rex = {"name": "Rex", "owner": {"login": "bob"}}
    assert shop.data(where)["pets"] == [rex] * 3
    nodes = (
        "{ petsConnection(first: 2, status: HELD) { nodes { status } edges { node { status } } } }"
    )
    found = shop.data(nodes)["petsConnection"]
    assert found["nodes"] == [{"status": "HELD"}] * 2
    assert found["edges"] == [{"node": {"status": "HELD"}}] * 2


def test_orders_and_negations_are_no_values(shop: Any) -> None:
    pets = shop.data('{ pets(orderBy: {name: ASC}, where: {not: {name: {eq: "Rex"}}}) { name } }')
    assert not {"ASC", "Rex"} & {pet["name"] for pet in pets["pets"]}


def test_only_values_of_the_field(plan_over: Any) -> None:
    planned = plan_over("""
        type Query { pet(size: String, age: ID, kind: String, weight: Int): Pet }
        enum Kind { CAT DOG }
        type Pet { size: Int age: Int kind: Kind weight: Float }
    """)
    pet = planned.data(
        '{ pet(size: "XL", age: 12, kind: "bird", weight: 3) { size age kind weight } }'
    )
    assert isinstance(pet["pet"]["size"], int)
    assert pet["pet"]["age"] == 12
    assert pet["pet"]["kind"] in ("CAT", "DOG")
    assert pet["pet"]["weight"] == 3


def test_a_type_by_its_name(shop: Any) -> None:
    users = shop.data("{ search(type: USER) { __typename } }")["search"]
    assert users == [{"__typename": "User"}] * 3


def test_values_of_enums_go_by_their_names(plan_over: Any) -> None:
    planned = plan_over(
        "enum E { A B } type Query { t(e: E, es: [E!]): T } type T { e: E es: [E!] }"
    )
    for number, value in enumerate(planned.schema.type_map["E"].values.values()):
        value.value = number
    found = planned.data("query ($e: E) { t(e: $e, es: [B, A]) { e es } }", e="B")
    assert found == {"t": {"e": "B", "es": ["B", "A"]}}

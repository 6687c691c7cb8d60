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


BY_KEYS = """
    type Query {
      users(where: UserWhere): [User!]!
      connection(filter: UserFilter, first: Int): Users!
    }
    type Mutation {
      insert(objects: [UserInput!]!): Written
      update(where: UserWhere!, set: UserInput): Written
    }
    input UserWhere { id: Keys, not: UserWhere, and: [UserWhere!] }
    input UserFilter { ids: [ID!] }
    input Keys { eq: ID, in: [ID!], neq: ID }
    input UserInput { name: String }
    type Users { edges: [UserEdge!]! totalCount: Int! }
    type UserEdge { node: User! }
    type User { id: ID! name: String }
    type Written { affected_rows: Int! returning: [User!]! }
"""


def test_what_is_asked_for_by_keys_is_there_once_each(plan_over: Any) -> None:
    planned = plan_over(BY_KEYS)

    def ids(where: str) -> list[str]:
        found = planned.data(f"{{ users(where: {where}) {{ id }} }}")["users"]
        return [user["id"] for user in found]

    keys = [str(number) for number in range(7)]
    assert ids(f"{{id: {{in: [{', '.join(keys)}]}}}}") == keys
    assert ids('{id: {eq: "7"}}') == ["7"]
    assert ids("{id: {in: []}}") == []
    assert ids('{and: [{not: {id: {eq: "1"}}}, {id: {eq: "2"}}]}') == ["2"]
    assert len(ids("{id: {neq: 7}}")) == len(ids('{not: {id: {eq: "7"}}}')) == 3


def test_a_connection_of_what_is_asked_for_by_keys(plan_over: Any) -> None:
    planned = plan_over(BY_KEYS)
    ask = "{ connection(filter: {ids: [1, 2, 3, 4]}%s) { totalCount edges { node { id } } } }"
    nodes = [{"node": {"id": key}} for key in "1234"]
    assert planned.data(ask % "")["connection"] == {"totalCount": 4, "edges": nodes}
    assert planned.data(ask % ", first: 2")["connection"] == {"totalCount": 4, "edges": nodes[:2]}


def test_a_mutation_of_many_tells_how_many(plan_over: Any) -> None:
    planned = plan_over(BY_KEYS)
    fields = "affected_rows returning { name }"
    made = planned.data(f'mutation {{ insert(objects: [{{name: "A"}}, {{}}]) {{ {fields} }} }}')
    assert made["insert"]["affected_rows"] == len(made["insert"]["returning"]) == 2
    assert made["insert"]["returning"][0] == {"name": "A"}
    both = 'where: {id: {in: ["1", "2"]}}, set: {name: "Z"}'
    changed = planned.data(f"mutation {{ update({both}) {{ {fields} }} }}")["update"]
    assert changed == {"affected_rows": 2, "returning": [{"name": "Z"}] * 2}
    some = planned.data(f"mutation {{ update(where: {{}}) {{ {fields} }} }}")["update"]
    assert some["affected_rows"] == len(some["returning"]) == 3


def test_operators_are_no_values(plan_over: Any) -> None:
    planned = plan_over("""
        scalar JSON
        type Query { things(where: Where): [Thing!]! }
        input Where { data: JsonFilter }
        input JsonFilter { _contains: JSON, _eq: JSON }
        type Thing { data: JSON }
    """)
    ask = "query ($where: Where) { things(where: $where) { data } }"
    value = {"size": 3}
    same = planned.data(ask, where={"data": {"_eq": value}})["things"]
    assert same == [{"data": value}] * 3
    found = planned.data(ask, where={"data": {"_contains": value}})["things"]
    assert all("_contains" not in thing["data"] for thing in found)


def test_ids_name_interfaces_and_unions_of_payloads(plan_over: Any) -> None:
    planned = plan_over("""
        type Query { subject(subjectId: ID!): Subject }
        type Mutation {
          addStar(starrableId: ID!): AddStarPayload
          addComment(input: AddCommentInput!): AddCommentPayload
          move(billingCustomerId: ID!): MovePayload
        }
        input AddCommentInput { subjectId: ID! body: String! }
        type AddStarPayload { starrable: Starrable ok: Boolean! }
        type AddCommentPayload { subject: Subject! }
        type MovePayload { billingCustomer: Customer }
        interface Starrable { id: ID! }
        type Gist implements Starrable { id: ID! }
        type Topic implements Starrable { id: ID! }
        type Issue { id: ID! title: String }
        type Request { id: ID! }
        type Customer { id: ID! }
        union Subject = Issue | Request
    """)
    star = planned.data('mutation { addStar(starrableId: "R_1") { starrable { id } } }')
    assert star["addStar"] == {"starrable": {"id": "R_1"}}
    inner = "__typename ... on Issue { id } ... on Request { id }"
    said = 'input: {subjectId: "I_2", body: "x"}'
    document = f"mutation {{ addComment({said}) {{ subject {{ {inner} }} }} }}"
    told = planned.data(document)["addComment"]["subject"]
    assert told["id"] == "I_2"
    assert planned.data(f'{{ subject(subjectId: "I_2") {{ {inner} }} }}')["subject"] == told
    moved = planned.data('mutation { move(billingCustomerId: "7") { billingCustomer { id } } }')
    assert moved["move"] == {"billingCustomer": {"id": "7"}}

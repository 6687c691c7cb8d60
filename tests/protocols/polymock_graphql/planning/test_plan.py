"""Operations: selections, variables, introspection, events, increments, and hostile documents."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import pytest
from graphql import build_schema, execute_sync, get_introspection_query, parse

from polymock.errors import Invalid, TooLarge
from polymock.samples import Sampler
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.planning.errors import InvalidRequest
from polymock_graphql.planning.planner import SchemaPlanner
from polymock_graphql.settings import GraphqlSettings, Subscriptions
from polymock_graphql.spec.types import SchemaTypes


def test_what_a_plan_tells(shop: Any) -> None:
    plan = shop.plan(
        "query { a: pet(id: 1) { id } ...F pet(id: 1) { id } } fragment F on Query { grid }"
    )
    assert plan.kind == "query"
    assert plan.operations == ("Query.pet", "Query.grid")
    assert not plan.incremental
    assert shop.plan("mutation { deletePet(id: 1) }").kind == "mutation"
    assert shop.plan("{ pet(id: 1) { ... @defer { id } } }").incremental
    assert not shop.plan("{ pet(id: 1) { ... @defer(if: false) { id } } }").incremental


def test_fields_of_one_key_are_merged_in_order(shop: Any) -> None:
    found = shop.data("""
        { pet(id: 1) { owner { id } ...A name } pet(id: 1) { ... on Node { __typename } } }
        fragment A on Pet { status ...B owner { login } } fragment B on Owned { owner { name } }
    """)
    assert list(found["pet"]) == ["owner", "status", "name", "__typename"]
    assert list(found["pet"]["owner"]) == ["id", "name", "login"]


def test_conditions(shop: Any) -> None:
    plan = shop.plan("""
        query ($yes: Boolean = true, $no: Boolean! = false) {
          a: hello @include(if: $yes) b: hello @skip(if: $yes) c: hello @skip(if: false)
          ... @include(if: $no) { d: hello } ...F @skip(if: $no)
        } fragment F on Query { e: hello }
    """)
    assert list(plan.run({}).data) == ["a", "c", "e"]
    assert list(plan.run({"yes": False, "no": True}).data) == ["b", "c", "d"]
    assert list(plan.run({}).data) == ["a", "c", "e"]
    assert plan.run({"yes": None}).data is None
    assert plan.run({"yes": None}).errors


def test_variables_and_defaults(shop: Any) -> None:
    document = "query ($n: Int = 2, $s: Status) { pets(limit: $n, status: $s) { status } }"
    assert len(shop.data(document)["pets"]) == 2
    assert shop.data(document, n=1, s="SOLD")["pets"] == [{"status": "SOLD"}]
    assert len(shop.data(document, n=None)["pets"]) == 3
    nested = "query ($n: String) { pets(where: {name: {eq: $n}}, limit: 1) { name } }"
    assert shop.data(nested, n="Rex")["pets"] == [{"name": "Rex"}]
    assert shop.data("{ hello }") == shop.data('{ hello(name: "you") }')


@pytest.mark.parametrize(
    ("variables", "location"),
    [
        ({}, "body/variables/id"),
        ({"id": None}, "body/variables/id"),
        ({"id": 1.5}, "body/variables/id"),
        ({"id": "1", "input": {"price": "x"}}, "body/variables/input/price"),
        ({"id": "1", "input": {"tags": ["a", 1]}}, "body/variables/input/tags/1"),
        ({"id": "1", "input": {"colour": 1}}, "body/variables/input"),
        ({"id": "1", "input": []}, "body/variables/input"),
    ],
)
def test_wrong_variables(shop: Any, variables: dict[str, Any], location: str) -> None:
    plan = shop.plan(
        "mutation ($id: ID!, $input: PetInput = {}) { updatePet(id: $id, input: $input) { id } }"
    )
    with pytest.raises(InvalidRequest) as refused:
        plan.run(variables)
    assert isinstance(refused.value, Invalid)
    assert refused.value.violations[0].location == location
    assert refused.value.errors[0]["message"].startswith("Variable")
    assert refused.value.errors[0]["locations"]


def test_wrong_values_at_run_time_are_errors_of_the_field(shop: Any) -> None:
    document = "query ($first: Int = 1) { nodes(ids: [1]) { id } pets(limit: $first) { id } }"
    assert shop.data(document, first=None)
    (error,) = shop.errors('query ($id: ID = "1") { pet(id: $id) { id } hello }', id=None)
    assert error["path"] == ["pet"]


def test_introspection(shop: Any) -> None:
    query = get_introspection_query()
    assert shop.data(query) == execute_sync(shop.schema, parse(query)).data
    mixed = """
        query ($n: String!) { t: __type(name: $n) { name } hello ...F }
        fragment F on Query { t: __type(name: $n) { kind } __typename }
    """
    for name, kind in (("Pet", "OBJECT"), ("Thing", "UNION"), ("Pet", "OBJECT")):
        found = shop.data(mixed, n=name)
        assert found["t"] == {"name": name, "kind": kind}
        assert list(found) == ["t", "hello", "__typename"]
    assert shop.data('{ __type(name: "None") { name } }') == {"__type": None}


def test_abstract_types(shop: Any) -> None:
    fields = "__typename ... on Pet { status } ... on User { login } ... on Named { name }"
    kinds = {"Pet": "status", "User": "login", "Country": "name"}
    for thing in shop.data(f"{{ search(first: 20) {{ {fields} }} }}")["search"]:
        assert kinds[thing["__typename"]] in thing
        assert "name" in thing


def test_values_are_there(shop: Any) -> None:
    pet = shop.data("{ pet(id: 1) { price available email toys { weight } born extra } }")["pet"]
    assert None not in pet.values()
    assert pet["email"].endswith("@example.com")


def test_events_differ_and_echo(shop: Any) -> None:
    plan = shop.plan("subscription { petChanged(id: 3) { id name owner { name } } }")
    events = [event.data["petChanged"] for event in islice(plan.events({}), 6)]
    assert {event["id"] for event in events} == {"3"}
    assert len({event["owner"]["name"] for event in events}) > 3
    assert [e.data["petChanged"] for e in islice(plan.events({}), 6)] == events


def test_events_end_where_the_settings_say(plan_over: Any) -> None:
    settings = GraphqlSettings(subscriptions=Subscriptions(count=2))
    planned = plan_over("type Query { a: Int } type Subscription { tick: Int! }", 1, settings)
    ticks = [event.data["tick"] for event in planned.plan("subscription { tick }").events({})]
    assert len(ticks) == 2


DEFERRED = """
    query ($if: Boolean = true) {
      pet(id: 1) { name ...D @defer(label: "later", if: $if) }
      pets @stream(initialCount: 1, label: "more", if: $if) { id }
    } fragment D on Pet { status }
"""


def test_increments(shop: Any) -> None:
    plan = shop.plan(DEFERRED)
    whole = plan.run({}).data
    first, *later = plan.increments({}).results
    assert first["hasNext"]
    assert [pending["label"] for pending in first["pending"]] == ["later", "more"]
    assert first["data"]["pet"] == {"name": whole["pet"]["name"]}
    assert first["data"]["pets"] == whole["pets"][:1]
    found = [one for part in later for one in part.get("incremental", ())]
    assert {"status": whole["pet"]["status"]} in [one.get("data") for one in found]
    assert [item for one in found for item in one.get("items", ())] == whole["pets"][1:]
    assert later[-1]["hasNext"] is False
    assert sum(len(part.get("completed", ())) for part in later) == 2


def test_increments_that_are_switched_off(shop: Any) -> None:
    (only,) = shop.plan(DEFERRED).increments({"if": False}).results
    assert only == {"data": shop.plan(DEFERRED).run({}).data}


def test_increments_under_a_running_loop(shop: Any) -> None:
    async def deliver() -> int:
        return len(shop.plan(DEFERRED).increments({}).results)

    assert asyncio.run(deliver()) > 1


def test_entities_of_a_subgraph(plan_over: Any) -> None:
    planned = plan_over("""
        scalar _Any union _Entity = Pet | User
        type Query { _entities(representations: [_Any!]!): [_Entity]! pet(id: ID!): Pet }
        type Pet { id: ID! name: String! } type User { email: String! org: Org! name: String! }
        type Org { id: ID! }
    """)
    document = """
        query ($r: [_Any!]!) { _entities(representations: $r) {
          __typename ... on Pet { id name } ... on User { email name: name org { id } } } }
    """
    pet = {"__typename": "Pet", "id": "7"}
    user = {"__typename": "User", "email": "a@example.com", "org": {"id": "5"}}
    found = planned.data(document, r=[pet, user])["_entities"]
    assert found[0] == {**pet, "name": planned.data("{ pet(id: 7) { name } }")["pet"]["name"]}
    assert user.items() <= found[1].items()
    for wrong in ({}, {"__typename": "Nobody"}, {"__typename": "Query"}, "x", {"__typename": []}):
        assert planned.errors(document, r=[wrong])


def test_many_threads_get_the_same(shop: Any) -> None:
    plan = shop.plan(
        "query ($id: ID!) { pet(id: $id) { id name owner { pets { nodes { id } } } } }"
    )
    wanted = [plan.run({"id": str(key)}).data for key in range(40)]
    fresh = shop.plan(
        "query ($id: ID!) { pet(id: $id) { id name owner { pets { nodes { id } } } } }"
    )
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda key: fresh.run({"id": str(key)}).data, range(40)))
    assert found == wanted


def test_fragments_that_unfold_without_end_are_too_large(shop: Any) -> None:
    count = 40
    twice = "a: bestFriend {{ ...F{0} }} b: bestFriend {{ ...F{0} }}"
    fragments = [f"fragment F{n} on User {{ {twice.format(n + 1)} }}" for n in range(count)]
    last = f"fragment F{count} on User {{ id }}"
    document = "\n".join(['{ user(login: "x") { ...F0 } }', *fragments, last])
    with pytest.raises(TooLarge):
        shop.plan(document).run({})


def test_deep_selections_are_answered_or_too_large(shop: Any) -> None:
    depth = 190
    document = f'{{ user(login: "x") {"{ bestFriend " * depth}{{ id }}{"}" * depth} }}'
    try:
        found = shop.plan(document).run({}).data
    except TooLarge:
        return
    assert found["user"]


def test_deep_and_odd_variables(shop: Any) -> None:
    document = "query ($w: PetWhere) { pets(where: $w) { id } }"
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"not": deep}
    with pytest.raises(InvalidRequest):
        shop.plan(document).run({"w": deep})
    odd = {"id": "\ud800\x00" * 50, "unknown": object()}
    found = shop.data("query ($id: ID!) { pet(id: $id) { id name } node(id: $id) { id } }", **odd)
    assert found["pet"]["id"] == found["node"]["id"] == odd["id"]


def test_an_operation_that_the_schema_does_not_have() -> None:
    schema = build_schema("type Query { a: Int }")
    types = SchemaTypes(schema)
    document = GraphqlDocument(schema=schema, schemas=types, title="", faults=(), files=())
    planner = SchemaPlanner(document, Sampler(types.definitions), 1, GraphqlSettings())
    node = parse("mutation { a }")
    with pytest.raises(InvalidRequest, match="mutation"):
        planner.plan(node, node.definitions[0])
    node = parse("{ a }")
    assert isinstance(planner.plan(node, node.definitions[0]).run({}).data["a"], int)


def test_long_texts_said_back_cost_more(shop: Any) -> None:
    document = "query ($n: String, $l: Int) { pets(where: {name: {eq: $n}}, limit: $l) { name } }"
    text = "x" * 2_000_000
    assert shop.data(document, n=text, l=1)["pets"] == [{"name": text}]
    with pytest.raises(TooLarge):
        shop.plan(document).run({"n": text, "l": 25})


def test_deep_json_is_no_trouble(plan_over: Any) -> None:
    planned = plan_over("scalar JSON type Query { t(a: JSON): T } type T { a: JSON id: ID! }")
    deep: Any = []
    for _ in range(20_000):
        deep = [deep]
    with pytest.raises(TooLarge):
        planned.plan("query ($a: JSON) { t(a: $a) { a id } }").run({"a": deep})


def test_the_root_is_one_object(plan_over: Any) -> None:
    planned = plan_over("""
        type Query { pets: [Pet!]! } type Pet { id: ID! name: String! }
        type Mutation { touch: Touched } type Touched { query: Query! errors: [String!]! }
    """)
    touched = planned.data("mutation { touch { query { pets { id name } } errors } }")["touch"]
    assert touched == {"query": planned.data("{ pets { id name } }"), "errors": []}


def test_entities_of_interfaces(plan_over: Any) -> None:
    planned = plan_over("""
        scalar _Any union _Entity = Book | Film | Shelf
        type Query { _entities(representations: [_Any!]!): [_Entity]! }
        interface Media { id: ID! }
        type Book implements Media { id: ID! title: String! }
        type Film implements Media { id: ID! title: String! reviews: [Review!]! }
        type Tape implements Media { id: ID! }
        type Shelf { id: ID! }
        type Review { media: Media film: Film }
        interface Lonely { id: ID! }
    """)
    document = """
        query ($r: [_Any!]!) { _entities(representations: $r) {
          __typename ... on Media { id } ... on Film { reviews { film { id } } } } }
    """
    asked = [{"__typename": "Media", "id": str(key)} for key in range(20)]
    found = planned.data(document, r=asked)["_entities"]
    assert [each["id"] for each in found] == [each["id"] for each in asked]
    assert {each["__typename"] for each in found} == {"Book", "Film"}
    assert planned.data(document, r=asked[::-1])["_entities"] == found[::-1]
    for film in (each for each in found if each["__typename"] == "Film"):
        assert film["reviews"] == [{"film": {"id": film["id"]}}] * 3
    for wrong in ("Tape", "Lonely", "Nobody", "Query"):
        (error,) = planned.errors(document, r=[{"__typename": wrong}])
        assert f"'{wrong}'" in error["message"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from core.world.fakes import (
    CATEGORY,
    CUSTOMER,
    GRAPH,
    INTEGER,
    REST,
    TEXT,
    bound,
    config_of,
    kind,
    model_of,
)
from polymock.errors import ConfigError
from polymock.world.collections import Reference
from polymock.world.entities import MISSING, Inference, KindReference
from polymock_schemas.config import WorldConfig


def test_types_of_one_name_are_one_collection() -> None:
    model = model_of()
    assert set(model.collections) == {"customers", "orders", "categories"}
    orders = model.collections["orders"]
    assert [(each.mock, each.kind.name) for each in orders.kinds] == [
        ("rest", "Order"),
        ("graph", "Order"),
    ]
    assert orders.names["totalcents"] == "totalCents"
    assert orders.names["customer"] == "customerId"
    assert orders.key == "id"
    assert orders.always == ("customerId", "status")


def test_references_of_all_contracts_are_merged() -> None:
    model = model_of()
    (reference,) = model.collections["orders"].references
    assert reference == Reference(
        name="customerId",
        names=frozenset({"customerid", "customer"}),
        embeds=frozenset({"customer"}),
        collection="customers",
        optional=False,
    )
    assert reference.effect == "cascade"
    (parent,) = model.collections["categories"].references
    assert (parent.collection, parent.effect) == ("categories", "detach")
    assert [(c.name, r.name) for c, r in model.referring["customers"]] == [("orders", "customerId")]


def test_each_mock_has_its_part() -> None:
    model = model_of()
    graph = model.domains["graph"]
    assert set(graph.bindings) == {"Query.customer", "Query.order"}
    assert graph.kinds["Order"] is model.collections["orders"]
    assert "GET /order-of-the-day" not in model.domains["rest"].bindings


def test_a_property_that_names_nobody_is_no_reference() -> None:
    lonely = Inference(REST.kinds[1:2], REST.bindings[2:3])
    assert model_of(rest=lonely).collections["orders"].references == ()


def test_a_kind_that_nothing_is_bound_to_is_no_collection() -> None:
    inference = Inference((CUSTOMER, CATEGORY), (bound("list", "list", CUSTOMER),))
    assert set(model_of(rest=inference).collections) == {"customers"}
    wanted = model_of(config_of(categories={}), rest=inference)
    assert set(wanted.collections) == {"customers", "categories"}


def test_what_the_config_says_counts() -> None:
    config = config_of(
        orders={"unbind": ("GET /orders",), "bind": {"rest:GET /order-of-the-day": "get"}},
        people={"types": ("rest.Customer", "graph.Customer")},
        categories={"enabled": False},
    )
    model = model_of(config)
    rest = model.domains["rest"].bindings
    assert "GET /orders" not in rest
    assert rest["GET /order-of-the-day"].why == "the config binds it"
    assert rest["GET /customers"].collection == "people"
    assert "categories" not in model.collections
    assert model.collections["orders"].references[0].collection == "people"


def test_keys_strictness_and_rules_can_be_set() -> None:
    config = WorldConfig(
        strict=True,
        on_delete="restrict",
        collections=config_of(
            customers={"key": "email", "strict": False, "on_delete": "detach"}
        ).collections,
    )
    model = model_of(config, rest=REST)
    assert model.collections["customers"].key == "email"
    assert not model.collections["customers"].strict
    assert model.collections["orders"].strict
    assert model.collections["orders"].references[0].rule == "detach"
    assert model.collections["orders"].references[0].effect == "cascade"  # it has to be there
    assert model.collections["categories"].references[0].effect == "restrict"


def test_references_can_be_set_and_taken_out() -> None:
    config = config_of(
        orders={"references": {"customer_id": None}},
        categories={"references": {"parentId": "customers"}},
    )
    model = model_of(config, rest=REST)
    assert model.collections["orders"].references == ()
    assert model.collections["categories"].references[0].collection == "customers"


def test_an_ending_that_is_a_noun_names_a_collection() -> None:
    bill = kind(
        "Bill",
        {"id": INTEGER, "billingCustomerId": INTEGER},
        references=[KindReference("billingCustomerId", "billing_customer")],
    )
    inference = Inference((CUSTOMER, bill), (bound("a", "get", bill), bound("b", "get", CUSTOMER)))
    (reference,) = model_of(rest=inference).collections["bills"].references
    assert reference.collection == "customers"


def test_seeded_collections_are_known() -> None:
    model = model_of(config_of(orders={"file": "orders.csv"}))
    assert model.collections["orders"].seeded
    assert not model.collections["orders"].imagines
    assert not model.collections["customers"].seeded
    model = model_of(config_of(seed_from_examples=True))
    assert model.collections["customers"].seeded
    assert not model.collections["categories"].seeded
    assert model.collections["customers"].examples[0] == {"id": 10, "firstName": "Ada"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"order": {}}, r"world\.collections\.order: no contract.*"),
        ({"orders": {"key": "nr"}}, r"orders\.key: Order has no property 'nr'"),
        ({"orders": {"types": ("Ordre",)}}, r"orders\.types: no contract"),
        ({"orders": {"bind": {"GET /ordres": "get"}}}, r"orders\.bind: there is no operation"),
        ({"orders": {"unbind": ("nope",)}}, r"orders\.unbind: there is no operation 'nope'"),
        ({"orders": {"references": {"color": "pets"}}}, "no such property"),
        ({"orders": {"references": {"note": "pets"}}}, "there is no collection 'pets'"),
        (
            {"categories": {"bind": {"Query.order": "get"}}},
            r"categories\.bind\.Query\.order: graph has no entities",
        ),
    ],
)
def test_what_nobody_has_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        model_of(config_of(**settings))


def test_a_wrong_name_gets_a_hint() -> None:
    with pytest.raises(ConfigError) as raised:
        model_of(config_of(order={}))
    assert "orders" in raised.value.hint


def test_the_first_contract_makes_the_values_that_both_have() -> None:
    customers = model_of(rest=REST, graph=GRAPH).collections["customers"]
    assert customers.owners["firstname"] is CUSTOMER
    imagined = customers.imagine("7")
    assert list(imagined) == ["id", "firstName", "email", "createdAt", "updatedAt", "vip"]
    assert imagined["id"] == 7
    assert imagined["firstName"] == CUSTOMER.imagine("7", customers.seed_of("7"))["firstName"]
    assert customers.imagine("7") == model_of().collections["customers"].imagine("7")
    assert customers.fits("7")
    assert not customers.fits("x")


def test_times_are_told_as_some_entity_tells_them() -> None:
    customers = model_of(rest=REST, graph=GRAPH).collections["customers"]
    assert customers.time_like("createdat") == "2020-01-01T00:00:00Z"
    assert customers.time_like("modifiedat") is MISSING

    def imagine(key: str, seed: int) -> dict[str, Any]:
        return {"id": int(key), "updated": 1_700_000_000} if key == "3" else {"id": int(key)}

    notes = kind("Note", {"id": INTEGER, "updated": INTEGER})
    seldom = msgspec.structs.replace(notes, imagine=imagine)
    model = model_of(rest=Inference((seldom,), (bound("a", "get", seldom),)))
    assert model.collections["notes"].time_like("updated") == 1_700_000_000


def test_text_keys_of_one_contract_are_fine() -> None:
    tags = kind("Tag", {"slug": TEXT}, key="slug")
    model = model_of(rest=Inference((tags,), (bound("a", "get", tags),)))
    assert model.collections["tags"].fits("x")
    assert model.collections["tags"].key_in({"Slug": "a"}) == "a"
    assert model.collections["tags"].key_in({"slug": None}) is None


def test_a_reference_whose_name_tells_nothing_can_be_named() -> None:
    pet = kind("Pet", {"id": INTEGER, "keeper": INTEGER}, required=["keeper"])
    owner = kind("Owner", {"id": INTEGER})
    config = config_of(pets={"references": {"keeper": "owners"}})
    bindings = (bound("a", "get", pet), bound("b", "get", owner))
    model = model_of(config, rest=Inference((pet, owner), bindings))
    (reference,) = model.collections["pets"].references
    assert (reference.name, reference.collection, reference.optional) == ("keeper", "owners", False)

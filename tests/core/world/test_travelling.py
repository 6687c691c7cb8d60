"""Objects inside entities, in the terms of contracts that say other things of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from core.world.fakes import (
    INTEGER,
    NUMBER,
    TEXT,
    bound,
    config_of,
    kind,
    world_of,
    writer_of,
)
from polymock.world.adapting import Adapter
from polymock.world.entities import MISSING, Inference, KindReference
from polymock.world.fitting import Fitting
from polymock_schemas.calls import Violation

DATE = {"type": "string", "format": "date"}
INSTANT = {"type": "string", "format": "date-time"}
STATUS = {"enum": ["STATUS_UNSPECIFIED", "STATUS_IN_TRANSIT", "STATUS_PRE_PAID", "STATUS_PAID"]}
LINE = {
    "type": "object",
    "properties": {"productId": TEXT, "productName": TEXT, "quantity": INTEGER, "cents": INTEGER},
    "required": ["productId", "productName", "quantity", "cents"],
}
PRODUCT = {
    "type": "object",
    "properties": {"id": TEXT, "name": TEXT, "size": INTEGER},
    "required": ["id", "name"],
}
GRAPH_LINE = {
    "type": "object",
    "properties": {"product": {"$ref": "#/$defs/Product"}, "quantity": INTEGER},
    "required": ["quantity"],
}
CARD = {
    "type": "object",
    "properties": {"kind": {"const": "card"}, "card_number": TEXT, "holder": TEXT},
    "required": ["kind", "card_number", "holder"],
}
BANK = {
    "type": "object",
    "properties": {"kind": {"const": "bank"}, "iban": TEXT},
    "required": ["kind", "iban"],
}


class Shelf:
    """The products 1 and 2."""

    def document(self, nouns: Sequence[str], key: str) -> Mapping[str, Any] | None:
        if "product" not in nouns or key not in ("1", "2"):
            return None
        return {"id": key, "name": f"Lamp {key}", "size": "4"}


def fill(schema: Any, seed: int) -> Any:
    if schema.get("$ref"):
        return {"id": "99", "name": "sampled"}
    return {name: "sampled" if each == TEXT else 7 for name, each in schema["properties"].items()}


def adapter(schema: Any) -> Adapter:
    return Adapter(schema, {"Product": PRODUCT}, fill=fill)


def lines(schema: Any) -> dict[str, Any]:
    return {"type": "array", "items": schema, "maxItems": 50}


@pytest.mark.parametrize(
    ("value", "schema", "told"),
    [
        ("in-transit", STATUS, "STATUS_IN_TRANSIT"),
        ("inTransit", STATUS, "STATUS_IN_TRANSIT"),
        ("paid", STATUS, "STATUS_PAID"),
        ("pre_paid", STATUS, "STATUS_PRE_PAID"),
        ("STATUS_IN_TRANSIT", {"enum": ["in-transit", "transit"]}, "in-transit"),
        ("STATUS_PRE_PAID", {"enum": ["paid", "prePaid"]}, "prePaid"),
        ("9223372036854775807", INTEGER, 2**63 - 1),
        ("18446744073709551615", INTEGER, 2**64 - 1),
        ("12.00", INTEGER, 12),
        ("12.50", NUMBER, 12.5),
        (12.5, {"type": "string", "pattern": r"^\d+\.\d{2}$"}, "12.50"),
        (12, {"type": "string", "pattern": r"^\d+\.\d{2}$"}, "12.00"),
        (7.0, {"type": "string", "pattern": r"^\d+$"}, "7"),
        (1710974500, INSTANT, "2024-03-20T22:41:40Z"),
        (1710974500000, INSTANT, "2024-03-20T22:41:40Z"),
        (1710974500, DATE, "2024-03-20"),
        ("2024-03-20T22:41:40Z", INTEGER, 1710974500),
        ("2024-03-20 22:41:40", INSTANT, "2024-03-20T22:41:40Z"),
        (90, {"type": "string", "pattern": "^[0-9]+s$"}, "90s"),
        ("90s", INTEGER, 90),
        (["keep-dry", "x"], {"type": "array", "items": {"enum": ["KEEP_DRY"]}}, ["KEEP_DRY"]),
        ({"a": 1}, {"type": "object", "additionalProperties": TEXT}, {"a": "1"}),
        (
            [{"key": "a", "value": 1}],
            {"type": "object", "additionalProperties": TEXT},
            {"a": "1"},
        ),
        (
            {"a": "1"},
            lines({"type": "object", "properties": {"name": TEXT, "value": INTEGER}}),
            [{"name": "a", "value": 1}],
        ),
        ({"post_code": 1}, {"properties": {"postCode": TEXT}}, {"postCode": "1"}),
        ({"a": None}, {"properties": {"a": TEXT}}, {}),
        ({"a": None}, {"properties": {"a": {"type": ["string", "null"]}}}, {"a": None}),
        ({"iban": "X", "kind": "bank"}, {"oneOf": [CARD, BANK]}, {"iban": "X", "kind": "bank"}),
        (
            {"cardNumber": 4, "kind": "CARD"},
            {"anyOf": [{"type": "null"}, {"oneOf": [BANK, CARD]}]},
            {"card_number": "4", "kind": "card", "holder": "sampled"},
        ),
    ],
)
def test_the_same_in_other_terms(value: Any, schema: Any, told: Any) -> None:
    found = adapter(schema).adapt(value)
    assert found == told
    assert type(found) is type(told)


def test_what_lines_leave_out_is_filled_in() -> None:
    held = [{"product_id": "1", "quantity": "2"}, {"product": {"id": 2}, "quantity": 3}]
    assert adapter(lines(LINE)).adapt(held, Shelf()) == [
        {"productId": "1", "productName": "Lamp 1", "quantity": 2, "cents": 7},
        {"productId": "2", "productName": "Lamp 2", "quantity": 3, "cents": 7},
    ]
    (line,) = adapter(lines(LINE)).adapt([{"productId": "5"}], Shelf())
    assert line == {"productId": "5", "productName": "sampled", "quantity": 7, "cents": 7}


def test_a_key_is_the_object_that_it_is_the_key_of() -> None:
    held = [{"productId": "1", "productName": "X", "quantity": 2}, {"product": "3", "quantity": 1}]
    assert adapter(lines(GRAPH_LINE)).adapt(held, Shelf()) == [
        {"product": {"id": "1", "name": "Lamp 1", "size": 4}, "quantity": 2},
        {"product": {"id": "3", "name": "sampled"}, "quantity": 1},
    ]
    many = {"type": "object", "properties": {"products": lines({"$ref": "#/$defs/Product"})}}
    found = adapter(many).adapt({"productIds": ["1", "2"]}, Shelf())
    assert [each["name"] for each in found["products"]] == ["Lamp 1", "Lamp 2"]
    keys = {"type": "object", "properties": {"product_ids": lines(TEXT)}}
    assert adapter(keys).adapt({"products": [{"id": 1}, {"id": 2}]}) == {"product_ids": ["1", "2"]}


def test_what_cannot_be_told_falls_back_alone() -> None:
    held = [{"productId": "1", "productName": "A", "quantity": "many", "cents": 3}]
    told = adapter(lines(LINE)).adapt(held)
    assert told == [{"productId": "1", "productName": "A", "quantity": 7, "cents": 3}]
    assert adapter(lines(LINE)).settle(held) is MISSING
    inside = {"type": "object", "properties": {"lines": lines(LINE), "note": TEXT}}
    told = adapter(inside).adapt({"lines": "none", "note": "n"})
    assert told == {"note": "n"}
    assert len(adapter(lines(LINE)).adapt(held * 60)) == 50


def test_values_are_completed_as_they_are_spelt() -> None:
    held = [{"product": {"id": "1"}, "quantity": "2", "colour": "red"}]
    assert adapter(lines(LINE)).complete(held, Shelf()) == [
        {**held[0], "productName": "Lamp 1", "cents": 7}
    ]
    assert adapter(lines(LINE)).complete(["x"]) == ["x"]


def test_what_is_deep_or_wide_ends_soon() -> None:
    node: dict[str, Any] = {"type": "object", "properties": {"n": INTEGER}, "required": ["n"]}
    kinds = [{**node, "properties": {**node["properties"], "next": {"$ref": "#/$defs/Any"}}}] * 8
    definitions = {"Any": {"oneOf": [*kinds, {"anyOf": [{"$ref": "#/$defs/Any"}, *kinds]}]}}
    deep: Any = {"n": "x"}
    for _ in range(40):
        deep = {"n": "1", "next": deep}
    began = time.perf_counter()
    Adapter({"$ref": "#/$defs/Any"}, definitions, fill=lambda schema, seed: {"n": 1}).adapt(deep)
    assert time.perf_counter() - began < 5


PRODUCTS = kind("Product", {"id": TEXT, "name": TEXT}, required=["name"])
ORDERS = kind("Order", {"id": TEXT, "lines": lines(LINE)})
GRAPH_ORDERS = kind(
    "Order",
    {
        "id": TEXT,
        "lines": lines({"type": "object", "properties": {"product": PRODUCT, "quantity": INTEGER}}),
    },
    references=[KindReference("lines", "OrderLine", embeds=True, many=True)],
)
SHOP = Inference((PRODUCTS, ORDERS), (bound("a", "get", PRODUCTS), bound("b", "get", ORDERS)))
GRAPH_SHOP = Inference((GRAPH_ORDERS,), (bound("a", "get", GRAPH_ORDERS),))


@pytest.mark.parametrize("first", ["rest", "graph"])
def test_what_one_contract_writes_has_what_the_others_require(first: str) -> None:
    if first == "rest":
        world = world_of(rest=SHOP, graph=GRAPH_SHOP)
    else:
        world = world_of(graph=GRAPH_SHOP, rest=SHOP)
    graph = writer_of(world, "graph")
    graph.create("products", {"name": "Lamp"}, key="1")
    made = graph.create("orders", {"lines": [{"product": {"id": "1"}, "quantity": 2}]})
    (line,) = made.value["lines"]
    assert (line["quantity"], line["productName"]) == (2, "Lamp")
    assert isinstance(line["cents"], int)
    changed = writer_of(world).write(
        "orders",
        made.key,
        lambda entity: {"lines": [*entity.value["lines"], {"productId": "1", "quantity": 1}]},
    )
    assert changed.value["lines"][0] == line
    assert changed.value["lines"][1]["productName"] == "Lamp"


def test_objects_keep_what_the_writing_contract_does_not_know() -> None:
    address = {"type": "object", "properties": {"city": TEXT, "street": TEXT}}
    other = {"type": "object", "properties": {"city": TEXT, "floor": INTEGER}}
    rest = Inference((kind("Shop", {"id": TEXT, "address": address}),), ())
    graph = Inference((kind("Shop", {"id": TEXT, "address": other}),), ())
    world = world_of(config_of(shops={}), rest=rest, graph=graph)
    made = writer_of(world, "graph").create("shops", {"address": {"city": "A", "floor": 3}})
    changed = writer_of(world).write("shops", made.key, lambda entity: {"address": {"street": "B"}})
    assert changed.value["address"] == {"street": "B", "floor": 3}


def test_objects_that_nobody_wrote_refer_to_entities_that_are_there() -> None:
    line = {**LINE, "required": []}
    held = {"productId": "nowhere", "productName": "nobody", "quantity": 1}

    def imagine(key: str, seed: int) -> dict[str, Any]:
        return {"id": key, "lines": [held, held]}

    orders = kind("Order", {"id": TEXT, "lines": lines(line)})
    inference = Inference(
        (PRODUCTS, replace(orders, imagine=imagine)),
        (bound("a", "get", PRODUCTS), bound("b", "get", orders)),
    )
    world = world_of(None, rest=inference)
    view = writer_of(world)
    told = view.get("orders", "7").value["lines"]
    assert told == view.get("orders", "7").value["lines"]
    for each in told:
        assert each["productName"] == view.get("products", each["productId"]).value["name"]
    view.delete("products", told[0]["productId"])
    after = view.get("orders", "7").value["lines"]
    assert after[0]["productId"] != told[0]["productId"]
    assert view.exists("products", after[0]["productId"])


@pytest.mark.parametrize("strict", [False, True])
def test_what_a_replacement_leaves_out_is_as_in_a_new_entity(strict: bool) -> None:
    held = {"productId": "1", "productName": "nobody", "quantity": 1, "cents": 5}
    orders = kind(
        "Order",
        {
            "id": TEXT,
            "customerId": TEXT,
            "status": {"type": "string", "enum": ["sent", "new"]},
            "note": TEXT,
            "lines": lines(LINE),
        },
        required=["customerId", "status", "lines"],
        references=[KindReference("customerId", "customer")],
    )
    customers = kind("Customer", {"id": TEXT, "name": TEXT})

    def imagine(key: str, seed: int) -> dict[str, Any]:
        return {"id": key, "status": "sent", "note": "n", "lines": [held, held, held]}

    orders = replace(orders, imagine=imagine)
    bindings = [bound(each.name, "get", each) for each in (PRODUCTS, customers, orders)]
    inference = Inference((PRODUCTS, customers, orders), tuple(bindings))
    world = world_of(
        config_of(products={"strict": True}, orders={"strict": strict}), rest=inference
    )
    view = writer_of(world)
    for key, name in (("7", "Lamp"), ("8", "Chair")):
        view.create("products", {"name": name}, key=key)
    settable = view.model.collections["orders"].names

    def put() -> dict[str, Any]:
        def make() -> Any:
            return view.create("orders", {}, key="1", settable=settable)

        return dict(view.write("orders", "1", lambda entity: {}, otherwise=make).value)

    first = put()
    names = {"7": "Lamp", "8": "Chair"}
    assert [names[each["productId"]] for each in first["lines"]] == [
        each["productName"] for each in first["lines"]
    ]
    assert first["status"] == "new"
    assert "note" not in first
    assert view.exists("customers", first["customerId"])
    again = put()
    view.write("orders", "1", lambda entity: {**entity.value, "note": "x", "status": "sent"})
    changed = put()
    view.delete("orders", "1")
    anew = put()
    assert first == again == changed == anew
    assert list(first) == list(again) == list(changed) == list(anew)


def test_rows_of_files_keep_what_only_other_contracts_know() -> None:
    model = world_of(None, graph=GRAPH_SHOP, rest=SHOP).model
    fitting = Fitting(model.collections["orders"], model.collections)
    found: list[Violation] = []
    held = {"lines": [{"product": {"id": 1, "name": "Lamp"}, "quantity": "2", "productName": "L"}]}
    (line,) = fitting.document(held, found)["lines"]
    assert line == {"product": {"id": "1", "name": "Lamp"}, "quantity": 2, "productName": "L"}
    assert found == []
    fitting.document({"lines": [{"quantity": "many"}]}, found)
    assert [each.location for each in found] == ["lines"]

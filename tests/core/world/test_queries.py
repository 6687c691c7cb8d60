from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.world.queries import (
    Operator,
    Order,
    Query,
    Where,
    condition,
    equal,
    in_order,
    matches,
    read_order,
)

DOCUMENT = {
    "name": "Reading lamp",
    "priceCents": 4990,
    "status": "IN_STOCK",
    "tags": ["home", "light"],
    "maker": {"city": "Rome", "since": 1950},
    "gone": None,
    "isNew": True,
}


@pytest.mark.parametrize(
    ("path", "operator", "value", "holds"),
    [
        ("name", "eq", "Reading lamp", True),
        ("name", "eq", "lamp", False),
        ("price_cents", "eq", "4990", True),
        ("priceCents", "ne", 4990, False),
        ("priceCents", "gt", 4990, False),
        ("priceCents", "gte", "4990", True),
        ("priceCents", "lt", 5000, True),
        ("priceCents", "lte", 4989, False),
        ("status", "eq", "in_stock", True),
        ("status", "in", ("SOLD", "IN_STOCK"), True),
        ("status", "not_in", ("SOLD", "IN_STOCK"), False),
        ("tags", "eq", "light", True),
        ("tags", "eq", "dark", False),
        ("tags", "ne", "light", False),
        ("maker.city", "eq", "Rome", True),
        ("maker.since", "lt", 2000, True),
        ("name", "contains", "LAMP", True),
        ("name", "starts", "read", True),
        ("name", "ends", "read", False),
        ("gone", "exists", True, False),
        ("gone", "exists", False, True),
        ("nowhere", "exists", False, True),
        ("nowhere", "eq", None, False),
        ("gone", "eq", None, True),
        ("gone", "lt", 5, False),
        ("isNew", "eq", "true", True),
        ("isNew", "eq", 1, False),
    ],
)
def test_conditions(path: str, operator: Operator, value: Any, holds: bool) -> None:
    where = Where(tuple(path.split(".")), value, operator)
    assert matches(DOCUMENT, Query(where=(where,))) is holds


def test_all_conditions_must_hold() -> None:
    yes, no = Where(("isNew",), True), Where(("isNew",), False)
    assert matches(DOCUMENT, Query(where=(yes, yes)))
    assert not matches(DOCUMENT, Query(where=(yes, no)))


@pytest.mark.parametrize(
    ("text", "holds"), [("lamp", True), ("ROME", True), ("home", True), ("green", False)]
)
def test_text_is_searched_everywhere(text: str, holds: bool) -> None:
    assert matches(DOCUMENT, Query(text=text)) is holds


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("status", "sold", Where(("status",), "sold")),
        ("status[]", ["a", "b"], Where(("status",), ("a", "b"), "in")),
        ("price_cents", 5, Where(("pricecents",), 5)),
        ("minPriceCents", 5, Where(("pricecents",), 5, "gte")),
        ("price_cents_max", 5, Where(("pricecents",), 5, "lte")),
        ("createdAfter", "x", Where(("createdat",), "x", "gt")),
        ("created_before", "x", Where(("createdat",), "x", "lt")),
        ("name_contains", "x", Where(("name",), "x", "contains")),
        ("page", 1, None),
        ("min", 1, None),
        ("maxColor", 1, None),
    ],
)
def test_parameters_stand_for_conditions(name: str, value: Any, where: Where | None) -> None:
    known = {"status": "status", "pricecents": "", "createdat": "", "name": "name"}
    assert condition(name, value, known) == where


@pytest.mark.parametrize(
    ("text", "direction", "order"),
    [
        ("name", "", [Order(("name",))]),
        ("-createdAt,name", "", [Order(("createdAt",), True), Order(("name",))]),
        ("+name", "", [Order(("name",))]),
        ("name desc", "", [Order(("name",), True)]),
        ("name:DESC, maker.city:asc", "", [Order(("name",), True), Order(("maker", "city"))]),
        ("name", "desc", [Order(("name",), True)]),
        ("-name", "desc", [Order(("name",))]),
        (" , ", "", []),
    ],
)
def test_orders_as_callers_write_them(text: str, direction: str, order: list[Order]) -> None:
    assert list(read_order(text, direction=direction)) == order


def test_what_is_absent_goes_last_either_way() -> None:
    documents = [{"n": 2}, {}, {"n": 1}, {"n": None}]
    rising = in_order(documents, [Order(("n",))], lambda each: each)
    falling = in_order(documents, [Order(("n",), True)], lambda each: each)
    assert rising == [{"n": 1}, {"n": 2}, {}, {"n": None}]
    assert falling == [{"n": 2}, {"n": 1}, {}, {"n": None}]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.lists(st.fixed_dictionaries({"a": SCALARS, "b": st.integers(0, 2)})))
def test_an_order_keeps_everything(documents: list[dict[str, Any]]) -> None:
    found = in_order(documents, [Order(("b",), True), Order(("a",))], lambda each: each)
    assert sorted(map(repr, found)) == sorted(map(repr, documents))
    assert [each["b"] for each in found] == sorted((d["b"] for d in documents), reverse=True)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (7, "7", True),
        (7.0, 7, True),
        (4.0, "4", True),
        ("PAID", "paid", True),
        ("ORDER_STATUS_PAID", "PAID", False),
        ("Paid", "paid", False),
        (True, "true", True),
        (True, 1, False),
        (1, True, False),
        (None, "", False),
        (None, None, True),
        ("007", 7, False),
        ([1], [1], True),
    ],
)
def test_the_same_value_in_other_spellings(a: Any, b: Any, same: bool) -> None:
    assert equal(a, b) is same
    assert equal(b, a) is same


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("ORDER_STATUS_PAID", "PAID", True),
        ("STATUS_PAID", "paid", True),
        ("NOT_PAID", "PAID", False),
        ("PARTLY_PAID", "paid", False),
    ],
)
def test_an_enums_value_may_have_the_propertys_name_before_it(a: str, b: str, same: bool) -> None:
    assert equal(a, b, "status") is same
    assert equal(b, a, "status") is same


@given(SCALARS)
def test_everything_is_equal_to_itself(value: Any) -> None:
    assert equal(value, value)

from __future__ import annotations

from typing import Any

import pytest

from core.world.fakes import (
    CATEGORY,
    CUSTOMER,
    INTEGER,
    ORDER,
    bound,
    config_of,
    kind,
    world_of,
    writer_of,
)
from polymock.errors import Aborted, Invalid
from polymock.world.entities import Inference, KindReference
from polymock.world.integrity import normalised
from polymock.world.queries import Of, Query
from polymock.world.writing import Writer
from polymock_schemas.config import WorldConfig

NEW = {"customerId": 1, "status": "open"}
TEAM = kind(
    "Team",
    {"id": INTEGER, "customerIds": {"type": "array", "items": INTEGER}},
    references=[KindReference("customerIds", "customer", many=True)],
)


def writer(on_delete: Any = None, *, strict: bool = False) -> Writer:
    inference = Inference(
        (CUSTOMER, ORDER, CATEGORY, TEAM),
        tuple(bound(f"get {k.name}", "get", k) for k in (CUSTOMER, ORDER, CATEGORY, TEAM)),
    )
    config = WorldConfig(strict=strict, on_delete=on_delete)
    return writer_of(world_of(config, rest=inference))


def test_nobody_refers_to_what_was_deleted(rest: Writer) -> None:
    rest.delete("customers", "1")
    with pytest.raises(Invalid, match="there is no customer '1'") as raised:
        rest.create("orders", NEW)
    assert raised.value.violations[0].location == "body/customerId"
    order = rest.get("orders", "2")
    with pytest.raises(Invalid):
        rest.write("orders", "2", lambda entity: {**entity.value, "customerId": 1})
    assert rest.get("orders", "2") == order


def test_strict_worlds_refuse_references_to_what_nobody_wrote() -> None:
    strict = writer(strict=True)
    with pytest.raises(Invalid, match="customer '1'"):
        strict.create("orders", NEW)
    strict.create("customers", {"firstName": "Ada"}, key="1")
    assert strict.create("orders", NEW).value["customerId"] == 1


def test_cascade_takes_children_along_whether_written_or_not() -> None:
    rest = writer("cascade")
    imagined = [e.key for e in rest.page("orders", Query(of=(Of("customerId", "1"),))).items]
    made = rest.create("orders", NEW).key
    changed = imagined[0]
    rest.write("orders", changed, lambda entity: {**entity.value, "note": "x"})
    rest.delete("customers", "1")
    for key in (*imagined, made):
        assert rest.find("orders", key) is None, key
    assert rest.page("orders", Query(of=(Of("customerId", "1"),))).items == []


def test_detach_takes_the_reference_out() -> None:
    rest = writer("detach")
    imagined = rest.page("categories", Query(of=(Of("parentId", "1"),))).items[0].key
    made = rest.create("categories", {"name": "Lamps", "parentId": 1}).key
    rest.delete("categories", "1")
    assert rest.get("categories", made).value["parentId"] is None
    assert rest.get("categories", imagined).value["parentId"] is None


def test_what_has_to_refer_to_somebody_goes_too() -> None:
    rest = writer("detach")
    made = rest.create("orders", NEW).key
    rest.delete("customers", "1")
    assert rest.find("orders", made) is None


def test_restrict_refuses_the_delete_of_whom_others_refer_to() -> None:
    rest = writer("restrict")
    with pytest.raises(Aborted, match=r"order .* refers to it by customerId"):
        rest.delete("customers", "1")
    strict = writer("restrict", strict=True)
    strict.create("customers", {"firstName": "Ada"}, key="1")
    made = strict.create("orders", NEW)
    with pytest.raises(Aborted, match=made.key):
        strict.delete("customers", "1")
    strict.delete("orders", made.key)
    strict.delete("customers", "1")
    assert strict.find("customers", "1") is None


def test_lists_of_references_lose_the_key() -> None:
    rest = writer(strict=True)
    for key in ("1", "2", "3"):
        rest.create("customers", {"firstName": "x"}, key=key)
    team = rest.create("teams", {"customerIds": [1, 2, "3"]})
    assert team.value["customerIds"] == [1, 2, 3]
    found = rest.page("teams", Query(of=(Of("customerIds", "2"),)))
    assert [entity.key for entity in found.items] == [team.key]
    rest.delete("customers", "2")
    assert rest.get("teams", team.key).value["customerIds"] == [1, 3]


def test_a_cascade_through_a_tree_ends() -> None:
    rest = writer("cascade", strict=True)
    rest.create("categories", {"name": "a"}, key="1")
    for number in range(2, 60):
        rest.create("categories", {"name": "b", "parentId": number // 2}, key=str(number))
    rest.write("categories", "1", lambda entity: {**entity.value, "parentId": 59})
    rest.delete("categories", "1")
    assert rest.page("categories", Query()).total == 0


def test_a_session_keeps_its_own_references() -> None:
    world = world_of()
    base, mine = writer_of(world), writer_of(world, session="mine")
    base.delete("customers", "1")
    with pytest.raises(Invalid):
        mine.create("orders", NEW)
    mine.create("customers", {"firstName": "Ada"}, key="1")
    assert mine.create("orders", NEW).value["customerId"] == 1
    with pytest.raises(Invalid):
        base.create("orders", NEW)


@pytest.mark.parametrize(
    ("value", "document"),
    [
        ({"customer_id": "7"}, {"customerId": 7}),
        ({"customer": {"id": "7", "first_name": "x"}}, {"customerId": 7}),
        ({"customer": "7"}, {"customerId": 7}),
        ({"customer": {"first_name": "no key"}}, {}),
        ({"customer": None}, {"customerId": None}),
        ({"customerId": 7, "customer": None}, {"customerId": 7}),
        ({"total_cents": 5, "other": 1}, {"totalCents": 5, "other": 1}),
    ],
)
def test_objects_as_documents(value: dict[str, Any], document: dict[str, Any]) -> None:
    collections = world_of().model.collections
    assert normalised(collections["orders"], collections, value) == document


def test_seeded_collections_have_parents_among_their_own() -> None:
    config = config_of(customers={"file": "x.json"})
    world = world_of(config)
    view = writer_of(world)
    assert view.get("orders", "1").value["customerId"] is None
    view.create("customers", {"firstName": "Ada"}, key="500")
    assert view.get("orders", "1").value["customerId"] == 500
    children = view.page("orders", Query(of=(Of("customerId", "500"),), shown=5)).items
    assert {entity.value["customerId"] for entity in children} == {500}


def test_children_of_few_parents_agree_with_them() -> None:
    view = writer_of(world_of(config_of(customers={"file": "x.json"})))
    for key in ("500", "501", "502"):
        view.create("customers", {"firstName": "Ada"}, key=key)
    listed = {
        entity.key: key
        for key in ("500", "501", "502")
        for entity in view.page("orders", Query(of=(Of("customerId", key),), shown=600)).items
    }
    for number in range(1, 200):
        key = str(number)
        assert str(view.get("orders", key).value["customerId"]) == listed[key]
    assert view.page("orders", Query(of=(Of("customerId", "7"),))).items == []


def test_strict_parents_are_those_that_somebody_wrote() -> None:
    view = writer_of(world_of(config_of(customers={"strict": True})))
    assert view.get("orders", "3").value["customerId"] is None
    view.create("customers", {"firstName": "Ada"}, key="77")
    assert view.get("orders", "3").value["customerId"] == 77
    assert view.create("orders", {"status": "open"}).value["customerId"] == 77

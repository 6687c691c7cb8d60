from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.world.fakes import config_of, world_of, writer_of
from polymock.errors import Invalid, NotFound
from polymock.world.queries import Of, Order, Query, Where
from polymock.world.view import Entity, Page, View
from polymock.world.world import World
from polymock.world.writing import Writer


def keys(page: Page) -> list[str]:
    return [entity.key for entity in page.items]


def test_any_key_answers_and_always_the_same(rest: Writer, graph: Writer) -> None:
    entity = rest.get("orders", "77")
    assert entity.value["id"] == 77
    assert not entity.is_written
    assert rest.get("orders", "77") == graph.get("orders", "77")
    assert world_view().get("orders", "77").value == entity.value


def world_view() -> View:
    return writer_of(world_of())


@pytest.mark.parametrize("key", ["x", "", "7" * 600, "a\0", "-1"])
def test_what_cannot_be_a_key_is_nobodys(rest: Writer, key: str) -> None:
    assert rest.find("orders", key) is None
    assert not rest.exists("orders", key)
    with pytest.raises(NotFound, match="no order") as raised:
        rest.get("orders", key)
    assert (raised.value.collection, raised.value.key) == ("orders", key)


def test_strict_worlds_have_what_was_written_alone() -> None:
    view = writer_of(world_of(config_of(strict=True)))
    assert view.find("orders", "1") is None
    assert view.page("orders", Query()).items == []
    view.create("customers", {"firstName": "Ada"}, key="1")
    view.create("orders", {"customerId": 1, "status": "open"}, key="1")
    assert keys(view.page("orders", Query())) == ["1"]


def test_a_list_begins_with_what_nobody_wrote(rest: Writer) -> None:
    page = rest.page("orders", Query(shown=3))
    assert keys(page) == ["1", "2", "3"]
    assert (page.total, page.is_written) == (3, False)
    assert list(page.items) == [rest.get("orders", key) for key in keys(page)]


def test_pages_of_a_list_are_its_parts(rest: Writer) -> None:
    for key in ("90", "91", "2"):
        rest.write("orders", key, lambda entity: {**entity.value, "note": "x"})
    made = rest.create("orders", {"customerId": 1, "status": "open"})
    rest.delete("orders", "3")
    whole = keys(rest.page("orders", Query(shown=5)))
    assert whole == ["1", "2", "4", "5", "90", "91", made.key]
    for size in range(1, 9):
        parts = [
            rest.page("orders", Query(shown=5, offset=start, limit=size))
            for start in range(0, 9, size)
        ]
        assert [key for part in parts for key in keys(part)] == whole
        assert {part.total for part in parts} == {7}
        assert all(part.is_written for part in parts)


def test_filters_are_real(rest: Writer) -> None:
    rest.write("orders", "2", lambda entity: {**entity.value, "status": "paid"})
    rest.write("orders", "3", lambda entity: {**entity.value, "status": "open"})
    everything = rest.page("orders", Query(shown=20)).items
    found = rest.page("orders", Query(where=(Where(("status",), "PAID"),), shown=20))
    assert list(found.items) == [e for e in everything if e.value["status"] == "paid"]
    assert "2" in keys(found)
    assert "3" not in keys(found)
    page = rest.page("orders", Query(where=(Where(("status",), "paid"),), shown=20, limit=1))
    assert (len(page.items), page.total) == (1, found.total)


def test_orders_are_kept(rest: Writer) -> None:
    page = rest.page("orders", Query(order=(Order(("totalCents",), True),), shown=20))
    totals = [entity.value["totalCents"] for entity in page.items]
    assert totals == sorted(totals, reverse=True)


def test_children_and_parents_agree(rest: Writer) -> None:
    for key in ("1", "8", "25", "26", "700"):
        children = rest.page("orders", Query(of=(Of("customerId", key),), shown=4))
        assert len(children.items) == 4
        assert {entity.value["customerId"] for entity in children.items} == {int(key)}
        for entity in children.items:
            assert rest.get("orders", entity.key).value == entity.value


def test_children_are_found_by_what_was_written(rest: Writer) -> None:
    (first, *_) = rest.page("orders", Query(of=(Of("customerId", "1"),), shown=3)).items
    rest.write("orders", first.key, lambda entity: {**entity.value, "customerId": 2})
    made = rest.create("orders", {"customerId": 1, "status": "open"})
    of_one = keys(rest.page("orders", Query(of=(Of("customerId", "1"),), shown=3)))
    of_two = keys(rest.page("orders", Query(of=(Of("customerId", "2"),), shown=3)))
    assert first.key not in of_one
    assert made.key in of_one
    assert first.key in of_two


def test_an_own_parent_comes_before_its_children(rest: Writer) -> None:
    assert rest.get("categories", "1").value["parentId"] is None
    child = rest.get("categories", "40")
    parent = str(child.value["parentId"])
    found = rest.page("categories", Query(of=(Of("parentId", parent),), shown=25))
    assert "40" in keys(found)


def test_examples_can_take_the_place_of_what_nobody_wrote(rest: Writer) -> None:
    base = [Entity("orders", "5", {"id": 5, "status": "paid", "customerId": 1})]
    assert rest.page("orders", Query(), base).items == base
    rest.write("orders", "5", lambda entity: {**entity.value, "status": "open"})
    made = rest.create("orders", {"customerId": 1, "status": "open"})
    page = rest.page("orders", Query(), base)
    assert keys(page) == ["5", made.key]
    assert page.items[0].value["status"] == "open"
    rest.delete("orders", "5")
    assert keys(rest.page("orders", Query(), base)) == [made.key]


def test_a_tag_is_another_when_the_entity_is(rest: Writer) -> None:
    before = rest.get("orders", "1")
    assert before.tag == rest.get("orders", "1").tag
    rest.write("orders", "1", lambda entity: {**entity.value, "note": "new"})
    assert rest.get("orders", "1").tag != before.tag


def test_a_session_sees_the_base_and_its_own(world: World) -> None:
    base = writer_of(world)
    base.write("orders", "1", lambda entity: {**entity.value, "note": "base"})
    mine, other = writer_of(world, session="mine"), writer_of(world, session="other")
    mine.write("orders", "1", lambda entity: {**entity.value, "note": "mine"})
    mine.delete("orders", "2")
    made = mine.create("orders", {"customerId": 1, "status": "open"})
    assert mine.get("orders", "1").value["note"] == "mine"
    assert other.get("orders", "1").value["note"] == "base"
    assert base.get("orders", "1").value["note"] == "base"
    assert keys(mine.page("orders", Query(shown=3))) == ["1", "3", made.key]
    assert mine.page("orders", Query(shown=3, limit=1)).total == 3
    assert keys(other.page("orders", Query(shown=3))) == ["1", "2", "3"]
    assert base.find("orders", made.key) != made


def test_a_session_lists_rows_of_both_in_order(world: World) -> None:
    base, mine = writer_of(world), writer_of(world, session="mine")
    made = [
        (writer.create("orders", {"customerId": 1, "status": "open"})).key
        for writer in (base, mine, base, mine)
    ]
    assert keys(mine.page("orders", Query(shown=0))) == made
    assert keys(base.page("orders", Query(shown=0))) == made[::2]
    for size in (1, 2, 3):
        parts = [
            mine.page("orders", Query(shown=0, offset=n, limit=size)) for n in range(0, 4, size)
        ]
        assert [key for part in parts for key in keys(part)] == made


@pytest.mark.parametrize("name", ["-x", "a b", "x" * 65, "\u00e9"])
def test_what_is_no_name_of_a_session_is_refused(world: World, name: str) -> None:
    with pytest.raises(Invalid, match="session"):
        writer_of(world, session=name)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["create", "change", "delete"]),
        st.integers(1, 8),
        st.sampled_from(["", "mine"]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(OPERATIONS)
def test_lists_tell_of_what_there_is(operations: list[tuple[str, int, str]]) -> None:
    """Whatever is written: a list holds each living entity once, as `get` gives it."""
    world = world_of()
    for what, number, session in operations:
        writer = writer_of(world, session=session)
        if what == "create":
            writer.create("categories", {"name": "new"})
        elif writer.exists("categories", str(number)) and what == "change":
            writer.write("categories", str(number), lambda entity: {**entity.value, "name": "x"})
        elif writer.exists("categories", str(number)):
            writer.delete("categories", str(number))
    for session in ("", "mine"):
        view = writer_of(world, session=session)
        page = view.page("categories", Query(shown=5))
        assert len(set(keys(page))) == len(page.items) == page.total
        assert list(page.items) == [view.find("categories", key) for key in keys(page)]
        for number in range(1, 6):
            listed = str(number) in keys(page)
            assert listed is (view.find("categories", str(number)) is not None)
        window = view.page("categories", Query(shown=5, offset=2, limit=3))
        assert list(window.items) == list(page.items)[2:5]

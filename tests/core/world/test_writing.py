from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from core.world.fakes import INTEGER, TEXT, bound, kind, world_of, writer_of
from polymock.errors import (
    Aborted,
    AlreadyExists,
    Invalid,
    NotFound,
    PreconditionFailed,
    TooLarge,
)
from polymock.stores import Change
from polymock.world.clock import frozen_at, moved_by
from polymock.world.entities import Inference
from polymock.world.queries import Query
from polymock.world.view import Entity
from polymock.world.world import World
from polymock.world.writing import Precondition, Writer

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NEW = {"customerId": 1, "status": "open", "totalCents": 5}


def noted(text: str) -> Any:
    def change(entity: Entity) -> Mapping[str, Any]:
        return {**entity.value, "note": text}

    return change


def test_new_entities_have_keys_of_their_own(rest: Writer, graph: Writer) -> None:
    made = rest.create("orders", NEW)
    assert made.key == "1001"
    assert made.value["id"] == 1001
    assert made.is_written
    other = graph.create("orders", {"customer": {"id": "2"}, "status": "PAID"})
    assert other.key == "1002"
    assert other.value["customerId"] == 2
    assert rest.get("orders", made.key) == made


def test_no_key_comes_twice_whoever_makes_entities(world: World) -> None:
    """Another world over the same store knows nothing of the keys that this one gave last."""
    other = World(world.model, world.store, world.ttl)
    writers = [
        writer_of(world),
        writer_of(other),
        writer_of(world, session="ann"),
        writer_of(other, session="ann"),
    ]
    made = [writers[turn * 7 % 5 % 4].create("orders", NEW) for turn in range(20)]
    assert [entity.key for entity in made] == [str(number) for number in range(1001, 1021)]
    for turn, entity in enumerate(made):
        assert writers[turn * 7 % 5 % 4].get("orders", entity.key) == entity


def test_a_key_is_not_lost_with_an_entity_that_is_refused(rest: Writer) -> None:
    assert rest.create("orders", NEW).key == "1001"
    rest.delete("customers", "7")
    with pytest.raises(Invalid):
        rest.create("orders", {**NEW, "customerId": 7})
    assert rest.create("orders", NEW).key == "1002"


def test_what_was_looked_at_is_written_only_if_it_is_still_so(rest: Writer, graph: Writer) -> None:
    made = rest.create("orders", NEW)
    seen = rest.look("orders", made.key)
    assert seen.entity == made
    graph.write("orders", made.key, noted("theirs"))
    notes: list[Any] = []

    def change(entity: Entity) -> Mapping[str, Any]:
        notes.append(entity.value.get("note"))
        return {**entity.value, "note": "mine"}

    rest.write("orders", made.key, change, seen=seen)
    assert notes[1:] == ["theirs"]
    assert rest.get("orders", made.key).value["note"] == "mine"


def test_what_the_caller_could_not_say_is_imagined(rest: Writer) -> None:
    made = rest.create("orders", NEW, settable={"customerid", "status", "totalcents", "note"})
    assert "note" not in made.value
    assert made.value["tags"] == []
    assert made.value["totalCents"] == 5
    assert made.value["version"] == 1
    unsaid = rest.create("orders", {"customerId": 1}, settable={"customerid", "status"})
    assert unsaid.value["status"] in ("open", "paid")  # no contract leaves it out


def test_whom_it_refers_to_is_imagined_where_it_has_to_refer_to_somebody(rest: Writer) -> None:
    unsaid = rest.create("orders", {"status": "open"}, settable={"customerid", "status"})
    assert rest.exists("customers", str(unsaid.value["customerId"]))


def test_keys_that_callers_chose_are_passed_over(rest: Writer) -> None:
    for number in range(1001, 1301):
        rest.create("orders", NEW, key=str(number))
    assert rest.create("orders", NEW).key not in map(str, range(1001, 1301))
    with pytest.raises(AlreadyExists, match="already"):
        rest.create("orders", NEW, key="1001")
    with pytest.raises(Invalid, match="key"):
        rest.create("orders", NEW, key="")


def test_times_are_the_clocks(world: World) -> None:
    world.change_clock(lambda setting: frozen_at(setting, NOON))
    writer = writer_of(world)
    made = writer.create("customers", {"firstName": "Ada"})
    assert made.value["createdAt"] == made.value["updatedAt"] == "2026-01-31T12:00:00Z"
    world.change_clock(lambda setting: moved_by(setting, 60))
    changed = writer.write("customers", made.key, lambda entity: {"firstName": "Eve"})
    assert changed.value["createdAt"] == "2026-01-31T12:00:00Z"
    assert changed.value["updatedAt"] == "2026-01-31T12:01:00Z"
    assert list(changed.value)[:2] == ["id", "firstName"]


def test_an_entity_that_nobody_wrote_can_be_changed(rest: Writer) -> None:
    before = rest.get("orders", "7")
    changed = rest.write("orders", "7", noted("new"))
    assert changed.value == {
        **before.value,
        "note": "new",
        "version": before.value["version"] + 1,
    }
    keys = [entity.key for entity in rest.page("orders", Query(shown=9)).items]
    assert keys == [str(number) for number in range(1, 10)]


def test_a_key_stays(rest: Writer) -> None:
    changed = rest.write("orders", "7", lambda entity: {**entity.value, "id": 8})
    assert (changed.key, changed.value["id"]) == ("7", 7)


def test_a_value_that_speaks_of_another_state_is_refused(rest: Writer) -> None:
    made = rest.create("orders", {**NEW, "version": 3})
    with pytest.raises(Aborted, match="version"):
        rest.write("orders", made.key, lambda entity: {**entity.value, "version": 2})
    changed = rest.write("orders", made.key, lambda entity: {**entity.value, "version": 3})
    assert changed.value["version"] == 4


def test_what_refuses_a_write_changes_nothing(rest: Writer) -> None:
    made = rest.create("orders", NEW)

    def refuse(entity: Entity) -> Mapping[str, Any]:
        raise Invalid("No.")

    with pytest.raises(Invalid):
        rest.write("orders", made.key, refuse)
    with pytest.raises(TooLarge):
        rest.write("orders", made.key, noted("x" * 5_000_000))
    assert rest.get("orders", made.key) == made


def test_preconditions(rest: Writer) -> None:
    entity = rest.get("orders", "7")
    for wrong in (
        Precondition(tags=("other",)),
        Precondition(none=(entity.tag,)),
    ):
        with pytest.raises(PreconditionFailed):
            rest.write("orders", "7", noted("x"), precondition=wrong)
        with pytest.raises(PreconditionFailed):
            rest.delete("orders", "7", precondition=wrong)
    assert rest.get("orders", "7") == entity
    unwritten = Precondition(none=("*",))
    rest.write("orders", "7", noted("x"), precondition=unwritten)
    with pytest.raises(PreconditionFailed):
        rest.write("orders", "7", noted("y"), precondition=unwritten)
    entity = rest.get("orders", "7")
    rest.write("orders", "7", noted("x"), precondition=Precondition(tags=("a", entity.tag)))
    rest.delete("orders", "7", precondition=Precondition(tags=("*",)))
    with pytest.raises(PreconditionFailed):
        rest.write("orders", "7", noted("x"), precondition=Precondition(tags=("*",)))


def test_what_is_deleted_is_gone_and_can_be_made_again(rest: Writer) -> None:
    was = rest.get("orders", "7")
    assert rest.delete("orders", "7") == was
    assert rest.find("orders", "7") is None
    assert rest.is_deleted("orders", "7")
    with pytest.raises(NotFound):
        rest.delete("orders", "7")
    with pytest.raises(NotFound):
        rest.write("orders", "7", noted("x"))
    made = rest.write(
        "orders", "7", noted("x"), otherwise=lambda: rest.create("orders", NEW, key="7")
    )
    assert rest.get("orders", "7") == made
    assert [e.key for e in rest.page("orders", Query(shown=7)).items].count("7") == 1


def test_a_write_that_another_overtook_is_tried_again(rest: Writer, graph: Writer) -> None:
    made = rest.create("orders", NEW)
    seen = []

    def change(entity: Entity) -> Mapping[str, Any]:
        seen.append(entity.value["totalCents"])
        if len(seen) == 1:
            graph.write("orders", made.key, lambda e: {**e.value, "totalCents": 6})
        return {**entity.value, "note": "mine"}

    changed = rest.write("orders", made.key, change)
    assert seen == [5, 6]
    assert (changed.value["totalCents"], changed.value["note"]) == (6, "mine")


def test_a_write_that_others_always_overtake_is_refused(rest: Writer, graph: Writer) -> None:
    made = rest.create("orders", NEW)

    def change(entity: Entity) -> Mapping[str, Any]:
        graph.write("orders", made.key, noted(f"{entity.revision}"))
        return {**entity.value, "totalCents": 7}

    with pytest.raises(Aborted, match="same time"):
        rest.write("orders", made.key, change)
    assert rest.get("orders", made.key).value["totalCents"] == 5


def test_a_create_that_was_made_already_is_refused(rest: Writer) -> None:
    once = [Change("~once", "a", b"{}", expected=0)]
    rest.create("orders", NEW, also=once)
    before = rest.page("orders", Query(shown=0)).total
    with pytest.raises(Aborted):
        rest.create("orders", NEW, also=once)
    assert rest.page("orders", Query(shown=0)).total == before


def test_sessions_never_get_the_same_new_key(world: World) -> None:
    writers = [writer_of(world, session=name) for name in ("", "a", "b")] * 3
    made = [writer.create("orders", NEW).key for writer in writers]
    assert len(set(made)) == len(made)


def test_times_in_other_shapes(world: World) -> None:
    event = kind(
        "Event",
        {
            "id": INTEGER,
            "created": {"type": "integer"},
            "updated": {"type": "string", "format": "date"},
            "etag": TEXT,
        },
    )
    inference = Inference((event,), (bound("a", "create", event),))
    other = world_of(rest=inference, store=world.store)
    other.change_clock(lambda setting: frozen_at(setting, NOON))
    made = writer_of(other).create("events", {})
    assert made.value["created"] == round(NOON.timestamp())
    changed = writer_of(other).write("events", made.key, lambda entity: entity.value)
    assert changed.value["etag"] != made.value["etag"]

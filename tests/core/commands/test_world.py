"""Commands on a living world, as the admin API asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.world.fakes import TEXT, bound, config_of, kind, world_of, writer_of
from polymock.commands import execution
from polymock.commands.catalog import Catalog
from polymock.commands.context import Context
from polymock.errors import (
    Aborted,
    CommandError,
    Invalid,
    NotFound,
    Unavailable,
    UserError,
    WorldError,
)
from polymock.snapshot import Snapshot
from polymock.world.entities import Inference
from polymock.world.world import World
from polymock_schemas.commands import Refusal


@pytest.fixture
def world() -> World:
    return world_of()


@pytest.fixture
def snapshot(world: World) -> Snapshot:
    return Snapshot([], world=world)


CATALOG = Catalog()


def answer(snapshot: Snapshot | None, name: str, params: Mapping[str, Any]) -> bytes | Refusal:
    try:
        command = CATALOG.find(name)
    except UserError as error:
        return execution.refusal(error)
    return execution.answer(command, params, Context(snapshot=snapshot))


def done(snapshot: Snapshot, name: str, /, **params: Any) -> Any:
    """What a command answers, as JSON has it."""
    told = execution.carry_out(CATALOG.find(name), params, Context(snapshot=snapshot))
    return msgspec.json.decode(msgspec.json.encode(told))


def test_collections_tell_how_much_was_written(snapshot: Snapshot, world: World) -> None:
    writer_of(world, session="mine").delete("orders", "1")
    writer_of(world).create("orders", {"customerId": 1, "status": "open"})
    found = {each["name"]: each for each in done(snapshot, "world.collections")}
    assert found["orders"]["entities"] == 1
    assert found["orders"]["types"] == ["rest.Order", "graph.Order"]
    assert found["orders"]["references"] == [
        {
            "property": "customerId",
            "collection": "customers",
            "many": False,
            "on_delete": "cascade",
        }
    ]
    with pytest.raises(WorldError, match="no session"):
        done(snapshot, "world.collections", session="nobody")


def test_lists_are_filtered_sorted_and_paged(snapshot: Snapshot, world: World) -> None:
    for number in range(3):
        value = {"customerId": 1, "status": "paid", "totalCents": 10**6 + number}
        value["address"] = {"city": f"City {number}"}
        writer_of(world).create("orders", value)
    page = done(snapshot, "world.list", collection="orders", limit="2", offset="1")
    assert [item["key"] for item in page["items"]] == ["2", "3"]
    assert page["total"] == 28
    asked = {"where": ["totalCents_min=1000000", "status=PAID"], "sort": "-total_cents"}
    page = done(snapshot, "world.list", collection="orders", **asked)
    assert [item["key"] for item in page["items"]] == ["1003", "1002", "1001"]
    page = done(snapshot, "world.list", collection="orders", where=["address.city=City 1"])
    assert [item["key"] for item in page["items"]] == ["1002"]
    page = done(snapshot, "world.list", collection="orders", text="city 2")
    assert [item["key"] for item in page["items"]] == ["1003"]


def test_a_put_replaces_and_makes(snapshot: Snapshot, world: World) -> None:
    put = done(
        snapshot,
        "world.put",
        collection="orders",
        key="7",
        value={"customer": {"id": "3"}, "status": "PAID", "version": 1},
    )
    version = put["value"].pop("version")
    assert put["value"] == {"id": 7, "customerId": 3, "status": "paid"}
    assert version > 1
    writer_of(world).delete("orders", "7")
    made = done(
        snapshot, "world.put", collection="orders", key="7", value={"customerId": 3, "version": 9}
    )
    assert made["value"]["version"] == 9
    assert made["value"]["status"] in ("open", "paid")
    assert done(snapshot, "world.get", collection="orders", key="7") == made
    assert done(snapshot, "world.delete", collection="orders", key="7") == made
    with pytest.raises(NotFound):
        done(snapshot, "world.get", collection="orders", key="7")


def test_a_put_makes_the_same_whatever_was_there() -> None:
    line = {
        "type": "object",
        "properties": {"productId": TEXT, "productName": TEXT},
        "required": ["productId", "productName"],
    }
    product = kind("Product", {"id": TEXT, "name": TEXT}, required=["name"])
    lines = {"type": "array", "items": line}
    state = {"type": "string", "enum": ["sent", "new"]}
    order = kind("Order", {"id": TEXT, "status": state, "lines": lines}, required=["status"])
    bindings = (bound("GET /a", "get", product), bound("GET /b", "get", order))
    world = world_of(rest=Inference((product, order), bindings))
    snapshot = Snapshot([], world=world)
    writer_of(world).create("products", {"name": "Lamp"}, key="1")

    def put(**value: Any) -> Any:
        return done(snapshot, "world.put", collection="orders", key="1", value=value)["value"]

    first = put(lines=[{"productId": "1"}])
    assert first["lines"] == [{"productId": "1", "productName": "Lamp"}]
    assert first["status"] == "new"
    put(status="sent")
    assert put(lines=[{"productId": "1"}]) == first
    writer_of(world).delete("orders", "1")
    assert put(lines=[{"productId": "1"}]) == first


def test_a_put_in_a_session_stays_there(snapshot: Snapshot, world: World) -> None:
    done(snapshot, "sessions.create", name="mine")
    value = {"customerId": 3, "status": "open", "note": "mine"}
    done(snapshot, "world.put", collection="orders", key="7", value=value, session="mine")
    assert writer_of(world).get("orders", "7").value["note"] != "mine"
    assert writer_of(world, session="mine").get("orders", "7").value["note"] == "mine"


@pytest.mark.parametrize(
    ("name", "params", "place"),
    [
        ("world.list", {"collection": "orders", "limit": 0}, "limit"),
        ("world.list", {"collection": "orders", "limit": "many"}, "limit"),
        ("world.list", {}, "collection"),
        ("world.list", {"collection": "orders", "colour": "red"}, "colour"),
        ("world.list", {"collection": "orders", "where": ["status"]}, "where"),
        ("world.list", {"collection": "orders", "where": ["color=red"]}, "where"),
        ("world.list", {"collection": "orders", "sort": "color"}, "sort"),
        ("world.put", {"collection": "orders", "key": "1", "value": {"status": 5}}, "status"),
        ("world.put", {"collection": "orders", "key": "x", "value": {}}, "id"),
        ("world.put", {"collection": "orders", "key": "1", "value": {"id": 2}}, "id"),
        ("world.snapshot", {"name": ""}, "name"),
        ("sessions.create", {"ttl": 0}, "ttl"),
        ("world.set_clock", {"now": "soon"}, "now"),
    ],
)
def test_wrong_parameters_are_named(
    snapshot: Snapshot, name: str, params: Mapping[str, Any], place: str
) -> None:
    with pytest.raises((Invalid, CommandError)) as raised:
        done(snapshot, name, **params)
    assert place in raised.value.violations[0].location
    assert place in str(raised.value)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "does not say what to do"),
        ({"freeze": False}, "does not say what to do"),
        ({"move": 1, "reset": True}, "One thing"),
        ({"freeze": True, "move": 1}, "One thing"),
    ],
)
def test_one_thing_is_done_to_a_clock(
    snapshot: Snapshot, params: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(WorldError, match=words):
        done(snapshot, "world.set_clock", **params)


def test_the_clock(snapshot: Snapshot) -> None:
    told = done(snapshot, "world.set_clock", freeze=True, now="2026-01-31T12:00:00Z")
    assert (told["now"], told["frozen"]) == ("2026-01-31T12:00:00Z", True)
    assert done(snapshot, "world.set_clock", move=-60)["now"] == "2026-01-31T11:59:00Z"
    assert done(snapshot, "world.clock")["now"] == "2026-01-31T11:59:00Z"
    assert done(snapshot, "world.set_clock", reset=True)["frozen"] is False


def test_a_reset_plants_the_seeds_again(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,firstName\n1,Ada\n2,Bob\n")
    world = world_of(config_of(customers={"file": "c.csv"}), folder=tmp_path)
    snapshot = Snapshot([], world=world)
    assert done(snapshot, "world.reset") == {"entities": 2, "session": ""}
    done(snapshot, "world.delete", collection="customers", key="1")
    done(snapshot, "world.reset")
    assert done(snapshot, "world.list", collection="customers")["total"] == 2


def test_answers_are_json_or_refusals(
    snapshot: Snapshot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = answer(snapshot, "sessions.list", {})
    assert told == b"[]"

    def kind(name: str, params: Mapping[str, Any]) -> str:
        refused = answer(snapshot, name, params)
        assert isinstance(refused, Refusal)
        return refused.kind

    assert kind("world.explode", {}) == "unknown"
    assert kind("world.get", {"collection": "orders", "key": "x"}) == "unknown"
    assert kind("world.get", {"collection": "ordres", "key": "1"}) == "unknown"
    assert kind("sessions.drop", {"name": "nobody"}) == "unknown"
    assert kind("world.list", {"collection": "orders", "limit": 0}) == "wrong"
    world.sessions.create("mine")
    assert kind("sessions.create", {"name": "mine"}) == "taken"
    few = {"collection": "orders"}
    refused = execution.answer(CATALOG.find("world.list"), few, Context(snapshot=snapshot), 10)
    assert isinstance(refused, Refusal)
    assert refused.kind == "wrong"
    unserved = answer(None, "sessions.list", {})
    assert isinstance(unserved, Refusal)
    assert unserved.kind == "unavailable"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unavailable("disk"), "unavailable"),
        (Aborted("race"), "conflict"),
        (ZeroDivisionError(), "failed"),
    ],
)
def test_what_a_store_raises_is_a_refusal(
    snapshot: Snapshot, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(world.store, "scan", fail)
    refused = answer(snapshot, "sessions.list", {})
    assert isinstance(refused, Refusal)
    assert refused.kind == kind


def test_without_a_world_there_is_nothing_to_steer() -> None:
    refused = answer(Snapshot([]), "world.collections", {})
    assert isinstance(refused, Refusal)
    assert refused.kind == "unknown"
    assert "no world behind these mocks" in refused.message

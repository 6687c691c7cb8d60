"""Who is told of every write to the world, and of what."""

from __future__ import annotations

from typing import Any

import pytest

from core.world.fakes import config_of, world_of, writer_of
from polymock.commands import execution
from polymock.commands.catalog import Catalog
from polymock.commands.context import Context
from polymock.errors import NotFound, PreconditionFailed
from polymock.snapshot import Snapshot
from polymock.world.world import World
from polymock.world.writing import Precondition

NEW = {"customerId": 1, "status": "open", "totalCents": 5}
CATALOG = Catalog()


@pytest.fixture
def told() -> list[tuple[Any, ...]]:
    return []


def listened_to(world: World, told: list[tuple[Any, ...]]) -> World:
    world.changed = lambda *change: told.append(change)
    return world


def ask(world: World, command: str, /, **params: Any) -> None:
    context = Context(snapshot=Snapshot([], world=world))
    execution.carry_out(CATALOG.find(command), params, context)


def test_writes_are_told_with_who_did_them(told: list[tuple[Any, ...]]) -> None:
    writer = writer_of(listened_to(world_of(), told))
    made = writer.create("orders", NEW)
    writer.write("orders", made.key, lambda entity: {**entity.value, "note": "x"})
    writer.delete("orders", made.key)
    assert told == [
        (action, "orders", made.key, "base", "rest", 0)
        for action in ("created", "updated", "deleted")
    ]


def test_a_session_is_told_by_its_space(told: list[tuple[Any, ...]]) -> None:
    writer_of(listened_to(world_of(), told), session="t-1").create("orders", NEW)
    ((_, _, _, space, _, _),) = told
    assert space.startswith("~t-1~")


def test_how_many_go_with_what_is_deleted(told: list[tuple[Any, ...]]) -> None:
    world = listened_to(world_of(config_of(customers={"on_delete": "cascade"})), told)
    writer = writer_of(world)
    customer = writer.create("customers", {"name": "Ada"})
    for _ in range(3):
        writer.create("orders", {**NEW, "customerId": int(customer.key)})
    told.clear()
    writer.delete("customers", customer.key)
    ((action, collection, _, _, _, others),) = told
    assert (action, collection, others) == ("deleted", "customers", 3)


def test_what_is_refused_is_not_told(told: list[tuple[Any, ...]]) -> None:
    writer = writer_of(listened_to(world_of(), told))
    made = writer.create("orders", NEW)
    writer.delete("orders", made.key)
    told.clear()
    with pytest.raises(NotFound):
        writer.delete("orders", made.key)
    made = writer.create("orders", NEW)
    told.clear()
    with pytest.raises(PreconditionFailed):
        writer.delete("orders", made.key, precondition=Precondition(tags=("other",)))
    assert told == []


def test_commands_tell_too(told: list[tuple[Any, ...]]) -> None:
    world = listened_to(world_of(), told)
    ask(world, "world.put", collection="orders", key="7", value={**NEW, "status": "paid"})
    ask(world, "world.delete", collection="orders", key="7")
    ask(world, "world.snapshot", name="clean")
    ask(world, "world.restore", name="clean")
    ask(world, "world.reset")
    ask(world, "sessions.create", name="s")
    ask(world, "sessions.reset", name="s")
    assert [change[0] for change in told] == ["updated", "deleted", "restored", "reset", "reset"]
    assert [change[3] for change in told[2:]] == ["base", "base", "~s~"]

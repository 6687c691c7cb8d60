from __future__ import annotations

import pytest

from core.world.fakes import keys_of, writer_of
from polymock.errors import WorldError
from polymock.world.world import World


def create(world: World, session: str = "") -> str:
    return writer_of(world, session=session).create("categories", {"name": "x"}).key


def test_a_world_as_it_was(world: World) -> None:
    first = create(world)
    info = world.snapshots.take("before")
    assert (info.name, info.session, info.entities) == ("before", "", 1)
    create(world)
    writer_of(world).delete("categories", first)
    writer_of(world).delete("orders", "3")
    assert world.snapshots.restore("before") == info
    assert keys_of(world, "categories") == [first]
    assert writer_of(world).find("orders", "3") is not None
    create(world)
    world.snapshots.restore("before")
    assert keys_of(world, "categories") == [first]


def test_one_of_the_same_name_is_replaced(world: World) -> None:
    world.snapshots.take("a")
    create(world)
    world.snapshots.take("a")
    assert [(info.name, info.entities) for info in world.snapshots.all()] == [("a", 1)]


def test_one_of_a_session_holds_what_was_written_in_it(world: World) -> None:
    create(world)
    mine = create(world, "mine")
    info = world.snapshots.take("mine", "mine")
    assert (info.session, info.entities) == ("mine", 1)
    create(world, "mine")
    world.sessions.create("other")
    world.snapshots.restore("mine", "other")
    world.snapshots.restore("mine", "mine")
    for session in ("mine", "other"):
        assert keys_of(world, "categories", session)[-1] == mine
        assert len(keys_of(world, "categories", session)) == 2


def test_the_base_and_sessions_do_not_mix(world: World) -> None:
    create(world, "mine")
    world.snapshots.take("base")
    world.snapshots.take("mine", "mine")
    with pytest.raises(WorldError, match="one of the base world"):
        world.snapshots.restore("base", "mine")
    with pytest.raises(WorldError, match="one of the session mine"):
        world.snapshots.restore("mine")


def test_one_that_is_forgotten_is_gone(world: World) -> None:
    create(world)
    world.snapshots.take("a")
    assert world.snapshots.drop("a").entities == 1
    assert world.snapshots.all() == ()
    assert world.store.spaces("@") == []
    for act in (world.snapshots.drop, world.snapshots.restore, world.snapshots.info):
        with pytest.raises(WorldError, match="no snapshot 'a'") as raised:
            act("a")
        assert raised.value.kind == "unknown"


@pytest.mark.parametrize("name", ["", "-a", "a b", "../x", "x" * 65])
def test_names(world: World, name: str) -> None:
    with pytest.raises(WorldError, match="no name"):
        world.snapshots.take(name)


def test_a_session_must_be_there(world: World) -> None:
    with pytest.raises(WorldError, match="no session"):
        world.snapshots.take("a", "nobody")

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.world.fakes import world_of, writer_of
from polymock.errors import Invalid, WorldError
from polymock.stores import Store
from polymock.world.clock import moved_by
from polymock.world.sessions import CLOCKS, SYSTEM, Sessions
from polymock.world.world import World

Now = Callable[[float], None]


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Now:
    """Let seconds pass, for sessions and stores."""
    import time

    real, ahead = time.time, [0.0]

    def now() -> float:
        return real() + ahead[0]

    for module in (
        "polymock.world.sessions",
        "polymock_storage.memory",
        "polymock_storage.sqlite",
    ):
        monkeypatch.setattr(f"{module}.time", now)

    def move(seconds: float) -> None:
        ahead[0] += seconds

    return move


def write(world: World, session: str) -> None:
    writer_of(world, session=session).delete("orders", "1")


def test_a_session_begins_when_it_is_named(world: World) -> None:
    assert world.sessions.all() == ()
    write(world, "mine")
    (info,) = world.sessions.all()
    assert (info.name, info.ttl, info.writes) == ("mine", 3600.0, 1)
    assert info.expires == pytest.approx(info.created + 3600, abs=1)
    assert world.sessions.space("mine") == world.sessions.find("mine")


def test_sessions_can_be_begun_by_hand(world: World) -> None:
    named = world.sessions.create("mine", 60)
    assert (named.name, named.ttl, named.writes) == ("mine", 60, 0)
    unnamed = world.sessions.create()
    assert unnamed.name.startswith("s-")
    assert [info.name for info in world.sessions.all()] == sorted(["mine", unnamed.name])


def test_a_session_that_is_there_is_taken(world: World) -> None:
    world.sessions.create("mine")
    with pytest.raises(WorldError, match="already") as raised:
        world.sessions.create("mine")
    assert raised.value.kind == "taken"


@pytest.mark.parametrize("name", ["-a", "a b", "a/b", "x" * 65, "\u00e9", "~"])
def test_names(world: World, name: str) -> None:
    with pytest.raises(WorldError, match="no name"):
        world.sessions.create(name)
    with pytest.raises(Invalid):
        world.sessions.space(name)


@pytest.mark.parametrize("ttl", [0, 0.5, -1, 40 * 86400, float("nan")])
def test_times_to_live(world: World, ttl: float) -> None:
    with pytest.raises(WorldError, match="lives"):
        world.sessions.create("mine", ttl)


def test_a_reset_forgets_what_was_written(world: World) -> None:
    write(world, "mine")
    before = world.sessions.find("mine")
    info = world.sessions.reset("mine")
    assert info.writes == 0
    assert world.sessions.find("mine") != before
    assert writer_of(world, session="mine").find("orders", "1") is not None
    assert before not in world.store.spaces("~")


def test_a_dropped_session_is_gone(world: World) -> None:
    write(world, "mine")
    assert world.sessions.drop("mine").writes == 1
    assert world.sessions.all() == ()
    assert world.store.spaces("~") == []
    for act in (world.sessions.drop, world.sessions.reset, world.sessions.info, world.overview):
        with pytest.raises(WorldError, match="no session 'mine'") as raised:
            act("mine")
        assert raised.value.kind == "unknown"
    assert writer_of(world, session="mine").find("orders", "1") is not None


def test_a_session_lives_as_long_as_it_is_used(world: World, pass_time: Now) -> None:
    write(world, "mine")
    space = world.sessions.find("mine")
    for _ in range(8):
        pass_time(1800)
        assert world.sessions.space("mine") == space
    pass_time(3601)
    assert world.sessions.all() == ()
    assert world.sessions.space("mine") != space
    assert writer_of(world, session="mine").find("orders", "1") is not None


def test_using_a_session_often_writes_seldom(world: World, pass_time: Now) -> None:
    world.sessions.space("mine")
    version = world.store.version()
    for _ in range(50):
        world.sessions.space("mine")
    pass_time(100)
    world.sessions.space("mine")
    assert world.store.version() == version
    pass_time(400)
    world.sessions.space("mine")
    assert world.store.version() != version


def test_what_ended_sessions_left_is_swept(world: World, pass_time: Now) -> None:
    for name in ("a", "b", "c"):
        write(world, name)
    world.change_clock(lambda setting: moved_by(setting, 60), "a")
    pass_time(3000)
    write_again = writer_of(world, session="c")
    pass_time(1000)
    assert write_again.find("orders", "1") is None
    assert len(world.store.spaces("~")) == 3
    assert world.sessions.sweep(most=1) == 1
    assert world.sessions.sweep() == 1
    assert world.sessions.sweep() == 0
    assert [space.split("~")[1] for space in world.store.spaces("~")] == ["c"]
    assert world.store.scan(SYSTEM, CLOCKS) == []


def test_processes_agree_on_a_session(store: Store) -> None:
    one, other = Sessions(store, 60.0), Sessions(store, 60.0)
    assert one.space("mine") == other.space("mine")
    one.reset("mine")
    assert one.space("mine") == other.space("mine")
    other.drop("mine")
    assert one.space("mine") == other.space("mine")


def test_sessions_of_a_world_have_its_time_to_live() -> None:
    assert world_of().ttl == 3600.0

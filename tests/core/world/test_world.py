from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.world.fakes import writer_of
from polymock.errors import Unavailable, WorldError
from polymock.stores import Row
from polymock.world.clock import RUNNING, frozen_at, moved_by
from polymock.world.rows import decode
from polymock.world.world import World

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_stamp_is_another_after_a_write(world: World) -> None:
    before = world.stamp()
    assert world.stamp() == before
    writer_of(world).delete("orders", "1")
    after = world.stamp()
    assert after != before
    world.sessions.create("mine")
    assert world.stamp("mine") != world.stamp()


def test_the_clock(world: World) -> None:
    world.change_clock(lambda setting: frozen_at(setting, NOON))
    info = world.clock()
    assert (info.now, info.frozen, info.offset) == ("2026-01-31T12:00:00Z", True, 0.0)
    assert world.now() == NOON
    assert writer_of(world).now() == NOON
    world.change_clock(lambda _: RUNNING)
    assert abs((world.now() - datetime.now(UTC)).total_seconds()) < 5


def test_a_sessions_clock_is_the_bases_until_it_is_changed(world: World) -> None:
    world.sessions.create("mine")
    world.change_clock(lambda setting: frozen_at(setting, NOON))
    assert world.clock("mine").now == world.clock().now
    world.change_clock(lambda setting: moved_by(setting, 3600), "mine")
    assert world.clock("mine").now == "2026-01-31T13:00:00Z"
    assert writer_of(world, session="mine").now().hour == 13
    assert world.clock().now == "2026-01-31T12:00:00Z"
    with pytest.raises(WorldError, match="no session"):
        world.clock("nobody")


def test_a_clock_that_cannot_go_there_stays(world: World) -> None:
    before = world.change_clock(lambda setting: frozen_at(setting, NOON))
    with pytest.raises(WorldError):
        world.change_clock(lambda setting: moved_by(setting, 1e15))
    assert world.clock() == before


def test_a_row_that_is_none_of_ours_says_so() -> None:
    row = Row("pets", "7", b"\xff", 1, 1)
    with pytest.raises(Unavailable, match="cannot be read as pets/7"):
        decode(row)

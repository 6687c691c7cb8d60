from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from core.world.fakes import world_of, writer_of
from polymock.errors import Unavailable
from polymock.server.sweeping import sweep
from polymock.world.world import World


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look every few milliseconds."""
    for name in ("MOST_SECONDS", "LEAST_SECONDS", "PAUSE_SECONDS"):
        monkeypatch.setattr(f"polymock.server.sweeping.{name}", 0.002)


def swept(find_world: Callable[[], World | None], until: Callable[[], bool]) -> None:
    """Sweep until something is so."""

    async def work() -> None:
        task = asyncio.create_task(sweep(find_world))
        for _ in range(2000):
            if until():
                break
            await asyncio.sleep(0.002)
        task.cancel()

    asyncio.run(work())
    assert until()


def with_ended_sessions(count: int) -> World:
    world = world_of()
    for number in range(count):
        writer_of(world, session=f"s{number}").delete("orders", "1")
        world.store.drop("system")  # as if its time were over
    return world


def test_what_ended_sessions_left_goes_bit_by_bit() -> None:
    world = with_ended_sessions(5)
    assert len(world.store.spaces("~")) == 5
    swept(lambda: world, lambda: not world.store.spaces("~"))


def test_a_store_that_cannot_be_written_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = with_ended_sessions(1)
    real, calls = world.store.sweep, []

    def fail_once() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise Unavailable("The disk is full.")
        return real()

    monkeypatch.setattr(world.store, "sweep", fail_once)
    with caplog.at_level(logging.WARNING):
        swept(lambda: world, lambda: not world.store.spaces("~"))
    assert "The disk is full" in caplog.text


def test_without_a_world_there_is_nothing_to_do() -> None:
    asked: list[int] = []

    def nothing() -> None:
        asked.append(1)

    swept(nothing, lambda: len(asked) > 4)

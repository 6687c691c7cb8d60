"""The listeners of a worker, without the worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import pytest

from core.ticker import TickerContract, mocks_of
from polymock.edge.responder import MockResponder
from polymock.errors import PluginError, ServerError
from polymock.server.listeners import Listeners
from polymock.server.messages import Load
from polymock.snapshot import Snapshot
from polymock.wires import Listener, ListenerSettings, Responder
from polymock_schemas.config import Config

LOAD = Load(Config(), "/folder")


class Wire:
    """Notes what is done with it; a `fault` is raised when it starts."""

    def __init__(self, name: str, fault: Exception | None = None) -> None:
        self.name = name
        self.fault = fault
        self.done: list[str] = []

    def open_listener(self, settings: ListenerSettings, responder: Responder) -> Listener:
        self.done.append(f"open at {settings.address}:{settings.port} in {settings.folder}")
        return self

    async def start(self) -> None:
        if self.fault is not None:
            raise self.fault
        self.done.append("start")

    def renew(self) -> None:
        self.done.append("renew")
        if self.name == "bad":
            raise ZeroDivisionError

    async def stop(self, seconds: float) -> None:
        self.done.append(f"stop in {seconds:g}")
        if self.name == "bad":
            raise ZeroDivisionError


@pytest.fixture
def listeners() -> Listeners:
    return Listeners("127.0.0.1", MockResponder(Snapshot(mocks_of(TickerContract()))))


def test_they_open_once_are_renewed_and_end(listeners: Listeners) -> None:
    a, b = Wire("a"), Wire("b")

    async def story() -> None:
        await listeners.open({"a": a}, {"a": 1}, LOAD)
        await listeners.open({"a": Wire("other"), "b": b}, {"a": 1, "b": 2}, LOAD)
        await listeners.renew({"a": a}, 3)
        await listeners.stop(4)

    asyncio.run(story())
    assert a.done == ["open at 127.0.0.1:1 in /folder", "start", "renew", "stop in 4"]
    assert b.done == ["open at 127.0.0.1:2 in /folder", "start", "stop in 3"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ServerError("Port 2 is taken."), ServerError),
        (ZeroDivisionError("boom"), PluginError),
    ],
)
def test_where_one_cannot_start_none_is_left_open(
    listeners: Listeners, fault: Exception, expected: type[Exception]
) -> None:
    a, z = Wire("a"), Wire("z", fault)
    readers: Mapping[str, Wire] = {"a": a, "z": z}
    with pytest.raises(expected):
        asyncio.run(listeners.open(readers, {"a": 1, "z": 2}, LOAD))
    assert a.done == ["open at 127.0.0.1:1 in /folder", "start", "stop in 0"]
    asyncio.run(listeners.stop(1))
    assert "stop in 1" not in a.done


def test_one_that_fails_does_not_keep_the_others(
    listeners: Listeners, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = Wire("good"), Wire("bad")

    async def story() -> None:
        await listeners.open({"bad": bad, "good": good}, {"bad": 1, "good": 2}, LOAD)
        with caplog.at_level(logging.ERROR):
            await listeners.renew({"bad": bad, "good": good}, 1)
            await listeners.stop(1)

    asyncio.run(story())
    assert good.done[-2:] == ["renew", "stop in 1"]
    assert "'bad' does not serve anew" in caplog.text
    assert "a listener did not stop" in caplog.text

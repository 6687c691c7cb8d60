"""Observers that are slow, broken or hostile: they are told of, and hold nobody up."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.observing.fakes import (
    Obedient,
    batch_of,
    call_to,
    feeds_of,
    reply_of,
    running_of,
    wait_until,
)
from polymock.errors import CommandError, ConfigError
from polymock.events import QUEUE_EVENTS, Bus
from polymock.journal.appender import Source
from polymock.observing import running as module
from polymock.observing.running import Running
from polymock_schemas.events import Event, ServerStarted

STARTED = ServerStarted("s", 1, 2, ())
EVENTS = ("server.started", "request.received")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Running]]:
    """Put an observer to work; it ends with the test, soon even where it hangs."""
    for name in ("DRAIN_SECONDS", "STOP_SECONDS"):
        monkeypatch.setattr(module, name, 0.3)
    running: list[Running] = []

    def put_to_work(observer: object, bus: Bus) -> Running:
        running.append(running_of(observer, bus, tmp_path))
        return running[-1]

    yield put_to_work
    for each in running:
        each.stop()


def test_events_come_in_order_and_are_counted(run: Callable[..., Running]) -> None:
    bus, observer = Bus(), Obedient(EVENTS)
    running = run(observer, bus)
    events = [ServerStarted(str(n), n, 1, ()) for n in range(250)]
    for event in events:
        bus.publish(event)
    wait_until(lambda: len(observer.got) == 250)
    assert observer.got == events
    wait_until(lambda: running.info().delivered == 250)
    info = running.info()
    assert (info.state, info.waiting, info.failed, info.dropped) == ("ok", 0, 0, 0)
    assert info.dead_letters is None


def test_what_happens_before_it_has_started_is_kept_for_it(run: Callable[..., Running]) -> None:
    bus = Bus()

    class Late(Obedient):
        async def start(self, place: Any) -> None:
            await asyncio.sleep(0.2)

    observer = Late(EVENTS)
    run(observer, bus)
    bus.publish(STARTED)
    wait_until(lambda: observer.got == [STARTED])


def test_at_the_end_it_takes_what_waits(run: Callable[..., Running]) -> None:
    bus = Bus()
    observer = Obedient(EVENTS, lambda: asyncio.sleep(0.02))
    running = run(observer, bus)
    for _ in range(500):
        bus.publish(STARTED)
    running.stop()
    assert len(observer.got) == 500
    assert observer.ended.is_set()
    bus.publish(STARTED)
    assert running.info().waiting == 0


def fail() -> None:
    raise ZeroDivisionError("boom")


def leave() -> None:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("act", "said"), [(fail, "ZeroDivisionError: boom"), (leave, "SystemExit")]
)
def test_what_it_raises_is_counted_and_told_by_name(
    run: Callable[..., Running],
    caplog: pytest.LogCaptureFixture,
    act: Callable[[], None],
    said: str,
) -> None:
    bus = Bus()
    running = run(Obedient(EVENTS, act), bus)
    with caplog.at_level(logging.WARNING, "polymock.observers"):
        for _ in range(3):
            bus.publish(STARTED)
        wait_until(lambda: running.info().failed == 3)
    info = running.info()
    assert (info.state, info.delivered) == ("degraded", 0)
    assert said in info.reason
    assert "observer 'mine' (plugin 'fake') failed" in caplog.text


def test_one_that_cannot_start_says_why_and_is_told_of_nothing(
    run: Callable[..., Running], caplog: pytest.LogCaptureFixture
) -> None:
    class Unfit(Obedient):
        async def start(self, place: Any) -> None:
            raise ConfigError("The file is not there.", "Make it.")

    bus = Bus()
    running = run(Unfit(EVENTS), bus)
    wait_until(lambda: running.info().state == "failed")
    assert running.info().reason == "The file is not there. Make it."
    wait_until(lambda: not bus.subscriptions)


def test_one_whose_start_is_broken_is_named(
    run: Callable[..., Running], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Obedient):
        async def start(self, place: Any) -> None:
            fail()

    running = run(Broken(EVENTS), Bus())
    wait_until(lambda: running.info().state == "failed")
    assert running.info().reason == "ZeroDivisionError: boom"
    assert "observer 'mine' (plugin 'fake') has ended" in caplog.text


def test_one_that_hangs_is_dropped_for_and_left_behind(run: Callable[..., Running]) -> None:
    release = threading.Event()
    bus = Bus()
    observer = Obedient(EVENTS, lambda: release.wait(30))  # it blocks its whole loop
    running = run(observer, bus)
    try:
        for _ in range(QUEUE_EVENTS + 500):
            bus.publish(STARTED)
        info = running.info()
        assert info.state == "degraded"
        assert "dropped" in info.reason
        assert info.dropped >= 400
        begun = time.monotonic()
        running.stop()
        assert time.monotonic() - begun < 5
    finally:
        release.set()


def test_its_health_may_be_broken_too(run: Callable[..., Running]) -> None:
    class Sick(Obedient):
        def health(self) -> str:
            raise ZeroDivisionError("boom")

    running = run(Sick(EVENTS), Bus())
    wait_until(lambda: "ZeroDivisionError" in running.info().reason)
    assert running.info().state == "degraded"


def test_one_that_hangs_in_its_health_holds_up_nobody_who_asks(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.2)
    release = threading.Event()

    class Silent(Obedient):
        def health(self) -> str:
            release.wait(30)
            return ""

    running = run(Silent(EVENTS), Bus())
    wait_until(lambda: "hangs" in running.info().reason)
    assert running.info().state == "degraded"  # although it has not been released
    release.set()


def block(release: threading.Event) -> None:
    release.wait(30)


def spin(release: threading.Event) -> None:
    """Compute until released."""
    while not release.is_set():
        sum(range(100))


async def wait(release: threading.Event) -> None:
    await asyncio.to_thread(release.wait, 30)


def break_down(_release: threading.Event) -> None:
    fail()


@pytest.mark.parametrize("act", [block, spin, wait, break_down])
def test_the_journal_goes_on_beside_it(
    run: Callable[..., Running], journal: Any, act: Callable[[threading.Event], Any]
) -> None:
    """What workers hand over is counted and committed at once, whatever an observer does."""
    bus, release = Bus(), threading.Event()
    feeds, feed = feeds_of(bus)
    run(Obedient(EVENTS, lambda: act(release)), bus)
    source = Source("host:0", 5, 0)
    try:
        for sequence in range(1, 41):
            exchanges = ((1, call_to(), reply_of()) for _ in range(256))
            batch = batch_of(*exchanges, sequence=sequence, first=sequence * 256)
            feed.hear(batch)
            journal.submit(source, batch, lambda: None)
        assert journal.flush()  # although it has not been released
    finally:
        release.set()
    assert sum(series.count for series in feeds.tally.series()) == 40 * 256
    assert journal.query("SELECT count(*) FROM requests").rows == [[40 * 256]]


def test_it_can_be_asked_from_elsewhere(run: Callable[..., Running]) -> None:
    observer = Obedient(EVENTS)
    running = run(observer, Bus())
    wait_until(lambda: running._loop is not None)

    async def where() -> str:
        return threading.current_thread().name

    assert running.ask(where, 5) == "observer-mine"
    with pytest.raises(CommandError, match=r"did not answer within 0\.1 seconds"):
        running.ask(lambda: asyncio.sleep(5), 0.1)
    running.stop()
    with pytest.raises(CommandError, match="does not run"):
        running.ask(where, 5)


class Held(Obedient):
    """Starts when it is let go, and is busy for ever with the first that it takes."""

    def __init__(self) -> None:
        super().__init__(EVENTS, lambda: asyncio.sleep(60))
        self.go = threading.Event()

    async def start(self, place: Any) -> None:
        await asyncio.to_thread(self.go.wait, 30)


class Keeping(Held):
    """Keeps what there was no time for."""

    kept = 0

    def keep(self, events: Sequence[Event]) -> None:
        self.kept += len(events)

    def counts(self) -> tuple[int, int]:
        return len(self.got), self.kept

    def waiting(self) -> int:
        return module.AT_ONCE

    def history(self, limit: int) -> Sequence[Any]:
        return ()

    def dead_letters(self, limit: int) -> Sequence[Any]:
        return ()

    def dead_letter_count(self) -> int:
        return self.kept

    async def test(self) -> Any:
        return None

    async def replay(self, ids: Sequence[str]) -> Any:
        return None


def publish_to(observer: Held, bus: Bus, count: int, running: Running) -> None:
    """Publish so much that it takes AT_ONCE at its start, and the rest waits."""
    for _ in range(count):
        bus.publish(STARTED)
    observer.go.set()
    wait_until(lambda: running._subscription.waiting == count - module.AT_ONCE)


def test_what_there_is_no_time_for_is_kept(run: Callable[..., Running]) -> None:
    bus, observer = Bus(), Keeping()
    running = run(observer, bus)
    publish_to(observer, bus, 1000, running)
    wait_until(lambda: running.info().waiting == 1000)
    running.stop()
    info = running.info()
    assert observer.kept == 1000 - module.AT_ONCE  # those that it had taken are its own affair
    assert info.dead_letters == observer.kept
    assert info.dropped == 0


def test_without_a_keeper_it_counts_as_dropped(run: Callable[..., Running]) -> None:
    bus, observer = Bus(), Held()
    running = run(observer, bus)
    publish_to(observer, bus, 1000, running)
    running.stop()
    assert running.info().dropped == 1000 - module.AT_ONCE

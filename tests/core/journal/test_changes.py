"""Writes to the world, told over the journal's socket to those who want to hear of them."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from polymock.events import Bus, Subscription
from polymock.journal import stream
from polymock.journal.frames import mock_part
from polymock.journal.receiver import Receiver
from polymock.journal.stream import Recorder
from polymock.observing.feed import Feeds
from polymock.observing.recorded import Decoder
from polymock.observing.tally import Tally
from polymock_schemas.calls import Call, Reply
from polymock_schemas.events import WorldChanged

TS = 1_700_000_000_000_000
REPLY = Reply(200, (), b"{}", "example", operation="GET /", stable=True)


@pytest.fixture
def socket() -> Iterator[str]:
    """A short path: a Unix socket's has to be."""
    with tempfile.TemporaryDirectory(prefix="pm") as folder:
        yield str(Path(folder) / "j")


def subscribed(*events: str) -> tuple[Feeds, Subscription]:
    bus = Bus()
    subscription = Subscription(events, Decoder((), frozenset))
    bus.subscribe(subscription)
    return Feeds(bus, Tally()), subscription


def told(socket: str, feeds: Feeds, changes: int) -> bool:
    """Have a worker tell of so many writes; whether all of it was handed over at its end."""

    async def story() -> bool:
        receiver = Receiver(None, socket, feeds)
        await receiver.start()
        recorder = Recorder(socket, "host:0")
        recorder.start()
        await asyncio.sleep(0.2)
        for number in range(changes):
            recorder.tell_change("created", "pets", str(number), "base", "shop", 0)
        done = await recorder.close()
        await receiver.close(2)
        return done

    return asyncio.run(story())


def test_they_arrive_in_order(socket: str) -> None:
    feeds, subscription = subscribed("world.changed")
    assert told(socket, feeds, 300)
    events = subscription.take(1000)
    assert [event.key for event in events if isinstance(event, WorldChanged)] == [
        str(number) for number in range(300)
    ]


def test_nothing_is_sent_that_nobody_wants(socket: str) -> None:
    feeds, subscription = subscribed("server.started")
    heard: list[object] = []
    feeds.bus.publish = heard.append  # type: ignore[method-assign]
    assert told(socket, feeds, 10)
    assert heard == []
    assert subscription.dropped == 0


def test_there_is_room_for_so_many_and_the_others_are_counted(
    socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MAX_CHANGES", 5)
    feeds, subscription = subscribed("world.changed")
    assert told(socket, feeds, 12)
    assert (subscription.waiting, subscription.dropped) == (5, 7)


def test_without_a_journal_all_is_acknowledged_and_counted(socket: str) -> None:
    feeds, subscription = subscribed("request.received")

    async def story() -> bool:
        receiver = Receiver(None, socket, feeds)
        await receiver.start()
        recorder = Recorder(socket, "host:0")
        recorder.set_mocks([mock_part("shop", "openapi", ())])
        recorder.start()
        for number in range(1000):
            recorder.record(0, Call("GET", f"/{number}", b"", (), {}), REPLY, TS + number, 1)
            if number % 100 == 0:
                await asyncio.sleep(0)
        done = await recorder.close()
        await receiver.close(2)
        return done

    assert asyncio.run(story())
    assert [series.count for series in feeds.tally.series()] == [1000]
    assert subscription.waiting == 1000

"""The bus: bounded queues, counted drops, and nothing decoded that nobody takes."""

from collections.abc import Iterator

import pytest

from polymock.events import Bus, Subscription
from polymock.observing.recorded import Decoder, Recorded
from polymock_schemas.events import ErrorOccurred, Event, ServerStarted

STARTED = ServerStarted("s", 1, 2, ())
ERROR = ErrorOccurred("e", 1, "journal", "it is full")


class Counting(Decoder):
    """Counts what it decodes."""

    def __init__(self) -> None:
        super().__init__((), frozenset)
        self.decoded = 0

    def events(self, exchange: Recorded, wanted: frozenset[str]) -> Iterator[Event]:
        self.decoded += 1
        yield STARTED


def recorded(size: int = 10, *, is_error: bool = False) -> Recorded:
    return Recorded(1, 1, 1, b"x" * size, {}, "shop", "openapi", "n", is_error)


def test_only_those_who_subscribed_are_told() -> None:
    bus = Bus()
    servers = Subscription({"server.started"}, Counting())
    errors = Subscription({"error.occurred", "server.stopped"}, Counting())
    bus.subscribe(servers)
    bus.subscribe(errors)
    assert bus.wanted == {"server.started", "server.stopped", "error.occurred"}
    for event in (STARTED, ERROR):
        bus.publish(event)
    assert (servers.take(10), errors.take(10)) == ([STARTED], [ERROR])
    bus.unsubscribe(errors)
    bus.publish(ERROR)
    assert errors.take(10) == []


def test_a_full_queue_drops_and_counts() -> None:
    subscription = Subscription({"server.started"}, Counting(), most=3)
    for _ in range(5):
        subscription.put(STARTED)
    assert (subscription.waiting, subscription.dropped) == (3, 2)
    assert len(subscription.take(2)) == 2
    subscription.put(STARTED)
    assert (subscription.waiting, subscription.dropped) == (2, 2)


@pytest.mark.parametrize(
    ("events", "of_one", "of_an_error"),
    [
        ({"request.received"}, 1, 1),
        ({"request.received", "response.sent"}, 2, 2),
        ({"error.occurred"}, 0, 1),
        ({"request.received", "response.sent", "error.occurred"}, 2, 3),
        ({"server.started"}, 0, 0),
    ],
)
def test_an_exchange_is_as_many_events_as_are_wanted(
    events: set[str], of_one: int, of_an_error: int
) -> None:
    subscription = Subscription(events, Counting(), most=100)
    subscription.put_exchange(recorded())
    assert subscription.waiting == of_one
    subscription.put_exchange(recorded(is_error=True))
    assert subscription.waiting == of_one + of_an_error
    subscription.take(100)
    assert subscription.waiting == 0
    subscription.drop(10, 4)
    assert subscription.dropped == 6 * of_one + 4 * of_an_error


def test_it_is_bounded_in_bytes_too() -> None:
    subscription = Subscription({"request.received"}, Counting(), most_bytes=1000)
    for _ in range(10):
        subscription.put_exchange(recorded(400))
    assert (subscription.waiting, subscription.dropped) == (3, 7)
    assert not subscription.room()
    subscription.take(2)
    assert subscription.room()


def test_what_is_dropped_is_never_decoded() -> None:
    decoder = Counting()
    subscription = Subscription({"request.received"}, decoder, most=2)
    for _ in range(100):
        subscription.put_exchange(recorded())
    subscription.take(100)
    assert decoder.decoded == 2


def test_losses_on_the_way_count_for_those_who_wanted_them() -> None:
    subscription = Subscription({"world.changed"}, Counting())
    subscription.lose("world.changed", 7)
    subscription.lose("scenario.changed", 3)
    assert subscription.dropped == 7

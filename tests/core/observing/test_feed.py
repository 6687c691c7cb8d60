"""What workers hand over: counted exactly, made events where they are wanted, and never trusted."""

from typing import Any

import msgspec
import pytest

from core.observing.fakes import TS, batch_of, call_to, feeds_of, reply_of
from polymock.events import Bus, Subscription
from polymock.journal.appender import Source
from polymock.journal.frames import (
    Batch,
    ChangePart,
    Changes,
    Contracts,
    Hello,
    Replies,
    mock_part,
    reply_fields,
    reply_part,
)
from polymock.observing.feed import MAX_KNOWN
from polymock.observing.recorded import Decoder
from polymock.observing.tally import BOUNDS_US, MAX_KINDS, OTHER
from polymock_schemas.events import (
    ErrorOccurred,
    RequestReceived,
    ResponseSent,
    WorldChanged,
)

REFUSED = reply_of(422, outcome="client_error", source="refusal")


def subscribed(*events: str, redact: tuple[str, ...] = (), **bounds: int) -> Any:
    """Feeds and a feed with one subscriber."""
    bus = Bus()
    feeds, feed = feeds_of(bus)
    decoder = Decoder(redact, lambda: feeds.secrets)
    subscription = Subscription(events, decoder, **bounds)
    bus.subscribe(subscription)
    return feeds, feed, subscription


def test_exchanges_are_counted_by_kind() -> None:
    feeds, feed = feeds_of()
    rows = [(100, call_to(), reply_of()), (700, call_to(), reply_of()), (5, call_to(), REFUSED)]
    feed.hear(batch_of(*rows))
    first, second = feeds.tally.series()
    assert (first.protocol, first.mock, first.operation) == ("openapi", "shop", "GET /pets/{petId}")
    assert (first.status, first.outcome, first.count, first.sum_us) == (200, "ok", 2, 800)
    assert first.buckets[0] == 1  # at most 100 us
    assert first.buckets[BOUNDS_US.index(1000)] == 1
    assert (second.status, second.outcome, second.count) == (422, "client_error", 1)


def test_replies_that_are_known_by_number_count_as_they_are() -> None:
    feeds, feed = feeds_of()
    reply = reply_of(404, outcome="client_error")
    part = reply_part(reply_fields(reply, reply.body, 8, 8))
    feed.hear(Replies(1, {3: part}))
    feed.hear(batch_of((1, call_to(), 3), (1, call_to("/other"), 3)))
    (series,) = feeds.tally.series()
    assert (series.status, series.count) == (404, 2)


def test_a_batch_that_comes_twice_counts_once() -> None:
    feeds, feed = feeds_of()
    batch = batch_of((1, call_to(), reply_of()))
    feed.hear(batch)
    again = feeds.open(Hello("host:0", 1, 5, 1))  # the connection broke
    again.hear(batch)
    again.hear(batch_of((1, call_to(), reply_of()), sequence=2))
    assert [series.count for series in feeds.tally.series()] == [2]


@pytest.mark.parametrize(
    "data", [b"\xc1", msgspec.msgpack.encode(7), msgspec.msgpack.encode([0, "GET"])]
)
def test_what_cannot_be_read_counts_as_nothing(data: bytes) -> None:
    feeds, feed, subscription = subscribed("request.received", "error.occurred")
    good = batch_of((1, call_to(), reply_of()))
    rows = [(TS, 1, msgspec.Raw(data)), *good.rows]
    feed.hear(Batch(1, 1, 0, good.mocks, rows))
    assert [series.count for series in feeds.tally.series()] == [1]
    assert [event.path for event in subscription.take(10)] == ["/pets/1"]


def test_a_reply_that_was_never_told_counts_as_nothing() -> None:
    feeds, feed, subscription = subscribed("response.sent")
    feed.hear(batch_of((1, call_to(), 9)))
    assert feeds.tally.series() == ()
    assert subscription.take(10) == []


def test_kinds_are_bounded_whatever_callers_do() -> None:
    feeds, feed = feeds_of()
    number = MAX_KINDS + 50
    for sequence, start in enumerate(range(0, number, 200), 1):
        exchanges = [
            (1, call_to(), reply_of(operation=f"Query.a{n} + Query.b"))
            for n in range(start, min(start + 200, number))
        ]
        feed.hear(batch_of(*exchanges, sequence=sequence))
    series = feeds.tally.series()
    assert len(series) == MAX_KINDS + 1
    (other,) = [each for each in series if each.operation == OTHER]
    assert other.count == 50
    assert sum(each.count for each in series) == number


def test_what_is_known_by_its_bytes_is_bounded() -> None:
    feeds, feed = feeds_of()
    for sequence in range(1, 12):
        feed.hear(
            batch_of(
                *((1, call_to(f"/{sequence}/{n}"), reply_of()) for n in range(500)),
                sequence=sequence,
            )
        )
    assert sum(series.count for series in feeds.tally.series()) == 5500
    assert len(feed._known) <= MAX_KNOWN


def test_an_exchange_is_a_request_and_a_response() -> None:
    _, feed, subscription = subscribed("request.received", "response.sent")
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    feed.hear(batch_of((250, call_to(body=b"abc", traceparent=trace), reply_of()), first=7))
    received, sent = subscription.take(10)
    assert isinstance(received, RequestReceived)
    assert isinstance(sent, ResponseSent)
    assert received.exchange == sent.exchange
    assert {received.id, sent.id} == {f"rq_{sent.exchange}", f"rs_{sent.exchange}"}
    assert (received.method, received.path, received.body) == ("GET", "/pets/1", "abc")
    assert (received.ts, sent.ts, sent.latency_us) == (TS, TS + 250, 250)
    assert (sent.status, sent.outcome, sent.source, sent.body) == (200, "ok", "example", '{"id":1}')
    assert (sent.trace_id, sent.parent) == ("0af7651916cd43dd8448eb211c80319c", trace)


def test_its_id_is_that_of_its_row(journal: Any) -> None:
    _, feed, subscription = subscribed("request.received")
    batch = batch_of((1, call_to(), reply_of()), first=3)
    feed.hear(batch)
    journal.submit(Source("host:0", 5, 0), batch, lambda: None)
    (event,) = subscription.take(1)
    assert journal.query("SELECT CAST(id AS VARCHAR) FROM requests").rows == [[event.exchange]]


def test_errors_are_what_is_not_ok() -> None:
    _, feed, subscription = subscribed("error.occurred")
    feed.hear(batch_of((1, call_to(), reply_of()), (1, call_to("/pets/x"), REFUSED)))
    (error,) = subscription.take(10)
    assert isinstance(error, ErrorOccurred)
    assert (error.part, error.status, error.outcome) == ("exchange", 422, "client_error")
    assert error.message == "GET /pets/{petId} was answered with 422 (client error)"
    assert subscription.dropped == 0


def test_secrets_are_hidden_as_in_the_journal() -> None:
    _, feed, subscription = subscribed("request.received", redact=("$.card",))
    feed.hear(Contracts((mock_part("shop", "openapi", (), ("X-Api-Key",)),)))
    call = call_to(
        body=b'{"card":"4711","name":"Ada"}',
        x_api_key="hunter2",
        authorization="Bearer hunter2",
        content_type="application/json",
    )
    feed.hear(batch_of((1, call, reply_of())))
    (event,) = subscription.take(1)
    text = msgspec.json.encode(event).decode()
    assert "hunter2" not in text
    assert "4711" not in text
    assert "Ada" in text


def test_a_full_queue_counts_every_exchange_it_has_no_room_for() -> None:
    _, feed, subscription = subscribed("request.received", "error.occurred", most=10)
    for sequence in range(1, 5):
        feed.hear(batch_of(*((1, call_to(), REFUSED) for _ in range(20)), sequence=sequence))
    assert subscription.waiting == 10
    assert subscription.waiting + subscription.dropped == 4 * 20 * 2


def test_writes_to_the_world_are_told_with_their_session() -> None:
    _, feed, subscription = subscribed("world.changed")
    feed.hear(
        Changes(
            (
                ChangePart(TS, "created", "pets", "7", "base", "shop", 0),
                ChangePart(TS + 1, "deleted", "pets", "7", "~test-1~a1b2", "shop", 3),
                ChangePart(TS + 2, "reset", "", "", "~test-1~", "", 0),
            ),
            dropped=4,
        )
    )
    created, deleted, reset = subscription.take(10)
    assert isinstance(created, WorldChanged)
    assert (created.action, created.key, created.session, created.ts) == ("created", "7", "", TS)
    assert (deleted.action, deleted.session, deleted.others) == ("deleted", "test-1", 3)
    assert (reset.action, reset.collection, reset.session) == ("reset", "", "test-1")
    assert subscription.dropped == 4

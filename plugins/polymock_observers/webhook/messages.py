"""What a webhook sends: an event as JSON, or a list of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from polymock_schemas.events import Event, instant, told

MAX_MESSAGE = 1024 * 1024
"""Bytes of a list of events, but that one event may have more."""
BATCH = "events"
TEST = "webhook.test"

_encode = msgspec.json.Encoder().encode


class Message(msgspec.Struct, frozen=True):
    """A body to send. `id` stays the same however often it is sent; `ts` is when it happened, in
    microseconds since 1970; `type` is the event's, or BATCH; it holds so many `events`."""

    id: str
    ts: int
    type: str
    events: int
    body: bytes


def messages(events: Sequence[Event], batch: int, *, bodies: bool) -> Iterator[Message]:
    """Events as messages of so many each, in order."""
    if batch == 1:
        for event in events:
            wire = told(event, bodies=bodies)
            yield Message(event.id, event.ts, wire["type"], 1, _encode(wire))
        return
    first: Event | None = None
    texts: list[bytes] = []
    for event in events:
        text = _encode(told(event, bodies=bodies))
        if first is not None and (
            len(texts) >= batch or sum(map(len, texts)) + len(text) > MAX_MESSAGE
        ):
            yield _list(first, texts)
            first, texts = None, []
        first = first or event
        texts.append(text)
    if first is not None:
        yield _list(first, texts)


def test_message(name: str, id_: str, ts_us: int) -> Message:
    """A message that says that it is a test of the webhook of this name."""
    wire = {"id": id_, "type": TEST, "timestamp": instant(ts_us), "data": {"observer": name}}
    return Message(id_, ts_us, TEST, 0, _encode(wire))


def _list(first: Event, texts: Sequence[bytes]) -> Message:
    return Message(f"ls_{first.id}", first.ts, BATCH, len(texts), b"[" + b",".join(texts) + b"]")

"""What workers hand over for the journal, heard on its way: counted, and put on the bus.

Nothing of it may hold the journal up: an exchange costs a look-up by its bytes and three additions.
What is more is done for subscribers alone, and for as many exchanges as they have room for.
"""

from __future__ import annotations

import msgspec

from polymock.events import Bus, new_id
from polymock.ids import uuid7
from polymock.journal.frames import (
    WORLD_CHANGED,
    Batch,
    ChangePart,
    Changes,
    Contracts,
    Hello,
    Replies,
    ReplyPart,
)
from polymock.observing.recorded import Recorded
from polymock.observing.tally import Count, Kind, Tally
from polymock_schemas.events import WorldChanged

MAX_KNOWN = 4096
MAX_KNOWN_BYTES = 1024
"""So many exchanges of at most so many bytes each are known by their bytes."""
GENERATIONS_KEPT = 2


class _ReplyHead(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The beginning of a ReplyPart."""

    status: int
    headers: msgspec.Raw
    body: msgspec.Raw
    whole: int
    size: int
    source: str
    outcome: str
    operation: str


class _CallHead(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A CallPart, of which only what tells its kind is decoded."""

    mock: int
    method: msgspec.Raw
    path: msgspec.Raw
    query: msgspec.Raw
    client: msgspec.Raw
    headers: msgspec.Raw
    body: msgspec.Raw
    whole: int
    size: int
    reply: int | _ReplyHead


_read_head = msgspec.msgpack.Decoder(_CallHead).decode


class Feeds:
    """The feeds of all workers, what is common to them: the tally, the secrets, what was heard."""

    def __init__(self, bus: Bus, tally: Tally) -> None:
        self.bus = bus
        self.tally = tally
        self.secrets: frozenset[str] = frozenset()
        """Names of header fields and query parameters that contracts say to hide."""
        self.heard: dict[int, int] = {}
        """The last batch that was heard of each worker's run: after a connection broke, some are
        sent again."""

    def open(self, hello: Hello) -> Feed:
        """The feed of a worker that has connected."""
        return Feed(self, hello)


class Feed:
    """What one worker hands over. Called on one event loop."""

    def __init__(self, feeds: Feeds, hello: Hello) -> None:
        self._feeds = feeds
        self._hello = hello
        self._replies: dict[int, dict[int, ReplyPart]] = {}
        self._known: dict[bytes, Count] = {}
        self._by_reply: dict[tuple[int, int], Count] = {}
        self._valid_for: tuple[int, tuple[tuple[str, str], ...]] = (0, ())

    def hear(self, frame: Batch | Replies | Contracts | Changes) -> None:
        """Take notice of a frame."""
        if isinstance(frame, Batch):
            if frame.sequence > self._feeds.heard.get(self._hello.run, 0):
                self._feeds.heard[self._hello.run] = frame.sequence
                self._hear_batch(frame)
        elif isinstance(frame, Replies):
            self._replies.setdefault(frame.generation, {}).update(frame.replies)
            for old in sorted(self._replies)[:-GENERATIONS_KEPT]:
                del self._replies[old]
        elif isinstance(frame, Contracts):
            told = {name for mock in frame.mocks for name in mock.secrets}
            if not told <= self._feeds.secrets:
                self._feeds.secrets |= told
        else:
            for change in frame.changes:
                self._feeds.bus.publish(_world_changed(change))
            for subscription in self._feeds.bus.subscriptions if frame.dropped else ():
                subscription.lose(WORLD_CHANGED, frame.dropped)

    def _hear_batch(self, batch: Batch) -> None:
        valid_for = (batch.generation, batch.mocks)
        if self._valid_for != valid_for:
            self._known, self._by_reply, self._valid_for = {}, {}, valid_for
        known, counts = self._known, list[Count | None]()
        for _, latency, data in batch.rows:
            key = bytes(data)
            count = known.get(key)
            if count is None:
                count = self._new(batch, key)
            if count is not None:
                count.add(latency)
            counts.append(count)
        if any(each.of_exchanges for each in self._feeds.bus.subscriptions):
            self._publish(batch, counts)

    def _new(self, batch: Batch, data: bytes) -> Count | None:
        """Where an exchange counts whose bytes are not known; None where they cannot be read."""
        try:
            head = _read_head(data)
            reply = head.reply
            if isinstance(reply, int):
                count = self._by_reply.get((head.mock, reply))
                if count is None:
                    part = self._replies[batch.generation][reply]
                    count = self._count(batch, head.mock, part)
                    self._by_reply[head.mock, reply] = count
            else:
                count = self._count(batch, head.mock, reply)
        except (msgspec.DecodeError, LookupError):
            return None
        if len(data) <= MAX_KNOWN_BYTES:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[data] = count
        return count

    def _count(self, batch: Batch, mock: int, reply: ReplyPart | _ReplyHead) -> Count:
        name, protocol = batch.mocks[mock]
        kind = Kind(protocol, name, reply.operation, reply.status, reply.outcome)
        return self._feeds.tally.count_of(kind)

    def _publish(self, batch: Batch, counts: list[Count | None]) -> None:
        """Put the exchanges of a batch on the bus, as far as there is room for them."""
        errors = [count is not None and count.is_error for count in counts]
        for subscription in self._feeds.bus.subscriptions:
            if not subscription.of_exchanges:
                continue
            if not subscription.room():
                subscription.drop(len(counts), sum(errors))
                continue
            for place, is_error in enumerate(errors):
                if not subscription.count_of(1, is_error):
                    continue
                if not subscription.room():
                    subscription.drop(len(counts) - place, sum(errors[place:]))
                    break
                subscription.put_exchange(self._recorded(batch, place, is_error))

    def _recorded(self, batch: Batch, place: int, is_error: bool) -> Recorded:
        ts, latency, data = batch.rows[place]
        key = bytes(data)
        try:
            mock, protocol = batch.mocks[_read_head(key).mock]
        except (msgspec.DecodeError, LookupError):
            mock = protocol = ""
        return Recorded(
            id=uuid7(ts, self._hello.run, batch.first + place),
            ts=ts,
            latency_us=latency,
            data=key,
            replies=self._replies.get(batch.generation, {}),
            mock=mock,
            protocol=protocol,
            node=self._hello.node,
            is_error=is_error,
        )


def _world_changed(change: ChangePart) -> WorldChanged:
    """A session's space has its name between tildes."""
    session = change.space.split("~")[1] if change.space.startswith("~") else ""
    return WorldChanged(
        id=f"wc_{new_id(change.ts)}",
        ts=change.ts,
        action=change.action,
        collection=change.collection,
        key=change.key,
        session=session,
        mock=change.mock,
        others=change.others,
    )

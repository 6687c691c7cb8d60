"""The bus: what happens to the server, its mocks and its world goes to those who subscribed.

It lives in the control process. Whoever publishes waits for nobody: each subscription has a queue
that is bounded in events and bytes, and counts what it has no room for. Exchanges come as workers
hand them over for the journal, and are decoded only where somebody takes them.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from polymock.ids import new_run, uuid7, uuid_text
from polymock.observing.recorded import Decoder, Recorded
from polymock_schemas.events import Event, name_of

QUEUE_EVENTS = 10_000
QUEUE_BYTES = 16 * 1024 * 1024
RECEIVED, SENT, ERROR = "request.received", "response.sent", "error.occurred"
OF_EXCHANGES = frozenset({RECEIVED, SENT, ERROR})
"""Events that are made of exchanges."""
TOLD_BY_WORKERS = frozenset({"world.changed", "scenario.changed"})
"""Events that workers tell of, where somebody wants to hear them."""

_run = new_run()
_numbers = itertools.count()


class Subscription:
    """What one subscriber is still to be told. Any thread may put, one takes.

    `events` are the names that it is told of; `decoder` makes events of exchanges; `wake` is called
    whenever something comes into the empty queue.
    """

    def __init__(
        self,
        events: Iterable[str],
        decoder: Decoder,
        *,
        most: int = QUEUE_EVENTS,
        most_bytes: int = QUEUE_BYTES,
    ) -> None:
        self.events = frozenset(events)
        self.dropped = 0
        self.wake: Callable[[], None] = _nobody
        self._decoder = decoder
        self._most = most
        self._most_bytes = most_bytes
        self._queue: deque[Event | Recorded] = deque()
        self._waiting = self._bytes = 0
        self._lock = threading.Lock()
        self._of_all = len(self.events & {RECEIVED, SENT})
        self.of_exchanges = bool(self.events & OF_EXCHANGES)
        self.of_errors = ERROR in self.events

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return self._waiting

    def put(self, event: Event) -> None:
        """Queue an event, if it is one of those subscribed to."""
        if name_of(event) not in self.events:
            return
        with self._lock:
            if self._waiting >= self._most:
                self.dropped += 1
                return
            self._queue.append(event)
            self._waiting += 1
        self.wake()

    def room(self) -> bool:
        """Whether anything more would be kept."""
        return self._waiting < self._most and self._bytes < self._most_bytes

    def count_of(self, rows: int, errors: int) -> int:
        """How many events so many exchanges are, so many of them with errors."""
        return rows * self._of_all + (errors if self.of_errors else 0)

    def drop(self, rows: int, errors: int) -> None:
        """Count exchanges that there is no room for."""
        with self._lock:
            self.dropped += self.count_of(rows, errors)

    def lose(self, name: str, events: int) -> None:
        """Count events of a name that were lost on their way here."""
        if name in self.events:
            with self._lock:
                self.dropped += events

    def put_exchange(self, exchange: Recorded) -> None:
        """Queue the events of an exchange, all of them or none."""
        events = self.count_of(1, exchange.is_error)
        if not events:
            return
        with self._lock:
            if self._waiting + events > self._most or self._bytes >= self._most_bytes:
                self.dropped += events
                return
            self._queue.append(exchange)
            self._waiting += events
            self._bytes += len(exchange.data)
        self.wake()

    def take(self, most: int) -> list[Event]:
        """The next events, about so many at most; [] where none wait."""
        taken: list[Event | Recorded] = []
        count = 0
        with self._lock:
            while self._queue and count < most:
                entry = self._queue.popleft()
                taken.append(entry)
                if isinstance(entry, Recorded):
                    events = self.count_of(1, entry.is_error)
                    self._bytes -= len(entry.data)
                else:
                    events = 1
                count += events
                self._waiting -= events
        found: list[Event] = []
        for entry in taken:
            if isinstance(entry, Recorded):
                found.extend(self._decoder.events(entry, self.events))
            else:
                found.append(entry)
        return found


class Bus:
    """Events, and who is told of them. Every method may be called from any thread."""

    def __init__(self) -> None:
        self.subscriptions: Sequence[Subscription] = ()

    def subscribe(self, subscription: Subscription) -> None:
        """Tell somebody of what happens from now on."""
        self.subscriptions = (*self.subscriptions, subscription)

    def unsubscribe(self, subscription: Subscription) -> None:
        """Tell him no more."""
        self.subscriptions = tuple(s for s in self.subscriptions if s is not subscription)

    @property
    def wanted(self) -> frozenset[str]:
        """The names of all events that somebody is told of."""
        return frozenset[str]().union(*(each.events for each in self.subscriptions))

    def publish(self, event: Event) -> None:
        """Tell of something that happened."""
        for subscription in self.subscriptions:
            subscription.put(event)


def now_us() -> int:
    """The time in microseconds since 1970."""
    return time.time_ns() // 1000


def new_id(ts_us: int) -> str:
    """An id for an event, a UUIDv7."""
    return uuid_text(uuid7(ts_us, _run, next(_numbers)))


def _nobody() -> None:
    """Nobody waits yet."""

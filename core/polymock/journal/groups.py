"""What waits to be written: put by any thread, taken in groups by the one that writes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence

from polymock.journal.appender import Delivery
from polymock.journal.frames import Batch

GROUP_ROWS = 20_000
GROUP_BYTES = 8 * 1024 * 1024


class Groups:
    """Deliveries in the order that they came. `changed` guards them, and whatever its owner likes.

    `closing` is true from `close` on: then what waits is taken at once, and nobody waits for more.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.closing = False
        self._waiting: deque[Delivery] = deque()
        self._rows = self._bytes = 0
        self._group: Sequence[Delivery] = ()
        self._submitted = self._finished = self._asked = 0

    def put(self, delivery: Delivery) -> None:
        """Let it wait."""
        with self.changed:
            self._waiting.append(delivery)
            self._submitted += 1
            self._rows += delivery.rows
            self._bytes += delivery.size
            self.changed.notify_all()

    def take(self, not_before: float, until: float) -> list[Delivery]:
        """The next group, not before a time (of time.monotonic) unless it is large, or asked for.

        [] where there is none by `until`.
        """
        with self.changed:
            while not (self.closing or _is_large(self._rows, self._bytes)):
                if self._asked > self._finished:
                    break
                now = time.monotonic()
                wake = not_before if self._waiting else until
                if wake <= now:
                    break
                self.changed.wait(wake - now)
            group: list[Delivery] = []
            rows = size = 0
            while self._waiting and not _is_large(rows, size):
                again = self._waiting[0].again
                if again and group:
                    break
                delivery = self._waiting.popleft()
                group.append(delivery)
                rows += delivery.rows
                size += delivery.size
                if again:
                    break
            self._rows -= rows
            self._bytes -= size
            self._group = group
            return group

    def finish(self, group: Sequence[Delivery]) -> None:
        """Nothing more is done about a group that was taken."""
        with self.changed:
            self._finished += len(group)
            self._group = ()
            self.changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Have what was put before taken now, and wait until it is finished; False if that took
        longer."""
        with self.changed:
            wanted = self._asked = self._submitted
            self.changed.notify_all()
            return self.changed.wait_for(lambda: self._finished >= wanted, seconds)

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it is closed."""
        with self.changed:
            self.changed.wait_for(lambda: self.closing, seconds)

    def close(self) -> None:
        """Nothing more will come."""
        with self.changed:
            self.closing = True
            self.changed.notify_all()

    def batches(self) -> list[Delivery]:
        """The batches that wait or are being written, the oldest first. Under `changed`."""
        return [d for d in (*self._group, *self._waiting) if isinstance(d.frame, Batch)]


def _is_large(rows: int, size: int) -> bool:
    """Whether so much is written at once rather than together with more."""
    return rows >= GROUP_ROWS or size >= GROUP_BYTES

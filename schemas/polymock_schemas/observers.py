"""Observers, health and figures: what commands ask of a running server, and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ObserverName = Annotated[
    str, Meta(min_length=1, max_length=64, description="The observer's name, such as `webhook`")
]
HealthState = Literal["ok", "degraded", "failed"]
"""Of a part of the server: as it should be; at work, but something was lost or is short; not at
work."""


class OfObserver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question about one observer."""

    name: ObserverName


class DeliveryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which deliveries of an observer."""

    name: ObserverName
    limit: Annotated[int, Meta(ge=1, le=1000, description="At most so many, the newest first")] = 50


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which dead letters to deliver again."""

    name: ObserverName
    ids: Annotated[
        tuple[str, ...],
        Meta(max_length=1000, description="Those with these ids; default: all of them"),
    ] = ()
    wait: Annotated[
        float,
        Meta(
            gt=0,
            le=3600,
            description="How long it may take; what was delivered by then is",
            extra={"unit": "seconds"},
        ),
    ] = 600.0


class ObserverInfo(msgspec.Struct, frozen=True):
    """How an observer does.

    Counts are of events, since the server started: `waiting` for it in its queue, `delivered`
    (taken without an error), `failed`, `dropped` as there was no room for them. `dead_letters` are
    those kept on disk, to be replayed; None where it keeps none. `reason` says why its state is not
    ok.
    """

    name: str
    type: str
    events: tuple[str, ...]
    state: HealthState
    reason: str
    waiting: int
    delivered: int
    failed: int
    dropped: int
    dead_letters: int | None = None


class Delivery(msgspec.Struct, frozen=True):
    """One attempt to deliver a message, or the last of several.

    `ts` is when it began, in microseconds since 1970; `status` the HTTP status that came back, 0
    for none; `elapsed_ms` is of all `attempts` together, the waiting between them included.
    """

    id: str
    ts: int
    type: str
    events: int
    delivered: bool
    attempts: int
    status: int
    elapsed_ms: int
    error: str = ""
    response: str = ""
    """The beginning of what came back, as text."""


class DeadLetter(msgspec.Struct, frozen=True):
    """A message that could not be delivered, as it is kept on disk."""

    id: str
    ts: int
    type: str
    events: int
    attempts: int
    error: str
    body: str
    """What was to be sent: JSON text."""


class Replayed(msgspec.Struct, frozen=True):
    """What came of a replay: how many were delivered, and those that failed again, with why."""

    delivered: int
    failed: tuple[Delivery, ...]


class PartHealth(msgspec.Struct, frozen=True):
    """How one part of the server does: workers, store, journal, disk, an observer."""

    name: str
    state: HealthState
    reason: str


class Health(msgspec.Struct, frozen=True):
    """Whether calls are answered and recorded, and how each part does."""

    ready: bool
    parts: tuple[PartHealth, ...]


class ProcessFigures(msgspec.Struct, frozen=True):
    """What a process of the server takes: `control`, `worker-0`. Seconds of CPU, bytes resident."""

    name: str
    pid: int
    cpu_seconds: float
    memory_bytes: int
    threads: int


class Series(msgspec.Struct, frozen=True):
    """Exchanges of one kind, since the server started.

    `buckets` count those whose latency was at most that of each bound, and the slower ones; they
    are not cumulative. `sum_us` is the sum of the latencies in microseconds.
    """

    protocol: str
    mock: str
    operation: str
    status: int
    outcome: str
    count: int
    sum_us: int
    buckets: tuple[int, ...]


class JournalFigures(msgspec.Struct, frozen=True):
    """How the journal keeps up: rows written, rows that wait and for how long the oldest of them
    (seconds), and what was lost."""

    rows: int
    waiting_rows: int
    lag_seconds: float
    gaps: int
    dropped_rows: int
    failing: bool


class Figures(msgspec.Struct, frozen=True):
    """What a server can be measured by, as observers with metrics show it.

    `started` is in seconds since 1970, `bounds_us` the upper bounds of the buckets in microseconds.
    `journal` is None where nothing is recorded.
    """

    started: float
    bounds_us: tuple[int, ...]
    series: tuple[Series, ...]
    journal: JournalFigures | None
    observers: tuple[ObserverInfo, ...]
    processes: tuple[ProcessFigures, ...]
    disk_free_bytes: int | None = None


class Page(msgspec.Struct, frozen=True):
    """Something to show on the admin port."""

    media_type: str
    body: bytes

"""`logs.report`: what it is asked with, and what it answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from polymock_schemas.journal_questions import Selection

Format = Literal["text", "json", "markdown", "html"]


class ReportQuery(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges to report on, how long the lists may be, and in which form."""

    most: Annotated[
        int,
        Meta(description="At most so many operations, callers, errors, slow calls", ge=1, le=500),
    ] = 10
    format: Annotated[
        Format | None,
        Meta(description="The form of the answer's `document`; the figures come with it"),
    ] = None


class Latency(msgspec.Struct, frozen=True):
    """Latencies in microseconds: so many of 100 calls took at most this."""

    mean_us: int
    p50_us: int
    p90_us: int
    p95_us: int
    p99_us: int
    max_us: int


class Sizes(msgspec.Struct, frozen=True):
    """Bytes of bodies on the wire: of all, and of the largest."""

    request_bytes: int
    response_bytes: int
    largest_request: int
    largest_response: int


class Figures(msgspec.Struct, frozen=True):
    """The figures of some calls.

    `share` is of all calls reported on (0 to 1), `per_second` over the report's time (0 where that
    is no time), `error_ratio` is errors / calls. Errors are answers other than `ok`, and
    `outcomes`, `sources` (who made the answer) and `statuses` count all of them.
    """

    calls: int
    share: float
    per_second: float
    errors: int
    error_ratio: float
    latency: Latency
    sizes: Sizes
    outcomes: dict[str, int]
    sources: dict[str, int]
    statuses: dict[str, int]
    first_ts: datetime
    last_ts: datetime


class MockFigures(msgspec.Struct, frozen=True):
    """A mock, and its figures."""

    mock: str
    protocol: str
    figures: Figures


class OperationFigures(msgspec.Struct, frozen=True):
    """An operation ("" where none matched), and its figures."""

    mock: str
    protocol: str
    operation: str
    figures: Figures


class CallerFigures(msgspec.Struct, frozen=True):
    """A principal or a session ("" for none), and its figures in short."""

    name: str
    calls: int
    share: float
    per_second: float
    errors: int
    error_ratio: float
    latency: Latency
    last_ts: datetime


class Caller(msgspec.Struct, frozen=True):
    """Who calls: by whose name, from where, with what."""

    principal: str
    client: str
    user_agent: str
    calls: int
    share: float
    errors: int
    error_ratio: float
    last_ts: datetime


class ErrorClass(msgspec.Struct, frozen=True):
    """Answers other than ok that are alike. `share` is of all errors; `why` is what the last of
    them broke of the contract, "" where it was nothing; `last_id` is its id in `requests`."""

    mock: str
    protocol: str
    operation: str
    status: int
    outcome: str
    source: str
    calls: int
    share: float
    last_ts: datetime
    last_id: str
    why: str


class SlowCall(msgspec.Struct, frozen=True):
    """One of the slowest calls; `id` is that of `requests`."""

    id: str
    ts: datetime
    mock: str
    protocol: str
    operation: str
    method: str
    path: str
    status: int
    outcome: str
    source: str
    principal: str
    client: str
    latency_us: int


class Step(msgspec.Struct, frozen=True):
    """What came in a step of the timeline, which begins at `ts`. Latencies are 0 without calls."""

    ts: datetime
    calls: int
    client_errors: int
    server_errors: int
    faults: int
    p50_us: int
    p95_us: int


class Timeline(msgspec.Struct, frozen=True):
    """The report's time in equal steps, the first and last of which may be cut off."""

    step_seconds: int
    steps: tuple[Step, ...]


class Report(msgspec.Struct, frozen=True):
    """How traffic was.

    It is about the time from `since` to `until` (None: the journal is empty), which is what was
    asked about as far as the journal has it; `seconds` is how long that is. Lists hold the most
    frequent (or slowest) first, and `left_out` tells how many more there are. `latency_error` is
    how far percentiles may be off, as a ratio: 0 where they are exact. `dropped` calls of that time
    could not be recorded. Where nothing matches `total` is None and `hints` say what to do.
    `document` is the report in the form that was asked for, "" where none was.
    """

    made: datetime
    selection: Selection
    since: datetime | None
    until: datetime | None
    seconds: float
    total: Figures | None
    mocks: tuple[MockFigures, ...] = ()
    operations: tuple[OperationFigures, ...] = ()
    principals: tuple[CallerFigures, ...] = ()
    sessions: tuple[CallerFigures, ...] = ()
    callers: tuple[Caller, ...] = ()
    errors: tuple[ErrorClass, ...] = ()
    slowest: tuple[SlowCall, ...] = ()
    timeline: Timeline | None = None
    left_out: dict[str, int] = {}
    latency_error: float = 0.0
    dropped: int = 0
    hints: tuple[str, ...] = ()
    document: str = ""

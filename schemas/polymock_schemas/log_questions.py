"""Questions about exchanges: was it called, what missed, what differs, what comes, and a copy."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from polymock_schemas.calls import Outcome
from polymock_schemas.journal_questions import Selection

Line = Annotated[str, Meta(max_length=2000)]
Lines = Annotated[tuple[Line, ...], Meta(max_length=50)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class Calls(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges, by what the call was and how it was answered."""

    method: Annotated[
        Annotated[str, Meta(max_length=100)] | None, Meta(description="Calls by this method")
    ] = None
    path: Annotated[
        Line | None,
        Meta(
            description="Calls to this path, prefix included; {id} or * stands for any one "
            "segment, ** for any number of them"
        ),
    ] = None
    status: Annotated[
        Annotated[int, Meta(ge=0, le=999)] | None,
        Meta(description="Calls answered with this status (of gRPC: code)"),
    ] = None
    outcome: Annotated[Outcome | None, Meta(description="Calls that ended so")] = None
    client: Annotated[Line | None, Meta(description="Calls from this address")] = None


class VerifyQuery(Calls, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What should have been called, and how often; without a number once at least."""

    query: Annotated[
        Lines,
        Meta(description="Query parameters that it has: name=value, or a name alone for any value"),
    ] = ()
    header: Annotated[
        Lines,
        Meta(description="Headers that it has: name=value, or a name alone for any value"),
    ] = ()
    body: Annotated[
        Any, Meta(description="The body that it has: equal as JSON; text for one that is not JSON")
    ] = None
    contains: Annotated[
        Any,
        Meta(
            description="JSON that its body contains: of objects these members, of arrays these "
            "elements, at least; of text, this text"
        ),
    ] = None
    times: Annotated[Count | None, Meta(description="Exactly so many times")] = None
    at_least: Annotated[Count | None, Meta(description="So many times or more")] = None
    at_most: Annotated[Count | None, Meta(description="So many times or fewer")] = None
    never: Annotated[bool, Meta(description="Not at all")] = False


class SeenCall(msgspec.Struct, frozen=True):
    """A call that was made: enough to know it again."""

    id: str
    ts: datetime
    method: str
    path: str
    operation: str
    status: int
    session: str


class NearMiss(msgspec.Struct, frozen=True):
    """A call that was nearly the one wanted; `differs` says in what it was not."""

    call: SeenCall
    differs: tuple[str, ...]


class Verification(msgspec.Struct, frozen=True):
    """Whether it holds. `count` calls were as wanted, the first of them are `calls`; where they are
    too few, `nearest` are others, the nearest first."""

    holds: bool
    summary: str
    wanted: str
    count: int
    calls: tuple[SeenCall, ...]
    nearest: tuple[NearMiss, ...]


class UnmatchedQuery(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which calls that no operation answered."""

    limit: Annotated[int, Meta(description="At most so many different calls", ge=1, le=1000)] = 50


class Unmatched(msgspec.Struct, frozen=True):
    """Calls that no operation answered, alike in method and path (or in what was wrong with them).

    `nearest` is the operation that they nearly called, of the mock `nearest_mock`, "" where none is
    near; `why` says what they missed it by, `hint` what to call instead. `last_id` is the id of the
    last of them.
    """

    mock: str
    protocol: str
    method: str
    path: str
    status: int
    calls: int
    first_ts: datetime
    last_ts: datetime
    last_id: str
    nearest: str
    nearest_mock: str
    why: str
    hint: str


class UnmatchedCalls(msgspec.Struct, frozen=True):
    """What missed, the most frequent first: `calls` in all, of `kinds` sorts."""

    calls: int
    kinds: int
    unmatched: tuple[Unmatched, ...]


Part = Annotated[str, Meta(min_length=1, max_length=200)]

SIDE = "a time, FROM..TO, such as 2h..1h or 2026-03-01..2026-03-02, or session:NAME"


class DiffQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which two parts of the traffic are compared."""

    before: Annotated[Part, Meta(description=f"What was before: {SIDE}")]
    after: Annotated[Part, Meta(description=f"What was after: {SIDE}")]
    mock: Annotated[
        Annotated[str, Meta(max_length=1000)] | None, Meta(description="Calls of this mock")
    ] = None
    operation: Annotated[
        Annotated[str, Meta(max_length=1000)] | None, Meta(description="Calls of this operation")
    ] = None
    principal: Annotated[
        Annotated[str, Meta(max_length=1000)] | None, Meta(description="Calls of this principal")
    ] = None
    all: Annotated[bool, Meta(description="Operations that did not change, too")] = False


class Figures(msgspec.Struct, frozen=True):
    """How an operation did: `rate` is calls a minute (None where there is no time to divide by),
    times are milliseconds, `errors` and `violations` shares of the calls, `statuses` counts."""

    calls: int
    rate: float | None
    errors: float
    violations: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    statuses: dict[str, int]


class Change(msgspec.Struct, frozen=True):
    """Something that changed, and how sure that is: that it is by chance alone is `clear`ly
    (p < 0.001) or `probabl`y (p < 0.05) not so, all comparisons taken together."""

    measure: Literal["calls", "errors", "violations", "latency", "statuses"]
    significance: Literal["clear", "probable"]
    summary: str


class OperationDiff(msgspec.Struct, frozen=True):
    """An operation before and after; None where it was not called."""

    mock: str
    operation: str
    state: Literal["new", "gone", "changed", "same"]
    before: Figures | None
    after: Figures | None
    changes: tuple[Change, ...]


class Side(msgspec.Struct, frozen=True):
    """One of the two parts: how it was named, from when to when calls came, how many, and of how
    many seconds rates are; None where that is not known."""

    name: str
    first_ts: datetime | None
    last_ts: datetime | None
    calls: int
    seconds: float | None


class Diff(msgspec.Struct, frozen=True):
    """What differs between two parts of the traffic; `total` is all of it."""

    before: Side
    after: Side
    total: OperationDiff
    operations: tuple[OperationDiff, ...]
    same: int
    """How many operations did not change."""


class TailQuery(Calls, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges are shown: the latest, or those after a cursor."""

    after: Annotated[
        str,
        Meta(
            description="The cursor of the answer before; without it the latest calls",
            max_length=4000,
        ),
    ] = ""
    limit: Annotated[int, Meta(description="At most so many", ge=1, le=1000)] = 20
    wait: Annotated[
        float,
        Meta(
            description="Where nothing came after the cursor, wait so long for something",
            ge=0,
            le=25,
            extra={"unit": "seconds"},
        ),
    ] = 0.0
    bodies: Annotated[bool, Meta(description="With headers and bodies")] = False


class TailedCall(msgspec.Struct, frozen=True):
    """An exchange. Headers and bodies are None where they were not asked for."""

    id: str
    ts: datetime
    mock: str
    protocol: str
    operation: str
    method: str
    path: str
    query: str
    status: int
    outcome: str
    source: str
    latency_ms: float
    session: str
    principal: str
    client: str
    violations: tuple[str, ...]
    request_headers: Any = None
    response_headers: Any = None
    request_body: str | None = None
    response_body: str | None = None


class Tail(msgspec.Struct, frozen=True):
    """Exchanges, the oldest first, and the cursor that the next question goes on from."""

    calls: tuple[TailedCall, ...]
    cursor: str


ExportFormat = Literal["parquet", "csv", "jsonl", "har", "postman"]


class ExportQuery(Calls, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges are copied to a file, and how."""

    output: Annotated[
        str,
        Meta(
            description="The file. Of one that is not asked on the command line the name alone "
            "counts: it is written to the folder `exports` beside the journal",
            min_length=1,
            max_length=1000,
        ),
    ]
    format: Annotated[
        ExportFormat | None,
        Meta(
            description="Of the file; default: by its ending (.parquet, .csv, .jsonl, .har, "
            ".postman_collection.json)"
        ),
    ] = None
    force: Annotated[bool, Meta(description="Replace a file that is there")] = False


class Export(msgspec.Struct, frozen=True):
    """The file that was written: so many `exchanges` of the journal, so many `bytes`; `left_out`
    are exchanges of which a Postman collection has an example already. `note` says why there may be
    none; "" where there are some."""

    path: str
    format: ExportFormat
    exchanges: int
    bytes: int
    left_out: int = 0
    note: str = ""

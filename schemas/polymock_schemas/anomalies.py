"""What is odd in the traffic: the question and its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from polymock_schemas.journal_questions import Selection

AnomalyKind = Literal[
    "rate",
    "latency",
    "errors",
    "violations",
    "unmatched",
    "new_client",
    "new_user_agent",
    "new_principal",
    "scan",
]
"""An operation is called more or less often; takes longer or less long; fails more often; is called
more often against its contract. More calls than usual match no operation. A caller is new. A caller
asks for many different addresses or ids."""

Unit = Literal["calls per minute", "of calls", "ms", "calls", "addresses", "ids"]

Severity = Literal["high", "medium", "low"]


class AnomalyQuery(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which traffic is judged; that before `since` says what is usual.

    Without `since` all of it is judged, each part by the rest.
    """

    kinds: Annotated[
        tuple[AnomalyKind, ...],
        Meta(description="Only anomalies of these kinds; without any, of all", max_length=9),
    ] = ()
    severity: Annotated[
        Severity, Meta(description="Only anomalies that are at least so severe")
    ] = "low"
    baseline: Annotated[
        float,
        Meta(
            description="How much of the traffic before `since` says what is usual",
            ge=60,
            le=366 * 86_400,
            extra={"unit": "seconds"},
        ),
    ] = 7 * 86_400.0
    limit: Annotated[int, Meta(description="At most so many", ge=1, le=1000)] = 100


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """Something odd, with the figures that make it so.

    `summary` says it in words. `mock` and `operation` are "" where several are meant or none
    answered, `subject` is the caller (an address, a User-Agent, a principal) where it is about one.
    `baseline` is what is usual and `seen` what was seen instead, in `unit`; `calls` were looked at.
    It happened between `first_ts` and `last_ts` (UTC). By chance alone it would be expected once in
    10 ** `surprise` times; None where that cannot be said. `evidence` is a query for `logs sql`.
    """

    kind: AnomalyKind
    severity: Severity
    summary: str
    mock: str
    operation: str
    subject: str
    baseline: float
    seen: float
    unit: Unit
    calls: int
    first_ts: datetime
    last_ts: datetime
    surprise: float | None
    evidence: str


class AnomalyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is odd, the most severe first.

    `since` to `until` was judged, by the traffic from `baseline_since` on, in windows of
    `window_seconds`; None where nothing was recorded. `calls` were judged or compared with. `notes`
    say what could not be told, and why. `more` were left out for the limit.
    """

    since: datetime | None
    until: datetime | None
    baseline_since: datetime | None
    window_seconds: float
    calls: int
    anomalies: tuple[Anomaly, ...]
    notes: tuple[str, ...] = ()
    more: int = 0

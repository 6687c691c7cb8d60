"""What `logs coverage` is asked with, and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from polymock_schemas.journal_questions import SINCE, UNTIL, Text

CoverageKind = Literal[
    "operation", "status", "parameter", "request", "response", "field", "argument", "input"
]
"""What a part is: an operation, a declared status, a parameter; a property of a request or of a
response; of GraphQL a field, an argument, or a field of an input type."""
MAX_PARTS = 100_000
CoverageFormat = Literal["text", "json", "junit"]


class CoverageParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which contracts and which exchanges are meant, and how much is enough."""

    mock: Annotated[Text | None, Meta(description="The contract of this mock")] = None
    operation: Annotated[
        Text | None, Meta(description="Parts of this operation, such as 'GET /pets/{petId}'")
    ] = None
    session: Annotated[
        Text | None, Meta(description="Calls of this session; '' for the shared world")
    ] = None
    since: Annotated[Annotated[str, Meta(max_length=40)] | None, Meta(description=SINCE)] = None
    until: Annotated[Annotated[str, Meta(max_length=40)] | None, Meta(description=UNTIL)] = None
    kind: Annotated[
        tuple[CoverageKind, ...],
        Meta(description="Parts of these kinds alone; they make the percentage", max_length=8),
    ] = ()
    fail_under: Annotated[
        Annotated[float, Meta(ge=0, le=100)] | None,
        Meta(description="Fail where less than so many percent were exercised"),
    ] = None
    covered: Annotated[
        bool, Meta(description="List the parts that were exercised, too, not only the others")
    ] = False
    format: Annotated[
        CoverageFormat | None,
        Meta(description="junit: answer with JUnit XML as the `document`, too"),
    ] = None
    limit: Annotated[int, Meta(ge=0, le=MAX_PARTS, description="List at most so many parts")] = 1000


class CoveredPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a contract, and whether it was exercised.

    `operation` is "" where it is of no single one. `place` tells where it stands: path, query,
    header or cookie; the declared status of a response; the type of a GraphQL field. `calls` is
    told of operations and statuses alone.
    """

    mock: str
    operation: str
    kind: CoverageKind
    place: str
    name: str
    covered: bool
    type: str = ""
    required: bool = False
    calls: int | None = None


class CoverageFigure(msgspec.Struct, frozen=True):
    """How many of a mock's parts of a kind were exercised; `kind` is `all` for all of them."""

    mock: str
    kind: str
    parts: int
    covered: int
    percent: float


class CoverageResult(msgspec.Struct, frozen=True):
    """How much of the contracts was exercised.

    `percent` is of all parts together, 100 where there are none; `figures` are those of each mock
    and kind. `parts` are those that were never exercised, but for those of an operation that was
    never called (or all, if asked for), at most as many as asked for; `left_out` says how many more
    there are. `unseen` are exchanges that there was no
    time to look into: what they exercised beside operations and statuses may be missing. `notes`
    say what the figures do not.
    """

    percent: float
    figures: tuple[CoverageFigure, ...]
    parts: tuple[CoveredPart, ...]
    left_out: int
    unseen: int
    notes: tuple[str, ...]
    fail_under: float | None = None
    failed: bool = False
    document: str = ""
    """In the form that was asked for."""

"""What commands on documents, the journal and plugins are asked with, and what they answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from polymock_schemas.calls import Violation

Specs = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=4096)], ...],
    Meta(
        max_length=1000,
        description="One config, or specs: paths of files or folders on the machine where it will "
        "run, or URLs; default: the folder's polymock.yaml",
    ),
]


class Fault(msgspec.Struct, frozen=True, gc=False):
    """Something wrong with a file that a user brought.

    `file` is a path or URL, `path` the place in it: a JSON Pointer, or `LINE:COLUMN` (or `LINE`)
    where a parser said it, "" where it is the whole. `hint` is what to do about it.
    A `warning` is served all the same; an `error` is not.
    """

    level: Literal["error", "warning"]
    file: str
    path: str
    message: str
    hint: str = ""


class CheckResult(msgspec.Struct, frozen=True):
    """What `polymock check` says of one spec.

    `protocol` is "" where none recognised it; one with errors has 0 `operations`.
    """

    spec: str
    protocol: str
    operations: int
    faults: tuple[Fault, ...]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that needs no parameters."""


class SqlQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A question to the journal."""

    sql: Annotated[str, Meta(min_length=1, max_length=100_000, description="One SELECT")]
    limit: Annotated[int, Meta(ge=1, le=100_000, description="At most so many rows")] = 1000
    timeout: Annotated[
        float,
        Meta(
            ge=0.001,
            le=60,
            description="Seconds that it may take",
            extra={"unit": "seconds"},
        ),
    ] = 30.0


class CheckParams(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What to check."""

    specs: Specs = ()
    strict: Annotated[bool, Meta(description="Take warnings for errors")] = False
    allow_private: Annotated[
        bool, Meta(description="Let URLs of specs be of this machine or network")
    ] = False


class SqlResult(msgspec.Struct, frozen=True):
    """Rows of a query over the journal, column by name and DuckDB type."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[list[Any]]
    truncated: bool
    elapsed_ms: int


class PluginInfo(msgspec.Struct, frozen=True):
    """One line of `polymock plugins list`."""

    name: str
    kind: str
    package: str
    version: str
    state: Literal["loaded", "available", "failed"]
    why: str = ""


RefusalKind = Literal["wrong", "unknown", "taken", "conflict", "forbidden", "unavailable", "failed"]
"""Why a command was refused: what it was asked with is wrong, or names what is not there or what is
taken; something stands against it; whoever asks may not; it cannot be carried out now; it failed
for a fault of ours."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a command was not carried out, and what to do."""

    kind: RefusalKind
    message: str
    hint: str = ""
    violations: tuple[Violation, ...] = ()

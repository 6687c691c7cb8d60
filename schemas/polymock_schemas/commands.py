"""Results of commands, as the CLI's `--json` and the admin API give them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from polymock_schemas.calls import Violation


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


RefusalKind = Literal[
    "wrong", "unknown", "taken", "conflict", "forbidden", "unavailable", "failed"
]
"""Why a command was refused: what it was asked with is wrong, or names what is not there or what is
taken; something stands against it; whoever asks may not; it cannot be carried out now; it failed
for a fault of ours."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a command was not carried out, and what to do."""

    kind: RefusalKind
    message: str
    hint: str = ""
    violations: tuple[Violation, ...] = ()

"""What a command on the living mocks is: a name, parameters, and what it does to a snapshot.

The CLI, the admin API and tests in-process offer the same ones. They run where the mocks are
served, as nobody else has all of the world there; see `registry` for how they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from polymock.errors import (
    Aborted,
    AlreadyExists,
    MockError,
    NotFound,
    PreconditionFailed,
    StoreError,
    Unavailable,
    UserError,
    WorldError,
)
from polymock.snapshot import Snapshot
from polymock_schemas.commands import Refusal, RefusalKind

Params = TypeVar("Params", bound=msgspec.Struct)


class Command(msgspec.Struct, Generic[Params], frozen=True):
    """One use case. `name` is a noun and a verb (`world.list`), `summary` says what it does."""

    name: str
    summary: str
    params: type[Params]
    run: Callable[[Snapshot, Params], Any]


def refusal(error: UserError | MockError) -> Refusal:
    """The refusal that an error stands for."""
    if isinstance(error, MockError):
        return Refusal(_KINDS.get(type(error), "wrong"), error.detail, "", error.violations)
    kind: RefusalKind = "wrong"
    if isinstance(error, WorldError):
        kind = error.kind
    elif isinstance(error, StoreError):
        kind = "unavailable"
    return Refusal(kind, error.message, error.hint)


_KINDS: dict[type[MockError], RefusalKind] = {
    NotFound: "unknown",
    AlreadyExists: "taken",
    Aborted: "conflict",
    PreconditionFailed: "conflict",
    Unavailable: "unavailable",
}

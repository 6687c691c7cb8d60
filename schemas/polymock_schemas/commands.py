"""Results of commands, as the CLI's `--json` and the admin API give them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


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


class SessionInfo(msgspec.Struct, frozen=True):
    """A session. Times are seconds since 1970; it ends at `expires`, or `ttl` seconds after it was
    last used. `writes` counts the entities that were written or deleted in it."""

    name: str
    created: float
    expires: float
    ttl: float
    writes: int


class SnapshotInfo(msgspec.Struct, frozen=True):
    """A snapshot: of the base world, or of a `session`. `created` is in seconds since 1970."""

    name: str
    created: float
    session: str
    entities: int


class ClockInfo(msgspec.Struct, frozen=True):
    """A world's clock: what it says (RFC 3339), whether it stands still, and by how many seconds it
    is ahead of the machine's."""

    now: str
    frozen: bool
    offset: float
    session: str = ""


class BindingInfo(msgspec.Struct, frozen=True):
    """An operation that reads or writes a collection of the world, and why it is taken to."""

    mock: str
    operation: str
    role: str
    collection: str
    kind: str
    why: str


class ReferenceInfo(msgspec.Struct, frozen=True):
    """What the entities of a collection tell of others. `on_delete` is what happens to them when
    the other is deleted."""

    property: str
    collection: str
    many: bool
    on_delete: str


class CollectionInfo(msgspec.Struct, frozen=True):
    """A collection of the world. `types` are the contracts' own (`shop.Product`); `entities` counts
    those that somebody wrote, None where nothing is served."""

    name: str
    key: str
    types: tuple[str, ...]
    references: tuple[ReferenceInfo, ...]
    strict: bool
    entities: int | None = None


class WorldBindings(msgspec.Struct, frozen=True):
    """What was inferred of the world: its collections, and what operations do with them."""

    collections: tuple[CollectionInfo, ...]
    bindings: tuple[BindingInfo, ...]


class EntityInfo(msgspec.Struct, frozen=True):
    """An entity of the world. `written`: whether somebody wrote, seeded or changed it."""

    collection: str
    key: str
    value: dict[str, Any]
    written: bool


class EntityPage(msgspec.Struct, frozen=True):
    """Some entities of a collection, of `total` in all."""

    items: tuple[EntityInfo, ...]
    total: int

"""Commands on the world and its sessions: what they are asked with, and what they answer.

The answers are those of the CLI's `--json` and of the admin API. In the questions `session` names
the session whose world is meant, "" the base.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from polymock_schemas.commands import Specs

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Key = Annotated[str, Meta(min_length=1, max_length=500, description="The entity's key")]
CollectionName = Annotated[
    str, Meta(max_length=200, description="The collection's name, such as `orders`")
]
Session = Annotated[
    str, Meta(max_length=64, description="In this session; without it in the base world")
]


class OfSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question about a world as a whole."""

    session: Session = ""


class BindingsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which operations are bound."""

    all: Annotated[bool, Meta(description="Operations that are not bound, too")] = False


class InferenceQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is inferred of a config, or of specs."""

    specs: Specs = ()
    all: Annotated[bool, Meta(description="Operations that are not bound, too")] = False
    allow_private: Annotated[
        bool, Meta(description="Let URLs of specs be of this machine or network")
    ] = False


class EntityQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which entities of a collection."""

    collection: CollectionName
    where: Annotated[
        tuple[str, ...],
        Meta(
            max_length=100,
            description="Conditions that all keep: `status=paid`, `price_max=100`, `owner.age=3`",
        ),
    ] = ()
    sort: Annotated[
        str, Meta(max_length=1000, description="The order, `-` falls: `-createdAt,name`")
    ] = ""
    text: Annotated[
        str, Meta(max_length=1000, description="Text that stands somewhere in them")
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=1000, description="At most so many")] = 25
    offset: Annotated[int, Meta(ge=0, le=1_000_000_000, description="Pass over so many")] = 0
    session: Session = ""


class EntityKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entity."""

    collection: CollectionName
    key: Key
    session: Session = ""


class EntityValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entity, and the whole value that it is to have."""

    collection: CollectionName
    key: Key
    value: Annotated[dict[str, Any], Meta(description="The whole entity, a JSON object")]
    session: Session = ""


class SnapshotName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A snapshot, and the world that it is taken of or restored to."""

    name: Annotated[Name, Meta(description="The snapshot's name")]
    session: Session = ""


class ClockChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do to a clock: one of `freeze` (with or without `now`), `now`, `move`, `reset`."""

    freeze: Annotated[bool, Meta(description="Stop it: now, or at the instant `now`")] = False
    now: Annotated[
        datetime | None, Meta(description="Put it to an instant (RFC 3339; UTC if it does not say)")
    ] = None
    move: Annotated[
        float | None,
        Meta(
            description="Move it by so many seconds; negative ones go back",
            extra={"unit": "seconds"},
        ),
    ] = None
    reset: Annotated[bool, Meta(description="Let it run with the machine's again")] = False
    session: Session = ""


class NewSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session to begin."""

    name: Annotated[str, Meta(max_length=64, description="Default: one that is made up")] = ""
    ttl: Annotated[
        Annotated[float, Meta(ge=1, le=2_592_000)] | None,
        Meta(
            description="Seconds that it lives unused; default: as the config says",
            extra={"unit": "seconds"},
        ),
    ] = None


class SessionName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One session."""

    name: Annotated[Name, Meta(description="The session's name")]


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


class ResetInfo(msgspec.Struct, frozen=True):
    """A world that is as it was in the beginning: the base with its seeds, so many `entities`, or a
    `session` in which nothing is written."""

    entities: int
    session: str = ""


class ClockInfo(msgspec.Struct, frozen=True):
    """A world's clock: what it says (RFC 3339), whether it stands still, and by how many seconds it
    is ahead of the machine's."""

    now: str
    frozen: bool
    offset: float
    session: str = ""


class BindingInfo(msgspec.Struct, frozen=True):
    """An operation that reads or writes a collection of the world, and why it is taken to.

    One that is bound to none has "" for `collection` and `why`, and for `role` too, unless the
    config could bind it.
    """

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

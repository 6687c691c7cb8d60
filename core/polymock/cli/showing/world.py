"""The world, printed: what was inferred of it, entities, snapshots, the clock, sessions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from polymock.output import print_lines, print_table
from polymock_schemas.world import (
    ClockInfo,
    CollectionInfo,
    EntityInfo,
    EntityPage,
    EntityQuery,
    ResetInfo,
    SessionInfo,
    SnapshotInfo,
    WorldBindings,
)


def show_bindings(found: WorldBindings, _params: msgspec.Struct) -> None:
    """Collections, then operations and why they are bound."""
    show_collections(found.collections, _params)
    rows = [
        (each.mock, each.operation, each.role, each.collection, each.why or "not bound")
        for each in found.bindings
    ]
    print_table(("mock", "operation", "role", "collection", "why"), rows)


def show_collections(found: Sequence[CollectionInfo], _params: msgspec.Struct) -> None:
    """A line for each collection."""
    rows = [
        (
            each.name,
            each.key,
            ", ".join(each.types),
            ", ".join(f"{r.property} -> {r.collection} ({r.on_delete})" for r in each.references),
            "strict" if each.strict else "",
            "" if each.entities is None else each.entities,
        )
        for each in found
    ]
    print_table(("collection", "key", "types", "references", "strict", "written"), rows)


def show_entities(page: EntityPage, params: EntityQuery) -> None:
    """A line for each entity, with a column for each property that any of them has."""
    names = list(dict.fromkeys(name for item in page.items for name in item.value))
    rows = [
        (item.key, "yes" if item.written else "", *(item.value.get(name) for name in names))
        for item in page.items
    ]
    print_table(("key", "written", *names), rows)
    if page.total > params.offset + len(page.items):
        more = f"{len(page.items)} of {page.total}: --offset and --limit show more.\n"
        sys.stderr.write(more)


def show_entity(told: EntityInfo, _params: msgspec.Struct) -> None:
    """A line for each property."""
    print_table(("property", "value"), list(told.value.items()))


def show_reset(told: ResetInfo, _params: msgspec.Struct) -> None:
    """What the world is like now."""
    if told.session:
        print_lines([f"The session {told.session} is as the base world is."])
    else:
        print_lines([f"The world is as in the beginning, with {told.entities} entities."])


def show_snapshots(found: SnapshotInfo | Sequence[SnapshotInfo], _params: msgspec.Struct) -> None:
    """A line for each snapshot."""
    snapshots = [found] if isinstance(found, SnapshotInfo) else found
    rows = [(s.name, _time(s.created), s.session or "base", s.entities) for s in snapshots]
    print_table(("name", "taken", "of", "entities"), rows)


def show_clock(told: ClockInfo, _params: msgspec.Struct) -> None:
    """What it says, and how it goes."""
    state = "stands still" if told.frozen else f"is {told.offset:g}s ahead of the machine's"
    print_table(("now", "it"), [(told.now, state)])


def show_sessions(found: SessionInfo | Sequence[SessionInfo], _params: msgspec.Struct) -> None:
    """A line for each session."""
    sessions = [found] if isinstance(found, SessionInfo) else found
    rows = [(s.name, _time(s.created), _time(s.expires), f"{s.ttl:g}s", s.writes) for s in sessions]
    print_table(("name", "created", "ends", "time to live", "writes"), rows)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="seconds")

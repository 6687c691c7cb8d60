"""The world, printed: what was inferred of it, entities, snapshots, the clock, sessions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

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

COLLECTION_COLUMNS = ("collection", "key", "types", "references", "strict", "written")


def show_bindings(found: WorldBindings, _params: msgspec.Struct) -> None:
    """Collections, then operations and why they are bound."""
    print_lines(["Collections", ""])
    print_table(*_filled(COLLECTION_COLUMNS, _collections(found.collections)))
    print_lines(["", "Operations", ""])
    rows = [
        (each.mock, each.operation, each.role, each.collection, each.why or "not bound")
        for each in found.bindings
    ]
    print_table(("mock", "operation", "role", "collection", "why"), rows)


def show_collections(found: Sequence[CollectionInfo], _params: msgspec.Struct) -> None:
    """A line for each collection."""
    print_table(COLLECTION_COLUMNS, _collections(found))


def _collections(found: Sequence[CollectionInfo]) -> list[tuple[Any, ...]]:
    return [
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


def _filled(
    columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[list[str], list[list[Any]]]:
    """A table without the columns that are empty in all rows."""
    kept = [at for at in range(len(columns)) if not rows or any(row[at] != "" for row in rows)]
    return [columns[at] for at in kept], [[row[at] for at in kept] for row in rows]


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


def show_deleted(told: EntityInfo, _params: msgspec.Struct) -> None:
    """What was deleted, a line for each property as it was."""
    print_lines([f"Deleted {told.key} of {told.collection}. It was:", ""])
    show_entity(told, _params)


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


def show_dropped_snapshot(told: SnapshotInfo, _params: msgspec.Struct) -> None:
    """What was dropped."""
    of = f"the session {told.session}" if told.session else "the base world"
    words = f"of {of}, taken {_time(told.created)}, with {told.entities} entities."
    print_lines([f"Dropped the snapshot {told.name}, {words}"])


def show_clock(told: ClockInfo, _params: msgspec.Struct) -> None:
    """What it says, and how it goes."""
    state = "stands still" if told.frozen else f"is {told.offset:g}s ahead of the machine's"
    print_table(("now", "it"), [(told.now, state)])


def show_sessions(found: SessionInfo | Sequence[SessionInfo], _params: msgspec.Struct) -> None:
    """A line for each session."""
    sessions = [found] if isinstance(found, SessionInfo) else found
    rows = [(s.name, _time(s.created), _time(s.expires), f"{s.ttl:g}s", s.writes) for s in sessions]
    print_table(("name", "created", "ends", "time to live", "writes"), rows)


def show_dropped_session(told: SessionInfo, _params: msgspec.Struct) -> None:
    """What was ended."""
    writes = "1 write" if told.writes == 1 else f"{told.writes} writes"
    print_lines([f"Dropped the session {told.name}, with {writes}."])


def _time(seconds: float) -> str:
    """An instant as RFC 3339 has it."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")

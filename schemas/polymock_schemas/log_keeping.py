"""What is asked and told of the journal's file: its size, its archives, what goes out of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from polymock_schemas.journal_questions import Selection


class ArchiveInfo(msgspec.Struct, frozen=True):
    """A file of archived exchanges. `state` is kept, missing (somebody took the file away), leaving
    (it is about to be deleted) or writing."""

    file: str
    day: date
    oldest: datetime | None
    newest: datetime | None
    rows: int
    bytes: int
    state: str


class JournalInfo(msgspec.Struct, frozen=True):
    """A journal. `rows` are all of `requests`, `archived_rows` those of them in archives; `bytes`
    is the size of the file, of which `free_bytes` can be used again, and `log_bytes` that of its
    write-ahead log. `gaps` are rows of `journal_gaps`, of `dropped_rows` exchanges. `set_aside` are
    the names of damaged journals that were put away."""

    path: str
    version: int
    rows: int
    archived_rows: int
    oldest: datetime | None
    newest: datetime | None
    bytes: int
    free_bytes: int
    log_bytes: int
    gaps: int
    dropped_rows: int
    archives: tuple[ArchiveInfo, ...]
    set_aside: tuple[str, ...]


class CompactParams(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How to compact the journal."""

    archive: Annotated[
        Annotated[float, Meta(ge=0, le=3_000_000_000)] | None,
        Meta(
            description="Archive the days (UTC) that ended this long ago; default: as configured",
            extra={"unit": "seconds"},
        ),
    ] = None


class CompactInfo(msgspec.Struct, frozen=True):
    """What was done: exchanges archived and the files of them, files deleted, and exchanges that
    were too old."""

    archived_rows: int
    archived_files: int
    deleted_files: int
    deleted_rows: int


class ClearParams(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges to delete."""

    everything: Annotated[
        bool, Meta(description="Delete all exchanges, where nothing else says which")
    ] = False


class ClearInfo(msgspec.Struct, frozen=True):
    """How many exchanges were deleted, and how many of those meant are archived and stay."""

    deleted: int
    archived: int

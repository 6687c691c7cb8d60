"""The journal's file: how it is, what goes into archives, what is deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from polymock.commands.context import Context
from polymock.errors import CommandError
from polymock.journal.reading import Reading
from polymock.journal.selecting import EVERY, choose
from polymock.journal.writer import Journal
from polymock_schemas.log_keeping import (
    ArchiveInfo,
    ClearInfo,
    ClearParams,
    CompactInfo,
    CompactParams,
    JournalInfo,
)

FIRST_WITH_ARCHIVES = 3
_ARCHIVES = (
    "SELECT file, day, first_ts, last_ts, rows, bytes, state FROM archives ORDER BY day, file"
)

_IN_FILE = "SELECT count(*), min(ts), max(ts) FROM exchanges"
_IN_OLD_FILE = "SELECT count(*), min(ts), max(ts) FROM requests"


def status(context: Context, _params: msgspec.Struct) -> JournalInfo:
    """How the journal is, by what stands in it. Raises CommandError, JournalError."""
    journal = context.journal
    ((version,),) = journal.rows("SELECT value FROM meta WHERE key = 'schema_version'")
    ((path,),) = journal.rows("SELECT path FROM duckdb_databases() WHERE NOT internal LIMIT 1")
    is_old = int(version) < FIRST_WITH_ARCHIVES
    archives = () if is_old else _archives(journal)
    kept = [archive for archive in archives if archive.state == "kept"]
    ((rows, oldest, newest),) = journal.rows(_IN_OLD_FILE if is_old else _IN_FILE)
    ((gaps, dropped),) = journal.rows(
        "SELECT count(*), coalesce(sum(dropped), 0)::BIGINT FROM journal_gaps"
    )
    ((free,),) = journal.rows("SELECT free_blocks * block_size FROM pragma_database_size()")
    archived = sum(archive.rows for archive in kept)
    times = [_utc(oldest), _utc(newest), *(a.oldest for a in kept), *(a.newest for a in kept)]
    known = [time for time in times if time is not None]
    return JournalInfo(
        path=str(path or ""),
        version=int(version),
        rows=int(rows) + archived,
        archived_rows=archived,
        oldest=min(known, default=None),
        newest=max(known, default=None),
        bytes=_size(path),
        free_bytes=int(free),
        log_bytes=_size(f"{path}.wal"),
        gaps=int(gaps),
        dropped_rows=int(dropped),
        archives=archives,
        set_aside=_set_aside(path),
    )


def compact(context: Context, params: CompactParams) -> CompactInfo:
    """Archive, delete what is too old, make room. Raises CommandError, JournalError."""
    done = _journal(context).compact(params.archive)
    return CompactInfo(done.rows, done.files, done.left, done.deleted)


def clear(context: Context, params: ClearParams) -> ClearInfo:
    """Delete exchanges for good. Raises CommandError, JournalError."""
    chosen = choose(params)
    if chosen.where == EVERY and not params.everything:
        raise CommandError(
            "Nothing says which exchanges to delete.",
            "Name a mock, an operation, a principal, a session or a time; or say `everything`.",
            "wrong",
        )
    deleted, archived = _journal(context).clear(chosen.where, chosen.parameters)
    return ClearInfo(deleted, archived)


def _journal(context: Context) -> Journal:
    journal = context.server.journal
    if journal is None:
        raise CommandError("Nothing is recorded.", "Serve with a journal.", "unavailable")
    return journal


def _archives(journal: Reading) -> tuple[ArchiveInfo, ...]:
    return tuple(
        ArchiveInfo(file, day, _utc(first), _utc(last), rows or 0, size or 0, state)
        for file, day, first, last, rows, size, state in journal.rows(_ARCHIVES)
    )


def _set_aside(path: str | None) -> tuple[str, ...]:
    if not path:
        return ()
    file = Path(path)
    names = (entry.name for entry in file.parent.glob("*.damaged-*"))
    return tuple(sorted(n for n in names if n.startswith(f"{file.name}.damaged-")))


def _size(path: str | None) -> int:
    try:
        return Path(path).stat().st_size if path else 0
    except OSError:
        return 0


def _utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(tzinfo=UTC)

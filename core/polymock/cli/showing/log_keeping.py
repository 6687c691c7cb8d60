"""The journal's file, printed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from polymock.output import print_lines, print_table
from polymock_schemas.log_keeping import ClearInfo, CompactInfo, JournalInfo


def show_status(found: JournalInfo, _params: msgspec.Struct) -> None:
    """What there is, then the archives."""
    archives = f", {found.archived_rows} of them archived" if found.archived_rows else ""
    lines = [
        f"{found.path} (schema version {found.version})",
        f"exchanges  {found.rows}{archives}",
        f"from       {_text(found.oldest)} to {_text(found.newest)}",
        f"size       {_size(found.bytes)}, {_size(found.free_bytes)} of it free; "
        f"log {_size(found.log_bytes)}",
        f"gaps       {found.gaps}, of {found.dropped_rows} exchanges",
        *(f"set aside  {name}" for name in found.set_aside),
    ]
    print_lines(lines)
    if found.archives:
        rows = [(a.file, a.rows, _size(a.bytes), a.state) for a in found.archives]
        print_table(("archive", "exchanges", "size", "state"), rows)


def show_compacted(done: CompactInfo, _params: msgspec.Struct) -> None:
    """What was done."""
    print_lines(
        (
            f"{done.archived_rows} exchanges archived in {done.archived_files} files, "
            f"{done.deleted_rows} exchanges and {done.deleted_files} files deleted",
        )
    )


def show_cleared(done: ClearInfo, _params: msgspec.Struct) -> None:
    """How many were deleted."""
    stay = f"; {done.archived} are archived and stay" if done.archived else ""
    print_lines((f"{done.deleted} exchanges deleted{stay}",))


def _text(time: datetime | None) -> str:
    return "-" if time is None else time.isoformat(timespec="seconds")


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MiB"

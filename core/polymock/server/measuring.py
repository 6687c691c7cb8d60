"""What the server's parts are measured by: its processes, its journal, the disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from polymock_schemas.journal import JournalStatus
from polymock_schemas.observers import JournalFigures, PartHealth, ProcessFigures

SHORT_BYTES = 256 * 1024 * 1024
"""Less room than this on the disk is told of."""
LEAST_BYTES = 16 * 1024 * 1024
"""With less than this the journal cannot go on for long."""
LAG_SECONDS = 10.0
"""Exchanges that wait for longer are told of."""


def journal_figures(status: JournalStatus) -> JournalFigures:
    """How the journal keeps up."""
    since = status.waiting_since
    return JournalFigures(
        rows=status.rows,
        waiting_rows=status.waiting_rows,
        lag_seconds=0.0 if since is None else max(0.0, time.time() - since / 1_000_000),
        gaps=status.gaps,
        dropped_rows=status.dropped_rows,
        failing=bool(status.last_error),
    )


def journal_health(status: JournalStatus | None) -> PartHealth:
    """Whether exchanges are recorded."""
    if status is None:
        return PartHealth("journal", "ok", "off: nothing is recorded")
    if status.last_error:
        return PartHealth("journal", "failed", status.last_error)
    figures = journal_figures(status)
    if figures.lag_seconds > LAG_SECONDS:
        reason = f"{figures.waiting_rows} exchanges wait for {figures.lag_seconds:.0f} s"
        return PartHealth("journal", "degraded", reason)
    if status.set_aside:
        return PartHealth("journal", "degraded", f"ok, but {status.set_aside}")
    if status.dropped_rows:
        return PartHealth("journal", "degraded", f"ok, but dropped {status.dropped_rows} exchanges")
    return PartHealth("journal", "ok", "ok")


def disk_free(folder: Path) -> int | None:
    """Bytes that are free where a folder is; None where that cannot be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def disk_health(folder: Path) -> PartHealth:
    """Whether there is room where the journal is."""
    free = disk_free(folder)
    if free is None:
        return PartHealth("disk", "degraded", f"the room in {folder} cannot be told")
    reason = f"{free // (1024 * 1024)} MiB are free in {folder}"
    if free < LEAST_BYTES:
        return PartHealth("disk", "failed", reason)
    return PartHealth("disk", "degraded" if free < SHORT_BYTES else "ok", reason)


def process_figures(pids: Mapping[str, int | None]) -> tuple[ProcessFigures, ...]:
    """What processes take; one that is gone is left out."""
    found = []
    for name, pid in pids.items():
        if pid is None:
            continue
        try:
            process = psutil.Process(pid)
            with process.oneshot():
                times = process.cpu_times()
                found.append(
                    ProcessFigures(
                        name=name,
                        pid=pid,
                        cpu_seconds=times.user + times.system,
                        memory_bytes=process.memory_info().rss,
                        threads=process.num_threads(),
                    )
                )
        except psutil.Error:
            continue
    return tuple(found)

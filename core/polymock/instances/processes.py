"""Which processes are an instance's: a pid alone does not say, as the system uses it again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic, sleep

import msgspec
import psutil

MARK = "POLYMOCK_INSTANCE"
"""The environment variable that holds the run which a process belongs to."""

SAME_SECONDS = 1.0
"""Times of creation so close are the same: they come from a clock that is adjusted."""


class ProcessId(msgspec.Struct, frozen=True):
    """A process for ever: its pid, and when it was created (seconds since 1970)."""

    pid: int
    created: float


def identify(pid: int) -> ProcessId:
    """The process that has a pid now. Raises psutil.NoSuchProcess."""
    return ProcessId(pid, psutil.Process(pid).create_time())


def this_process() -> ProcessId:
    """The process that asks."""
    return identify(os.getpid())


def find(known: ProcessId | None, run: str = "") -> psutil.Process | None:
    """The process if it still runs.

    Another one with the same pid is not it. Where the times of creation differ, as after the
    system's clock was set, the mark of its `run` decides.
    """
    if known is None:
        return None
    try:
        process = psutil.Process(known.pid)
        same = abs(process.create_time() - known.created) < SAME_SECONDS
        if process.status() == psutil.STATUS_ZOMBIE or not (same or (run and _has(process, run))):
            return None
    except psutil.Error:  # it has gone, or is another user's
        return None
    return process


def marked(run: str) -> list[psutil.Process]:
    """Every process of a run that is there, whether its parent is or not."""
    return [process for process in psutil.process_iter() if _has(process, run)]


def first_of(run: str) -> psutil.Process | None:
    """The process of a run that began the others; None where none runs."""
    found = {process.pid: process for process in marked(run)}
    for process in found.values():
        with suppress(psutil.NoSuchProcess):
            if process.ppid() not in found:
                return process
    return None


def with_children(process: psutil.Process) -> list[psutil.Process]:
    """A process and all that it began; none where it is gone."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def await_ended(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until processes have ended; those that have not in time.

    One that ended, but whose parent does not take note of it (a zombie), has ended.
    """
    end = monotonic() + seconds
    left = [process for process in processes if _runs(process)]
    while left and monotonic() < end:
        sleep(0.01)
        left = [process for process in left if _runs(process)]
    return left


def kill(processes: Iterable[psutil.Process]) -> None:
    """End processes at once (SIGKILL), as far as they are there."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _has(process: psutil.Process, run: str) -> bool:
    """Whether a process carries the mark; those of other users do not tell, and are not ours."""
    try:
        return process.environ().get(MARK) == run
    except (psutil.Error, OSError):
        return False

"""Ending an instance: gently, and if that does not help, by force."""

from __future__ import annotations

from contextlib import suppress

import psutil

from polymock.errors import ServerError
from polymock.instances import processes
from polymock.instances.record import Record
from polymock_schemas.instances import Ending

KILL_SECONDS = 10.0
"""What was killed is gone within this time, unless the system itself does not let go of it."""


def end(record: Record, grace: float) -> Ending:
    """End every process of an instance, and tell how.

    The first process is asked to (SIGTERM); it lets its workers answer what they have begun, and
    writes what it holds. After `grace` seconds all are killed. Only processes of this instance are:
    see `processes`. Raises ServerError if one goes on.
    """
    ending: Ending = "exited"
    process = record.find_process()
    tree: list[psutil.Process] = []
    if process is not None:
        tree = processes.with_children(process)
        ending = "stopped"
        with suppress(psutil.NoSuchProcess):
            process.terminate()
        if processes.await_ended([process], grace):
            ending = "killed"
            tree += processes.with_children(process)
    _end_rest(record, tree)
    return ending


def _end_rest(record: Record, tree: list[psutil.Process]) -> None:
    """Kill what is left of a tree, and what has the mark of its run without being in it."""
    left = {*tree, *processes.marked(record.run)}
    processes.kill(left)
    stubborn = processes.await_ended(left, KILL_SECONDS)
    if stubborn:
        pids = ", ".join(str(process.pid) for process in stubborn)
        raise ServerError(
            f"'{record.name}' cannot be ended: {pids} goes on.", "The system holds it: try again."
        )

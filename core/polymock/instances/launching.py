"""Starting an instance: a server in the background, of which nothing stays if it does not serve."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from polymock.errors import ServerError
from polymock.instances import asking, processes
from polymock.instances.claiming import Claim
from polymock.instances.describing import find_mentioned
from polymock.instances.ending import end
from polymock.instances.output import last_lines, note_panel, read_panel
from polymock.instances.record import Record, Serving
from polymock.instances.registry import Registry
from polymock.instances.taken_ports import refuse_taken
from polymock.server.panel import Started
from polymock_schemas.config import ServerConfig

LOOK_SECONDS = 0.01
GIVE_UP_GRACE = 5.0
TOLD_LINES = 20
"""How much of the log an error shows."""


def launch(
    registry: Registry,
    claim: Claim,
    server: ServerConfig,
    environ: Mapping[str, str],
    wait: float,
) -> Record:
    """Start the server that a claim is for, and wait until it is ready; its record.

    If it is not within `wait` seconds, or ends, all of it is ended, and the registry is as it was
    before the claim. What an ended instance of the name has left running is ended first. Raises
    ServerError, with the end of the log.
    """
    record = claim.record
    try:
        if claim.previous is not None:
            end(claim.previous, 0)
        refuse_taken(registry, server)
        child = _spawn(registry, record, environ)
        record = replace(record, process=processes.identify(child.pid))
        Thread(target=child.wait, daemon=True).start()  # takes note of its end, if we live so long
        registry.update(record)
        panel = _await_ready(registry, record, child, wait)
        note_panel(registry.log_of(record), panel)
        record = replace(record, starter=None)
        if not registry.update(record):
            raise ServerError(f"The record of '{record.name}' was removed meanwhile.")
    except BaseException:
        _give_up(registry, record, claim.previous)
        raise
    if claim.previous is not None:
        registry.drop_files(claim.previous)
    return record


def _spawn(
    registry: Registry, record: Record, environ: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start the process in a session of its own, away from our terminal and our pipes."""
    serving = msgspec.json.encode(Serving(record.specs, record.options)).decode()
    try:
        with (
            _new_file(registry.panel_of(record)) as panel,
            _new_file(registry.log_of(record)) as log,
        ):
            return subprocess.Popen(  # noqa: S603
                # -P: nothing is imported from the folder that it is started in
                [sys.executable, "-P", "-m", "polymock.instances.serving", serving],
                cwd=record.folder,
                stdin=subprocess.DEVNULL,
                stdout=panel,
                stderr=log,
                env={**environ, processes.MARK: record.run},
                start_new_session=True,
            )
    except OSError as error:
        raise ServerError(f"'{record.name}' cannot be started: {error}.") from error


def _new_file(path: Path) -> BinaryIO:
    """A file that only its owner can read, to which several can append."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
    return os.fdopen(os.open(path, flags, 0o600), "ab", 0)


def _await_ready(
    registry: Registry, record: Record, child: subprocess.Popen[bytes], wait: float
) -> Started:
    """The panel, as soon as the server says that it is ready. Raises ServerError."""
    end_time = monotonic() + wait
    file = registry.panel_of(record)
    while True:
        if child.poll() is not None:
            raise _ended(registry, record, child.returncode)
        panel = read_panel(file)
        if panel is not None and not asking.why_unready(panel.admin_url):
            return panel
        if monotonic() > end_time:
            message = f"'{record.name}' was not ready within {wait:g} s, and was ended."
            raise ServerError(
                _with_log(message, _told(registry, record)),
                "Give it longer with --wait, or see what it does with `polymock serve`.",
            )
        sleep(LOOK_SECONDS)


def _ended(registry: Registry, record: Record, code: int) -> ServerError:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    told = _told(registry, record)
    other = find_mentioned(registry, "\n".join(told))
    hint = f"That is the instance '{other.name}': polymock stop {other.name}" if other else ""
    message = f"'{record.name}' ended while it started, with {how}."
    return ServerError(_with_log(message, told), hint)


def _told(registry: Registry, record: Record) -> list[str]:
    return last_lines(registry.log_of(record), TOLD_LINES)


def _with_log(message: str, lines: list[str]) -> str:
    if not lines:
        return f"{message} It has printed nothing."
    return "\n".join((f"{message} The end of its log:", *(f"  {line}" for line in lines)))


def _give_up(registry: Registry, record: Record, previous: Record | None) -> None:
    """End what was started, and put the registry back."""
    try:
        end(record, GIVE_UP_GRACE)
    finally:
        registry.put_back(record, previous)

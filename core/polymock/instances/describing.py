"""How an instance is, from its record, its processes and its admin API."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from time import time
from urllib.parse import urlsplit

import psutil

from polymock.instances import asking, processes
from polymock.instances.output import read_panel
from polymock.instances.record import Record
from polymock.instances.registry import Registry
from polymock.server.panel import Started
from polymock_schemas.instances import Address, Instance, InstanceStatus

NO_PANEL = Started((), "", "", "", 0, ())

_PORT = re.compile(r"\bport (\d{1,5})\b", re.IGNORECASE)
_PID = re.compile(r"\b(?:pid|process) (\d{1,10})\b", re.IGNORECASE)


def describe(registry: Registry, record: Record, *, is_new: bool = False) -> Instance:
    """How an instance is now. Asks its admin API, and waits some seconds at most; but one that
    `is_new` was sent nothing yet."""
    panel = read_panel(registry.panel_of(record)) or NO_PANEL
    process = record.find_process()
    status, note = _status(record, process, panel)
    started = None if process is None else _created(process)
    requests = None
    if started is not None and status == "running" and panel.journal:
        requests = 0 if is_new else asking.count_requests(panel.admin_url, started)
    return Instance(
        name=record.name,
        status=status,
        pid=None if process is None else process.pid,
        started=None if started is None else datetime.fromtimestamp(started, UTC),
        uptime=None if started is None else round(max(0.0, time() - started), 3),
        requests=requests,
        memory=None if process is None else _memory(process),
        url=panel.url,
        admin_url=panel.admin_url,
        addresses=addresses_of(panel),
        ports=ports_of(panel),
        config=record.config,
        specs=() if record.config else record.specs,
        folder=record.folder,
        journal=panel.journal,
        log=str(registry.log_of(record)),
        warnings=sum(len(mock.faults) for mock in panel.mocks),
        note=note,
        notes=panel.notes,
    )


def addresses_of(panel: Started) -> tuple[Address, ...]:
    """Where the mocks answer: over HTTP each at its prefix, and the protocols' own wires."""
    over_http = [
        Address(mock.protocol, f"{panel.url}{mock.prefix or '/'}", (mock.name,))
        for mock in panel.mocks
    ]
    own = [Address(wire.protocol, wire.address, wire.mocks) for wire in panel.listeners]
    return (*over_http, *own)


def ports_of(panel: Started) -> dict[str, int]:
    """The ports that it listens on: `http`, `admin`, and by protocol."""
    named = {
        "http": panel.url,
        "admin": panel.admin_url,
        **{wire.protocol: f"//{wire.address}" for wire in panel.listeners},
    }
    return {name: port for name, url in named.items() if (port := urlsplit(url).port)}


def find_ended(registry: Registry, name: str) -> Instance | None:
    """An instance that is remembered, and does not run; None where there is none of the name."""
    for record in registry.known():
        if record.name == name and record.find_process() is None and not record.is_being_started:
            return describe(registry, record)
    return None


def find_owner(
    registry: Registry, ports: Collection[int], pids: Collection[int] = ()
) -> Record | None:
    """The instance that has one of these ports or processes; None where none has."""
    for record in registry.known():
        process = record.find_process()
        if process is None:
            continue
        panel = read_panel(registry.panel_of(record)) or NO_PANEL
        own = {each.pid for each in processes.with_children(process)}
        if own & set(pids) or set(ports_of(panel).values()) & set(ports):
            return record
    return None


def find_mentioned(registry: Registry, text: str) -> Record | None:
    """The instance whose port or process a message speaks of."""
    ports = {int(port) for port in _PORT.findall(text)}
    pids = {int(pid) for pid in _PID.findall(text)}
    return find_owner(registry, ports, pids) if ports or pids else None


def _status(
    record: Record, process: psutil.Process | None, panel: Started
) -> tuple[InstanceStatus, str]:
    """The status, and what is wrong."""
    if process is None:
        if record.is_being_started:
            return "starting", ""
        return "exited", "" if record.stopped else "it ended by itself: its log may say why"
    if not panel.admin_url:
        return "starting", ""
    why = asking.why_unready(panel.admin_url)
    return ("unresponsive", why) if why else ("running", "")


def _created(process: psutil.Process) -> float | None:
    try:
        return process.create_time()
    except psutil.NoSuchProcess:
        return None


def _memory(process: psutil.Process) -> int:
    """Bytes in memory of a process and its children."""
    total = 0
    for each in processes.with_children(process):
        with suppress(psutil.Error):
            total += each.memory_info().rss
    return total

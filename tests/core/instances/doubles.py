"""Records, panels and processes as instances have them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import msgspec

from polymock.instances.processes import identify
from polymock.instances.record import Record
from polymock.instances.registry import Registry
from polymock.server.messages import MockSummary
from polymock.server.panel import ListenerSummary, Started
from polymock_schemas.instances import ServeOptions

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
time.sleep(60)
"""
SLEEPER = "import time; print(flush=True); time.sleep(60)"
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""

Spawn = Callable[..., "subprocess.Popen[str]"]


def record_of(
    name: str, process: subprocess.Popen[str] | None = None, *, run: str = "run"
) -> Record:
    """A record of an instance, which that process is to be."""
    return Record(
        name=name,
        run=run,
        specs=("openapi.yaml",),
        options=ServeOptions(),
        folder="/",
        config="",
        process=None if process is None else identify(process.pid),
    )


def started(port: int, admin_port: int, grpc_port: int = 0) -> Started:
    """A panel with one mock over HTTP, and perhaps one over gRPC."""
    listeners = (ListenerSummary("grpc", f"127.0.0.1:{grpc_port}", ("shop",)),) if grpc_port else ()
    return Started(
        mocks=(MockSummary("pets", "openapi", "", "Pets", 4, ()),),
        url=f"http://127.0.0.1:{port}",
        admin_url=f"http://127.0.0.1:{admin_port}",
        journal="/tmp/polymock.duckdb",
        workers=1,
        notes=(),
        listeners=listeners,
    )


def keep(registry: Registry, record: Record, panel: Started | None = None) -> Record:
    """Write a record down, with what its instance printed."""
    with registry.lock():
        registry.write(record)
    registry.log_of(record).write_text(f"{record.name} says this\n")
    if panel is not None:
        registry.panel_of(record).write_bytes(msgspec.json.encode(panel) + b"\n")
    return record

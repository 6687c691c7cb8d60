"""Commands on background instances: what they are asked with, and what they answer.

An instance is a `polymock serve` that runs in the background under a name. The answers are those of
the CLI's `--json`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

InstanceName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
"""Letters, digits, `.`, `_` and `-`; the first is a letter or a digit."""

Port = Annotated[int, Meta(ge=0, le=65535)]

Seconds = Annotated[float, Meta(ge=0, le=3600)]

InstanceStatus = Literal["starting", "running", "unresponsive", "exited"]
"""`unresponsive`: the process is there, but does not say that it can serve."""

Ending = Literal["stopped", "killed", "exited"]
"""How it ended: when asked; by force, as it did not end in time; by itself, before that."""


class ServeOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The options of `polymock serve`; None leaves it to the config and the environment."""

    host: str | None = None
    port: Port | None = None
    admin_port: Port | None = None
    grpc_port: Port | None = None
    workers: Annotated[int, Meta(ge=1, le=256)] | None = None
    seed: int | None = None
    journal: str | None = None
    no_journal: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    reload: bool = False
    strict: bool = False
    allow_private: bool = False


class StartParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Start an instance.

    `specs` are one config or specs, as `polymock serve` takes them, and `folder` is where their
    relative paths start ("" is the working directory). Without a `name` it gets that of the
    config's folder or of the first spec. It must be ready within `wait` seconds.
    """

    specs: tuple[str, ...] = ()
    name: InstanceName | None = None
    options: ServeOptions = ServeOptions()
    folder: str = ""
    wait: Seconds = 30.0


class StopParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stop the named instances, or `all` that run; after `grace` seconds they are killed."""

    names: tuple[str, ...] = ()
    all: bool = False
    grace: Seconds = 20.0


class RestartParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stop an instance and start it again; the times are those of the two."""

    name: str
    grace: Seconds = 20.0
    wait: Seconds = 30.0


class ListParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which instances: those that run, or `all`, with those that ended."""

    all: bool = False


class ServerLogParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last `lines` of what an instance printed."""

    name: str
    lines: Annotated[int, Meta(ge=0, le=100_000)] = 50


class Address(msgspec.Struct, frozen=True):
    """Where mocks answer: an HTTP URL, or `HOST:PORT` of a protocol's own wire."""

    protocol: str
    url: str
    mocks: tuple[str, ...]


class Instance(msgspec.Struct, frozen=True):
    """A background server.

    `pid` is that of its first process; it is None, as `started` is, where none runs. `uptime` is in
    seconds, `memory` in bytes, of all its processes together. `requests` were answered since the
    start; None where nothing is recorded or it does not tell. `config` is "" where specs were
    named; those are then `specs`. `journal` is "" where nothing is recorded. `note` says what is
    wrong with it.
    """

    name: str
    status: InstanceStatus
    pid: int | None
    started: datetime | None
    uptime: float | None
    requests: int | None
    memory: int | None
    url: str
    admin_url: str
    addresses: tuple[Address, ...]
    ports: dict[str, int]
    config: str
    specs: tuple[str, ...]
    folder: str
    journal: str
    log: str
    warnings: int
    note: str = ""


class SetAside(msgspec.Struct, frozen=True):
    """A file of the registry that could not be read: why, and where it is now ("" if it stayed)."""

    file: str
    why: str
    moved_to: str


class InstanceList(msgspec.Struct, frozen=True):
    """The instances by name, how many more there are that ended, and what could not be read."""

    instances: tuple[Instance, ...]
    hidden: int
    set_aside: tuple[SetAside, ...]


class Stopped(msgspec.Struct, frozen=True):
    """An instance that was stopped, how it ended, and how many seconds that took."""

    name: str
    ending: Ending
    seconds: float


class ServerLog(msgspec.Struct, frozen=True):
    """The end of what an instance printed, line by line, and the file that has all of it."""

    name: str
    file: str
    lines: tuple[str, ...]

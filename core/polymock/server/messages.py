"""What the control process and its workers tell each other: JSON lines over the worker's pipes."""

from __future__ import annotations

from typing import Any

import msgspec

from polymock_schemas.commands import Fault, Refusal
from polymock_schemas.config import Config


class Load(msgspec.Struct, frozen=True, tag=True):
    """To a worker: serve this config from now on. `folder` is where its relative paths start."""

    config: Config
    folder: str


class Listen(msgspec.Struct, frozen=True, tag=True):
    """To a worker: the ports of its protocols' listeners, by protocol.

    Or, with a `failure` and a `hint`, that there are none to be had.
    """

    ports: dict[str, int]
    failure: str = ""
    hint: str = ""


class Ask(msgspec.Struct, frozen=True, tag=True):
    """To a worker: carry out a command on what it serves (see `polymock.commands`)."""

    id: int
    command: str
    params: dict[str, Any]


ToWorker = Load | Listen | Ask


class MockSummary(msgspec.Struct, frozen=True):
    """One served mock, for the start-up panel. `prefix` is "" at the root."""

    name: str
    protocol: str
    prefix: str
    title: str
    operations: int
    faults: tuple[Fault, ...]


class Compiled(msgspec.Struct, frozen=True, tag=True):
    """From a worker: it could serve the config, if it had ports for these protocols' listeners."""

    protocols: tuple[str, ...]


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """From a worker: it serves the config.

    `files` are those to watch, `ports` those of the protocols that have listeners of their own.
    """

    mocks: tuple[MockSummary, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...]
    ports: dict[str, int] = {}


class LoadFailed(msgspec.Struct, frozen=True, tag=True):
    """From a worker: it cannot serve the config, and goes on serving what it served before."""

    message: str
    hint: str
    faults: tuple[Fault, ...]


class Found(msgspec.Struct, frozen=True, tag=True):
    """From a worker: faults that came to light when operations were examined after the start."""

    faults: tuple[Fault, ...]


class Told(msgspec.Struct, frozen=True, tag=True):
    """From a worker: what came of the command of this id, as JSON, or why nothing did."""

    id: int
    result: msgspec.Raw = msgspec.Raw(b"null")
    refusal: Refusal | None = None


FromWorker = Compiled | Loaded | LoadFailed | Found | Told


class WorkerSettings(msgspec.Struct, frozen=True):
    """How to run one worker process; its first line of input."""

    index: int
    host: str
    port: int
    journal_socket: str | None
    scratch: str
    """A folder that all workers share, and that goes with the server."""
    log_level: str
    strict: bool
    """Examine every operation before saying that it serves."""

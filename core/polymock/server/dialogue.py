"""A worker's side of its talk with the control process: what it is to serve, and what it says."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from polymock.app import build_snapshot
from polymock.errors import SpecError, UserError
from polymock.server.messages import (
    Ask,
    Compiled,
    FromWorker,
    Listen,
    Load,
    LoadFailed,
    Told,
    ToWorker,
)
from polymock.snapshot import Snapshot
from polymock.storage import StoreKeeper
from polymock_schemas.commands import Refusal


class Output:
    """Standard output, kept for messages alone: what anything else prints goes to stderr."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self._encoder = msgspec.json.Encoder()

    def send(self, message: FromWorker) -> None:
        """Write one message; the control process may be gone already."""
        with contextlib.suppress(BrokenPipeError):
            self._file.write(self._encoder.encode(message) + b"\n")

    def refuse(self, error: UserError) -> None:
        """Say why a config cannot be served."""
        faults = error.faults if isinstance(error, SpecError) else ()
        self.send(LoadFailed(error.message, error.hint, faults))


class Order(msgspec.Struct, frozen=True):
    """Something to serve: a config, what was compiled of it, and the ports of its listeners."""

    load: Load
    snapshot: Snapshot
    ports: Mapping[str, int]


class Orders:
    """Reads what the control process tells, one JSON line after another.

    A config is compiled as it comes. One whose protocols bring listeners waits until the control
    process has said which ports are theirs. Commands are answered in between, by `answer`.
    """

    def __init__(self, commands: asyncio.StreamReader, output: Output, stores: StoreKeeper) -> None:
        self._commands = commands
        self._stores = stores
        self._output = output
        self._ports: dict[str, int] = {}
        self._load: Load | None = None
        self._compiled: Snapshot | None = None
        self._is_first = True
        self.answer: Callable[[Ask], bytes | Refusal] = _not_yet
        """Carries out a command: its result as JSON, or why there is none."""

    async def take(self) -> Order | None:
        """The next order. None where there will be none: the control process has gone, or the
        very first one cannot be served."""
        while line := await self._commands.readline():
            message = msgspec.json.decode(line, type=ToWorker)
            if isinstance(message, Ask):
                self._tell(message)
                continue
            if isinstance(message, Load):
                self._compile(message)
            else:
                self._learn(message)
            load, snapshot = self._load, self._compiled
            if load is None or snapshot is None:
                if self._is_first:
                    return None
            elif self._ports.keys() >= snapshot.listeners.keys():
                self._is_first, self._compiled = False, None
                ports = {protocol: self._ports[protocol] for protocol in snapshot.listeners}
                return Order(load, snapshot, ports)
        return None

    def _compile(self, load: Load) -> None:
        """Compile a config, or say why that failed; ask for ports that are not known yet."""
        self._load, self._compiled = load, None
        try:
            self._compiled = build_snapshot(load.config, Path(load.folder), self._stores.open)
        except UserError as error:
            self._output.refuse(error)
            return
        protocols = tuple(self._compiled.listeners)
        if not self._ports.keys() >= set(protocols):
            self._output.send(Compiled(protocols))

    def _tell(self, ask: Ask) -> None:
        told = self.answer(ask)
        if isinstance(told, Refusal):
            self._output.send(Told(ask.id, refusal=told))
        else:
            self._output.send(Told(ask.id, msgspec.Raw(told)))

    def _learn(self, message: Listen) -> None:
        self._ports.update(message.ports)
        if message.failure:
            self._compiled = None
            self._output.send(LoadFailed(message.failure, message.hint, ()))


def _not_yet(_ask: Ask) -> Refusal:
    return Refusal("unavailable", "Nothing is served yet.", "Try again.")

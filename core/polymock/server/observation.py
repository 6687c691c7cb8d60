"""What a server knows of itself: its events, its observers, its figures and its health."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from polymock.config.loading import LoadedConfig
from polymock.errors import CommandError
from polymock.events import ERROR, new_id, now_us
from polymock.observing.building import build_observers
from polymock.observing.feed import Feeds
from polymock.observing.observers import Measures, Observers
from polymock.server import measuring
from polymock.server.workers import WorkerHandle
from polymock_schemas.events import ErrorOccurred, ServerStarted, ServerStopped
from polymock_schemas.journal import JournalStatus
from polymock_schemas.observers import Health, JournalFigures, PartHealth

STATE_SUFFIX = ".observers"
"""Of the folder for what observers keep, beside the journal."""
KNOWN_SECONDS = 1.0
"""So long the health of the store is taken to be what it was."""
STORE_SECONDS = 2.0
ASKED_OF_STORE = "world.clock"
"""A command that reads the store and little else."""

WATCH_SECONDS = 1.0
_OF_SERVER = {"server.started": ServerStarted, "server.stopped": ServerStopped}

Ask = Callable[[str, Mapping[str, Any]], Awaitable[bytes]]


class Parts(msgspec.Struct, frozen=True):
    """What is looked at: the workers, the journal's status (None where nothing is recorded),
    whether the start is over, and how to have a worker carry out a command."""

    workers: Callable[[], Sequence[WorkerHandle]]
    journal: Callable[[], JournalStatus | None]
    started: Callable[[], bool]
    ask: Ask


class Observation:
    """Builds the observers of a config, and looks after them. Raises ConfigError, PluginError."""

    def __init__(self, loaded: LoadedConfig, parts: Parts) -> None:
        self._loaded = loaded
        self._parts = parts
        self._store: tuple[float, PartHealth] | None = None
        self._is_ending = False
        journal = loaded.announced_at
        self.observers = Observers(
            build_observers(loaded.config.observers),
            folder=loaded.folder,
            state=journal.with_name(f"{journal.stem}{STATE_SUFFIX}"),
            redact=loaded.config.journal.redact,
            measures=Measures(
                started=time.time(),
                journal=self._journal_figures,
                processes=lambda: measuring.process_figures(self._pids()),
                disk_free=lambda: measuring.disk_free(self._disk),
            ),
        )

    @property
    def feeds(self) -> Feeds:
        """Who hears what workers hand over."""
        return self.observers.feeds

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Have the observers told; on leaving they take what is left."""
        self.observers.start()
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.to_thread(self.observers.stop)

    def noted(self, event: str, mocks: Sequence[str]) -> None:
        """Tell of an event of the server, if it is one that observers are told of."""
        now = now_us()
        self._is_ending = self._is_ending or event == ServerStopped.__struct_config__.tag
        shape = _OF_SERVER.get(event)
        if shape is not None:
            self.observers.bus.publish(shape(f"sv_{new_id(now)}", now, os.getpid(), tuple(mocks)))

    def failed(self, part: str, message: str) -> None:
        """A part of the server has a fault."""
        now = now_us()
        self.observers.bus.publish(ErrorOccurred(f"er_{new_id(now)}", now, part, message))

    async def health(self) -> Health:
        """How each part does; ready where calls are answered and, if that is wanted, recorded."""
        workers, store = self._workers(), await self._store_health()
        journal = measuring.journal_health(self._parts.journal())
        fine = workers.state == "ok" and "failed" not in (journal.state, store.state)
        ready = self._parts.started() and fine
        disk = await asyncio.to_thread(measuring.disk_health, self._disk)
        observers = [
            PartHealth(f"observer {each.name}", each.state, each.reason or "ok")
            for each in self.observers.infos()
        ]
        return Health(ready, (workers, journal, store, disk, *observers))

    async def _watch(self) -> None:
        """Tell of the journal's faults, as long as somebody wants to hear of any."""
        known = ""
        while ERROR in self.observers.bus.wanted:
            await asyncio.sleep(WATCH_SECONDS)
            if self._is_ending:  # the journal is closed before the observers are
                return
            status = self._parts.journal()
            error = "" if status is None else status.last_error
            if error and error != known:
                self.failed("journal", error)
            known = error

    def _workers(self) -> PartHealth:
        workers = self._parts.workers()
        serving = sum(worker.ready for worker in workers)
        state = "ok" if serving == len(workers) else "degraded" if serving else "failed"
        return msgspec.convert(
            {"name": "workers", "state": state, "reason": f"{serving} of {len(workers)} serve"},
            PartHealth,
        )

    async def _store_health(self) -> PartHealth:
        """Whether a worker can read the world's store."""
        known = self._store
        if known is None or time.monotonic() - known[0] > KNOWN_SECONDS:
            known = self._store = (time.monotonic(), await self._asked())
        return known[1]

    async def _asked(self) -> PartHealth:
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._parts.ask(ASKED_OF_STORE, {})
        except TimeoutError:
            reason = f"no worker answered within {STORE_SECONDS:g} s"
            return PartHealth("store", "degraded", reason)
        except CommandError as error:
            if error.kind == "unknown":
                return PartHealth("store", "ok", "off: nothing is remembered")
            return PartHealth("store", "failed", error.message)
        return PartHealth("store", "ok", "ok")

    def _journal_figures(self) -> JournalFigures | None:
        status = self._parts.journal()
        return None if status is None else measuring.journal_figures(status)

    def _pids(self) -> Mapping[str, int | None]:
        workers = {f"worker-{i}": worker.pid for i, worker in enumerate(self._parts.workers())}
        return {"control": os.getpid(), **workers}

    @property
    def _disk(self) -> Path:
        return self._loaded.announced_at.parent

"""The control process's hold on its workers: starting, steering, reviving and stopping them."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from time import monotonic

import msgspec

from polymock.server.asking import Asking
from polymock.server.messages import (
    Ask,
    Compiled,
    FromWorker,
    Listen,
    Load,
    Loaded,
    LoadFailed,
    Told,
    WorkerSettings,
)

STOP_SECONDS = 15.0
REVIVE_SECONDS = 0.2
MAX_REVIVE_SECONDS = 10.0
STEADY_SECONDS = 10.0
"""A worker that lived so long is revived at once again."""
MAX_LINE = 64 * 1024 * 1024

log = logging.getLogger("polymock.server.workers")
_encoder = msgspec.json.Encoder()


class WorkerHandle:
    """One worker, kept alive: a new process takes the place of one that ended unasked.

    `on_message` gets what its processes say, with the worker's index; `find_ports` gives them the
    ports that they ask for.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        on_message: Callable[[int, FromWorker], None],
        find_ports: Callable[[Compiled], Listen],
    ) -> None:
        self._settings = settings
        self._find_ports = find_ports
        self._on_message = on_message
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._load: Load | None = None
        self._stopping = False
        self._served = False
        self.asking = Asking(self._write)
        """Commands on what it serves."""
        self.ready = False
        """Whether its present process serves."""
        self.on_loss: Callable[[str], None] = _unheard
        """Told of a process that ended unasked."""

    @property
    def pid(self) -> int | None:
        """The present process; None between two."""
        return self._process.pid if self._process else None

    async def start(self, load: Load) -> None:
        """Start the process and give it its first config; returns before that is compiled."""
        self._load = load
        await self._spawn()
        self._keeping = asyncio.create_task(self._keep())

    async def load(self, load: Load) -> None:
        """Make the worker serve another config, now and after a revival."""
        self._load = load
        await self._write(load)

    async def stop(self) -> None:
        """Let the worker answer what it has begun and flush its records; then end it."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                log.warning("worker %d did not end in time and is killed", self._settings.index)
                process.kill()
                await process.wait()
        if self._keeping is not None:
            await self._keeping

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing is imported from the folder that it is started in
            "-m",
            "polymock.server.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for the control process, which then stops it
            limit=MAX_LINE,
        )
        await self._write(self._settings)
        if self._load is not None:
            await self._write(self._load)

    async def _write(self, message: WorkerSettings | Load | Listen | Ask) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.write(_encoder.encode(message) + b"\n")
        try:
            await process.stdin.drain()
        except ConnectionError:
            log.debug("worker %d ended before it could be told", self._settings.index)

    async def _keep(self) -> None:
        pause = REVIVE_SECONDS
        while True:
            born = monotonic()
            await self._follow()
            if self._stopping:
                return
            if monotonic() - born > STEADY_SECONDS:
                pause = REVIVE_SECONDS
            await asyncio.sleep(pause)  # a signal to all processes ends them in any order
            if self._stopping:
                return
            text = f"worker {self._settings.index} ended unexpectedly; starting another"
            log.error("%s", text)
            self.on_loss(text)
            pause = min(pause * 2, MAX_REVIVE_SECONDS)
            await self._spawn()
            if self._stopping and self._process is not None:  # it was not there yet to be stopped
                self._process.terminate()

    async def _follow(self) -> None:
        """Hand on what the present process says, until it ends."""
        process = self._process
        if process is None or process.stdout is None:
            return
        while line := await process.stdout.readline():
            message = msgspec.json.decode(line, type=FromWorker)
            if isinstance(message, Compiled):
                await self._write(self._find_ports(message))
                continue
            if isinstance(message, Told):
                self.asking.hear(message)
                continue
            if isinstance(message, Loaded):
                self.ready = self._served = True
            elif isinstance(message, LoadFailed) and not self._served:
                self._stopping = True  # what fails at the first start is not tried again
            self._on_message(self._settings.index, message)
        code = await process.wait()
        self.ready = False
        self.asking.give_up()
        if not self._served and not self._stopping:
            self._stopping = True
            self._on_message(self._settings.index, _ended(self._settings.index, code))


def _unheard(_text: str) -> None:
    """Nobody wants to know."""


def _ended(index: int, code: int) -> LoadFailed:
    what = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return LoadFailed(
        f"Worker {index} {what} before it could serve.",
        "What it said stands above; --log-level debug says more.",
        (),
    )

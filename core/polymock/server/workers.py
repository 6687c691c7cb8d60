"""The control process's hold on its workers: starting, steering, reviving and stopping them."""

from __future__ import annotations

import asyncio
import logging
import subprocess
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
from polymock.server.spawning import spawn

STOP_SECONDS = 15.0
REVIVE_SECONDS = 0.2
MAX_REVIVE_SECONDS = 10.0
STEADY_SECONDS = 10.0
"""A worker that lived so long is revived at once again."""
MAX_LINE = 64 * 1024 * 1024

log = logging.getLogger("polymock.server.workers")
_encoder = msgspec.json.Encoder()


class WorkerProcess:
    """A process of a worker, and the pipes to it. Made by `attach`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        output: asyncio.StreamReader,
        input_: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._output = output
        self._input = input_

    @classmethod
    async def attach(cls, process: subprocess.Popen[bytes]) -> WorkerProcess:
        """Take over the pipes of a process that was just spawned."""
        loop = asyncio.get_running_loop()
        output = asyncio.StreamReader(limit=MAX_LINE)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(output), process.stdout)
        transport, protocol = await loop.connect_write_pipe(
            lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), process.stdin
        )
        return cls(process, output, asyncio.StreamWriter(transport, protocol, None, loop))

    @property
    def pid(self) -> int:
        """Also after its end."""
        return self._process.pid

    async def write(self, line: bytes) -> None:
        """Send a line. Raises ConnectionError where it does not listen any more."""
        self._input.write(line + b"\n")
        await self._input.drain()

    async def read(self) -> bytes:
        """The next line that it says; b"" after the last."""
        return await self._output.readline()

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    async def wait(self) -> int:
        """Wait for its end, with nothing more to be said to it; its exit code."""
        self._input.close()
        return await asyncio.to_thread(self._process.wait)


class WorkerHandle:
    """One worker, kept alive: a new process takes the place of one that ended unasked.

    `on_message` gets what its processes say, with the worker's index; `find_ports` gives them the
    ports that they ask for. `spawned` is its first process, if there is one already.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        on_message: Callable[[int, FromWorker], None],
        find_ports: Callable[[Compiled], Listen],
        spawned: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self._settings = settings
        self._find_ports = find_ports
        self._on_message = on_message
        self._spawned = spawned
        self._process: WorkerProcess | None = None
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
        """The present process; None before the first."""
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
        if self._process is None or self._keeping is None:
            return
        self._process.terminate()
        ended, _ = await asyncio.wait([self._keeping], timeout=STOP_SECONDS)
        if not ended:
            log.warning("worker %d did not end in time and is killed", self._settings.index)
            self._process.kill()
        await self._keeping

    async def _spawn(self) -> None:
        process, self._spawned = self._spawned or spawn(), None
        self._process = await WorkerProcess.attach(process)
        await self._write(self._settings)
        if self._load is not None:
            await self._write(self._load)

    async def _write(self, message: WorkerSettings | Load | Listen | Ask) -> None:
        if self._process is None:
            return
        try:
            await self._process.write(_encoder.encode(message))
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
        if process is None:
            return
        while line := await process.read():
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

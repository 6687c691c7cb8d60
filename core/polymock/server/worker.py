"""A worker process: `python -m polymock.server.worker`, started and steered by the control process.

It reads JSON lines on standard input (its settings, then one `Load` after another), answers with
JSON lines on standard output, and drains and ends on SIGTERM or when its input closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from math import inf
from pathlib import Path
from time import perf_counter

import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server

from polymock.app import build_snapshot, mock_app
from polymock.config.units import parse_size
from polymock.edge.http import HttpEdge
from polymock.errors import SpecError, UserError
from polymock.journal.frames import MockPart, mock_part
from polymock.journal.stream import Recorder
from polymock.outbound import OutboundSender
from polymock.server.examination import Examination
from polymock.server.messages import Found, Load, Loaded, LoadFailed, MockSummary, WorkerSettings
from polymock.snapshot import Snapshot
from polymock_schemas.commands import Fault

EXAMINE_SECONDS = 0.15
"""So long operations are examined before the start-up panel; the others after it."""
EXAMINE_PAUSE_SECONDS = 0.02
CLOSE_SECONDS = 10.0
DRAIN_SECONDS = 2.0
REFUSE_SECONDS = 0.5
MAX_CONNECTIONS = 10_000
RESERVED_FILES = 100
"""Kept free of connections, for the journal's socket, specs and callbacks."""
MAX_LINE = 64 * 1024 * 1024

log = logging.getLogger("polymock.server.worker")


class Output:
    """Standard output, kept for messages alone: what anything else prints goes to stderr."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self._encoder = msgspec.json.Encoder()

    def send(self, message: Loaded | LoadFailed | Found) -> None:
        """Write one message; the control process may be gone already."""
        with contextlib.suppress(BrokenPipeError):
            self._file.write(self._encoder.encode(message) + b"\n")


class Worker:
    """Serves one snapshot after another, as the control process tells."""

    def __init__(self, settings: WorkerSettings, output: Output) -> None:
        self._settings = settings
        self._output = output
        self._outbox = OutboundSender()
        self._recorder: Recorder | None = None
        self._examining: asyncio.Task[None] | None = None
        self._is_orphan = False
        """Whether the control process is gone, and with it who would take the records."""

    async def run(self, commands: asyncio.StreamReader) -> int:
        """Serve until told to stop; the exit code. The first command must be a `Load`."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stopping.set)
        loop.add_signal_handler(signal.SIGINT, lambda: None)  # the control process decides
        first = msgspec.json.decode(await commands.readline(), type=Load)
        snapshot = self._compile(first)
        if snapshot is None:
            return 1
        edge = self._open_edge(first, snapshot)
        server = Server(
            mock_app(edge),
            address=self._settings.host,
            port=self._settings.port,
            interface=Interfaces.ASGINL,
            backlog=1024,
            backpressure=admit_connections(),
            websockets=False,  # a contract answers the request to upgrade as it does any other
            log_enabled=False,
        )
        async with self._handing_on():
            stopped = asyncio.create_task(stopping.wait())
            serving = asyncio.create_task(server.serve())
            self._examining = asyncio.create_task(self._examine(snapshot))
            steering = asyncio.create_task(self._steer(commands, edge, stopping))
            await asyncio.wait([serving, stopped], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                log.error("cannot listen: %s", serving.exception())
            server.stop()
            await drain(serving, edge)
            for task in (steering, stopped, self._examining):
                task.cancel()
        return 0 if stopping.is_set() else 1

    def _compile(self, message: Load) -> Snapshot | None:
        """Compile a config, or tell the control process why that failed."""
        try:
            return build_snapshot(message.config, Path(message.folder))
        except UserError as error:
            faults = error.faults if isinstance(error, SpecError) else ()
            self._output.send(LoadFailed(error.message, error.hint, faults))
            return None

    async def _examine(self, snapshot: Snapshot) -> None:
        """Tell what is served and what is wrong with it; what takes longer to find is told later.

        Calls are answered between one operation's examination and the next.
        """
        examination = Examination(snapshot)
        found: dict[int, list[Fault]] = {}
        end = perf_counter() + (inf if self._settings.strict else EXAMINE_SECONDS)
        while not examination.done and perf_counter() < end:
            index, faults = examination.step()
            found.setdefault(index, []).extend(faults)
            await asyncio.sleep(0)
        self._output.send(Loaded(summarise(snapshot, found), snapshot.files, snapshot.notes))
        while not examination.done:
            await asyncio.sleep(EXAMINE_PAUSE_SECONDS)
            _, faults = examination.step()
            if faults:
                self._output.send(Found(faults))

    def _open_edge(self, message: Load, snapshot: Snapshot) -> HttpEdge:
        server, journal = message.config.server, message.config.journal
        if self._settings.journal_socket is not None:
            self._recorder = Recorder(
                self._settings.journal_socket,
                node=f"{os.uname().nodename}:{self._settings.index}",
                body_limit=parse_size(journal.bodies),
            )
            self._recorder.set_mocks(journal_mocks(snapshot))
        return HttpEdge(
            snapshot,
            self._recorder,
            self._outbox,
            max_body=parse_size(server.max_body),
            cors=server.cors,
        )

    async def _steer(
        self, commands: asyncio.StreamReader, edge: HttpEdge, stopping: asyncio.Event
    ) -> None:
        while line := await commands.readline():
            snapshot = self._compile(msgspec.json.decode(line, type=Load))
            if snapshot is not None:
                if self._examining is not None:
                    self._examining.cancel()
                edge.snapshot = snapshot
                if self._recorder is not None:
                    self._recorder.set_mocks(journal_mocks(snapshot))
                self._examining = asyncio.create_task(self._examine(snapshot))
        self._is_orphan = True
        stopping.set()

    @contextlib.asynccontextmanager
    async def _handing_on(self) -> AsyncIterator[None]:
        """Hand exchanges to the journal and callbacks to the net; on leaving, the last of them."""
        await self._outbox.start()
        if self._recorder is not None:
            self._recorder.start()
        try:
            yield
        finally:
            await self._outbox.close()
            if self._recorder is not None:
                await self._recorder.close(0 if self._is_orphan else CLOSE_SECONDS)


async def drain(serving: asyncio.Task[None], edge: HttpEdge) -> None:
    """Wait for what is being answered; who sends too slowly for that is refused, then cut off."""
    await asyncio.wait([serving], timeout=DRAIN_SECONDS)
    edge.bodies.give_up()
    await asyncio.wait([serving], timeout=REFUSE_SECONDS)
    if not serving.done():
        log.info("connections on which no whole call was sent are cut off")


def admit_connections() -> int:
    """Raise this process's limit of open files, and say how many connections that allows.

    Connections above the limit wait unanswered, behind others that may be idle for ever.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS keeps a limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    allowed = MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else soft - RESERVED_FILES
    return max(RESERVED_FILES, min(MAX_CONNECTIONS, allowed))


def journal_mocks(snapshot: Snapshot) -> list[MockPart]:
    """The mocks with their operations, as the journal's table `operations` lists them."""
    return [
        mock_part(
            mock.name,
            mock.engine.contract.protocol,
            mock.engine.contract.operations,
            mock.engine.secrets,
        )
        for mock in snapshot.mocks
    ]


def summarise(snapshot: Snapshot, found: Mapping[int, Sequence[Fault]]) -> tuple[MockSummary, ...]:
    """The mocks as the start-up panel shows them, with the faults known so far."""
    summaries = []
    for mock in snapshot.mocks:
        contract = mock.engine.contract
        summaries.append(
            MockSummary(
                name=mock.name,
                protocol=contract.protocol,
                prefix=mock.prefix,
                title=contract.title,
                operations=len(contract.operations),
                faults=tuple(dict.fromkeys((*contract.faults, *found.get(mock.index, ())))),
            )
        )
    return tuple(summaries)


async def serve() -> int:
    """Read the settings and run the worker on this process's standard streams."""
    output = Output()
    commands = asyncio.StreamReader(limit=MAX_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    settings = msgspec.json.decode(await commands.readline(), type=WorkerSettings)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    return await Worker(settings, output).run(commands)


def main() -> int:
    """Run on uvloop where it is installed."""
    try:
        import uvloop  # not on every platform
    except ImportError:
        return asyncio.run(serve())
    return uvloop.run(serve())


if __name__ == "__main__":
    sys.exit(main())

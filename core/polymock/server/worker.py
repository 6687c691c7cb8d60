"""A worker process: `python -m polymock.server.worker`, started and steered by the control process.

It reads JSON lines on standard input (its settings, then what it is to serve, see `dialogue`),
answers with JSON lines on standard output, and drains and ends on SIGTERM or when its input closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from math import inf
from pathlib import Path
from time import perf_counter

import msgspec

from polymock.commands.catalog import installed
from polymock.commands.context import Context
from polymock.commands.execution import answer, refusal
from polymock.config.units import parse_size
from polymock.documents.collector import settle
from polymock.edge.http import HttpEdge
from polymock.edge.responder import MockResponder
from polymock.errors import UserError
from polymock.journal.coverage.telling import tell_parts
from polymock.journal.frames import MockPart, mock_part
from polymock.journal.stream import Recorder
from polymock.journal.transcription import transcribers
from polymock.outbound import OutboundSender
from polymock.server.dialogue import Order, Orders, Output
from polymock.server.examination import Examination
from polymock.server.http_server import DRAIN_SECONDS, drain, open_server
from polymock.server.listeners import Listeners
from polymock.server.messages import Ask, Found, Loaded, MockSummary, WorkerSettings
from polymock.server.sweeping import sweep
from polymock.snapshot import Snapshot
from polymock.storage import StoreKeeper
from polymock_schemas.commands import Fault, Refusal

EXAMINE_SECONDS = 0.15
"""So long operations are examined before the start-up panel; the others after it."""
EXAMINE_PAUSE_SECONDS = 0.02
CLOSE_SECONDS = 10.0
MAX_LINE = 64 * 1024 * 1024

log = logging.getLogger("polymock.server.worker")


class Worker:
    """Serves one snapshot after another, as the control process tells.

    `first` is what it serves first; what is said of the server there (addresses, limits, TLS)
    counts as long as it lives. Raises ConfigError.
    """

    def __init__(self, settings: WorkerSettings, output: Output, first: Order) -> None:
        config = first.load.config
        self._settings = settings
        self._output = output
        self._first = first
        self._converses = first.snapshot.converses
        self._outbox = OutboundSender()
        self._recorder = _open_recorder(settings, parse_size(config.journal.bodies))
        self._responder = MockResponder(
            first.snapshot,
            self._recorder,
            self._outbox,
            kept_bytes=parse_size(config.journal.bodies),
        )
        self._edge = HttpEdge(
            self._responder, max_body=parse_size(config.server.max_body), cors=config.server.cors
        )
        self._listeners = Listeners(settings.host, self._responder)
        self._server = open_server(self._edge, settings, first.load, websockets=self._converses)
        self._examining: asyncio.Task[None] | None = None
        self._is_orphan = False
        """Whether the control process is gone, and with it who would take the records."""

    async def run(self, orders: Orders) -> int:
        """Serve until told to stop; the exit code."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stopping.set)
        loop.add_signal_handler(signal.SIGINT, lambda: None)  # the control process decides
        self._tell_journal(self._first.snapshot)
        orders.answer = self._carry_out
        sweeping = asyncio.create_task(self._sweep())
        async with self._handing_on():
            stopped = asyncio.create_task(stopping.wait())
            serving = asyncio.create_task(self._server.serve())
            steering = asyncio.create_task(self._steer(orders, stopping))
            await asyncio.wait([serving, stopped, steering], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                log.error("cannot listen: %s", serving.exception())
            if steering.done() and (failure := steering.exception()) is not None:
                log.error("cannot go on", exc_info=failure)
            await asyncio.gather(
                drain(self._server, serving, self._edge), self._listeners.stop(DRAIN_SECONDS)
            )
            for task in (steering, stopped, sweeping, self._examining):
                if task is not None:
                    task.cancel()
        return 0 if stopping.is_set() else 1

    def _carry_out(self, ask: Ask) -> bytes | Refusal:
        """Run a command on what is served now, between two calls."""
        try:
            command = installed().find(ask.command)
        except UserError as error:
            return refusal(error)
        return answer(command, ask.params, Context(snapshot=self._responder.snapshot))

    async def _sweep(self) -> None:
        """One worker for all takes away what sessions left behind."""
        if self._settings.index == 0:
            await sweep(lambda: self._responder.snapshot.world)

    async def _steer(self, orders: Orders, stopping: asyncio.Event) -> None:
        """Serve what is ordered; ends early where the first order cannot be served."""
        if not await self._take_up(self._first):
            return
        while order := await orders.take():
            await self._take_up(order)
        self._is_orphan = True
        stopping.set()

    async def _take_up(self, order: Order) -> bool:
        """Serve an order from now on; False, and why is said, where a listener cannot be opened."""
        snapshot = order.snapshot
        try:
            await self._listeners.open(snapshot.listeners, order.ports, order.load)
        except UserError as error:
            self._output.refuse(error)
            return False
        if self._examining is not None:
            self._examining.cancel()
        if snapshot is not self._responder.snapshot:
            self._responder.snapshot = snapshot
            self._tell_journal(snapshot)
            await self._listeners.renew(snapshot.listeners, DRAIN_SECONDS)
        settle()
        self._examining = asyncio.create_task(self._examine(order))
        return True

    async def _examine(self, order: Order) -> None:
        """Tell what is served and what is wrong with it; what takes longer to find is told later.

        Calls are answered between one operation's examination and the next.
        """
        snapshot = order.snapshot
        examination = Examination(snapshot)
        found: dict[int, list[Fault]] = {}
        end = perf_counter() + (inf if self._settings.strict else EXAMINE_SECONDS)
        while not examination.done and perf_counter() < end:
            index, faults = examination.step()
            found.setdefault(index, []).extend(faults)
            await asyncio.sleep(0)
        notes = (*snapshot.notes, *self._late(snapshot))
        self._output.send(
            Loaded(summarise(snapshot, found), snapshot.files, notes, dict(order.ports))
        )
        self._tell_parts(snapshot)
        while not examination.done:
            await asyncio.sleep(EXAMINE_PAUSE_SECONDS)
            _, faults = examination.step()
            if faults:
                self._output.send(Found(faults))

    def _late(self, snapshot: Snapshot) -> Sequence[str]:
        """A note where a mock came too late for its WebSockets."""
        if self._converses or not snapshot.converses:
            return ()
        return ("WebSockets are answered from the next start on: nothing spoke them at this one",)

    def _tell_journal(self, snapshot: Snapshot) -> None:
        if self._recorder is not None:
            contracts = ((mock.name, mock.contract) for mock in snapshot.mocks)
            self._recorder.set_mocks(journal_mocks(snapshot), transcribers(contracts))
            if snapshot.world is not None:
                snapshot.world.changed = self._recorder.tell_change

    def _tell_parts(self, snapshot: Snapshot) -> None:
        """Let one worker for all tell the journal what the contracts consist of."""
        if self._recorder is not None and self._settings.index == 0:
            contracts = [(mock.name, mock.contract) for mock in snapshot.mocks]
            self._recorder.set_parts(partial(tell_parts, contracts))

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


def _open_recorder(settings: WorkerSettings, body_limit: int) -> Recorder | None:
    """Who hands exchanges to the journal; None where nothing is recorded."""
    if settings.journal_socket is None:
        return None
    node = f"{os.uname().nodename}:{settings.index}"
    return Recorder(settings.journal_socket, node=node, body_limit=body_limit)


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
    told = await commands.readline()
    if not told:  # the control process has ended before it could say anything
        return 1
    settings = msgspec.json.decode(told, type=WorkerSettings)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    stores = StoreKeeper(Path(settings.scratch))
    try:
        orders = Orders(commands, output, stores)
        first = await orders.take()
        if first is None:
            return 1
        try:
            worker = Worker(settings, output, first)
        except UserError as error:
            output.refuse(error)
            return 1
        return await worker.run(orders)
    finally:
        stores.close()


def main() -> int:
    """Run on uvloop where it is installed."""
    try:
        import uvloop  # not on every platform
    except ImportError:
        return asyncio.run(serve())
    return uvloop.run(serve())


if __name__ == "__main__":
    sys.exit(main())

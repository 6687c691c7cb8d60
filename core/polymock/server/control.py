"""`polymock serve`: the control process, which owns the journal and looks after the workers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from polymock.access.doors import admin_url, door_notes, is_encrypted, needs_token, urls_of
from polymock.access.places import tokens_of
from polymock.access.tokens import TokenFile
from polymock.config.certificates import find_certificates
from polymock.config.loading import LoadedConfig, load_again, resolve
from polymock.config.units import parse_duration
from polymock.documents.folders import folders_in
from polymock.documents.places import is_url
from polymock.errors import CommandError, ServerError, SpecError, UserError
from polymock.server.messages import (
    Found,
    FromWorker,
    Load,
    Loaded,
    LoadFailed,
    MockSummary,
    WorkerSettings,
)
from polymock.server.panel import Started, listener_summaries, print_faults, print_panel
from polymock.server.ports import await_listening, reserve
from polymock.server.reservations import Reservations
from polymock.server.serverfile import announce
from polymock.server.watch import Look, changes, look
from polymock.server.workers import WorkerHandle
from polymock.world.seed_files import seed_files

if TYPE_CHECKING:
    from polymock.journal.writer import Journal
    from polymock.server.administration import Administration
    from polymock.server.observation import Observation

READY_SECONDS = 120.0
LISTEN_SECONDS = 10.0

log = logging.getLogger("polymock.server.control")


def serve(
    loaded: LoadedConfig,
    *,
    reload: bool,
    log_level: str,
    strict: bool,
    as_json: bool = False,
    spawned: subprocess.Popen[bytes] | None = None,
) -> int:
    """Serve a config until SIGTERM, SIGINT or SIGHUP; the exit code.

    With `as_json` the start-up panel is one line of JSON. `spawned` is the first worker's process,
    if there is one already. Raises UserError where it cannot start: a taken port, a locked journal,
    a wrong spec, or, with `strict`, a warning.
    """
    logging.basicConfig(level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    control = Control(loaded, log_level=log_level, strict=strict, as_json=as_json, spawned=spawned)
    return asyncio.run(control.run(reload=reload))


class Control:
    """The control process: ports, workers, journal, admin API, in the order they start."""

    def __init__(
        self,
        loaded: LoadedConfig,
        *,
        log_level: str,
        strict: bool,
        as_json: bool,
        spawned: subprocess.Popen[bytes] | None,
    ) -> None:
        self._loaded = loaded
        self._spawned = spawned
        self._log_level = log_level
        self._strict = strict
        self._as_json = as_json
        self._stopping = asyncio.Event()
        self._workers: list[WorkerHandle] = []
        self._answers: asyncio.Queue[FromWorker] = asyncio.Queue()
        self._journal: Journal | None = None
        self._observation: Observation | None = None
        self._files: tuple[str, ...] = ()
        self._notes: tuple[str, ...] = ()
        self._ports: dict[str, int] = {}
        self._mocks: tuple[MockSummary, ...] = ()
        self._lost: set[int] = set()
        """Workers in whose place another process is being started."""
        self._is_wrong = False
        """Whether what is served has faults, or what was to be served could not be."""
        self._started = False

    async def run(self, *, reload: bool) -> int:
        """Start everything, wait for a signal, stop everything in reverse."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # started with nohup
            loop.add_signal_handler(number, self._stopping.set)
        server = self._loaded.config.server
        if server.tls is not None:  # its files are tried before anything starts
            find_certificates(server.tls, self._loaded.folder)
        with (
            _reserved(server.host, server.port, "--port") as (address, port),
            _reserved(server.admin_host, server.admin_port, "--admin-port") as (
                admin_address,
                admin_port,
            ),
            Reservations(
                server, address, {port: "server.port", admin_port: "server.admin_port"}
            ) as reservations,
            tempfile.TemporaryDirectory(prefix="polymock-") as folder,
        ):
            socket_path = str(Path(folder) / "journal.sock")
            async with (
                self._workers_at(address, port, socket_path, reservations) as workers,
                self._observing() as observation,
                self._journal_at(socket_path, observation),
                self._admin_at(admin_address, admin_port, port, observation) as admin,
            ):
                try:
                    ready = await self._await_ready(workers, port)
                    if ready is not None:
                        known = look(self._watched()) if reload else None
                        self._note("server.started")  # before anybody knows where to call
                        self._show(ready, port, admin_port)
                        admin.prepare()
                        await self._serve_until_stopped(known)
                        self._note("server.stopped")
                finally:  # their last records come before the journal closes
                    await self._stop_workers()
        return 0

    async def ask(self, command: str, params: Mapping[str, Any]) -> bytes:
        """Have a command carried out on what is served; its result as JSON.

        Any worker will do, as they share the world. Raises CommandError.
        """
        for worker in self._workers:
            if worker.ready:
                return await worker.asking.ask(command, params)
        raise CommandError("No worker serves now.", "Try again.", "unavailable")

    @contextlib.asynccontextmanager
    async def _workers_at(
        self, address: str, port: int, socket_path: str, reservations: Reservations
    ) -> AsyncIterator[list[WorkerHandle]]:
        """Start the workers first: they take longest, and the journal can open meanwhile."""
        config = self._loaded.config
        tells = self._loaded.journal_path is not None or bool(config.observers)
        for index in range(config.server.workers):
            settings = WorkerSettings(
                index=index,
                host=address,
                port=port,
                journal_socket=socket_path if tells else None,
                scratch=str(Path(socket_path).parent),
                log_level=self._log_level,
                strict=self._strict,
            )
            spawned = self._spawned if index == 0 else None
            handle = WorkerHandle(settings, self._hear, reservations.answer, spawned)
            handle.on_loss = partial(self._lose, index)
            self._workers.append(handle)
        load = Load(config, str(self._loaded.folder))
        await asyncio.gather(*(worker.start(load) for worker in self._workers))
        try:
            yield self._workers
        finally:
            await self._stop_workers()

    @contextlib.asynccontextmanager
    async def _observing(self) -> AsyncIterator[Observation]:
        """Start the observers; on leaving they have heard of everything."""
        # Imported here: the workers start while these load.
        from polymock.server.observation import Observation, Parts

        parts = Parts(
            workers=lambda: self._workers,
            journal=lambda: None if self._journal is None else self._journal.status(),
            started=lambda: self._started,
            ask=self.ask,
        )
        self._observation = Observation(self._loaded, parts)
        async with self._observation.running():
            yield self._observation

    @contextlib.asynccontextmanager
    async def _journal_at(self, socket_path: str, observation: Observation) -> AsyncIterator[None]:
        """Open the journal and receive; on leaving, everything received is committed."""
        path, config = self._loaded.journal_path, self._loaded.config.journal
        if path is None and not self._loaded.config.observers:
            yield
            return
        # Imported here: the workers start while these load.
        from polymock.journal.receiver import Receiver
        from polymock.journal.writer import Journal, Settings

        retain = None if config.retain is None else parse_duration(config.retain)
        archive = None if config.archive is None else parse_duration(config.archive)
        if path is not None:
            settings = Settings(str(path), config.redact, retain, archive)
            opening = asyncio.create_task(asyncio.to_thread(Journal, settings))
            await asyncio.sleep(0)  # it has begun, and DuckDB needs no interpreter for most of it
            import polymock.server.administration  # noqa: F401

            self._journal = await opening
        receiver = Receiver(self._journal, socket_path, observation.feeds)
        try:
            await receiver.start()
            yield
        finally:
            await receiver.close()
            if self._journal is not None:
                await asyncio.to_thread(self._journal.close)

    @contextlib.asynccontextmanager
    async def _admin_at(
        self, address: str, port: int, mock_port: int, observation: Observation
    ) -> AsyncIterator[Administration]:
        # Imported here: the workers start while these load.
        from polymock.access.keys import announce_key, new_key
        from polymock.server.administration import Administration
        from polymock.server.steering import Steering

        server = self._loaded.config.server
        key = new_key() if needs_token(server) else ""
        scheme = "http" if server.tls is None else "https"
        admin = Administration(
            observation.health,
            self.ask,
            journal=self._journal,
            steering=Steering(
                mocks=lambda: self._mocks,
                config=lambda: self._loaded.config,
                url=f"{scheme}://{_in_url(server.host)}:{mock_port}",
                tokens=tokens_of(server, self._loaded.folder),
                observers=observation.observers,
                health=observation.health,
                reload=self._reload,
                journal=self._journal,
            ),
            folder=self._loaded.folder,
            config=server,
            key=key,
        )
        urls = urls_of(server, address, port)
        tls = find_certificates(server.tls, self._loaded.folder) if server.tls else None
        certificates = tls if is_encrypted(server) else None
        cert = "" if certificates is None else str(certificates.cert)
        async with admin.serve(address, port, certificates):
            with (
                announce_key(urls, key, cert) if key else contextlib.nullcontext(),
                announce(self._loaded.announced_at, urls[0], records=self._journal is not None),
            ):
                yield admin

    def _hear(self, worker: int, message: FromWorker) -> None:
        """What a worker says. Before the start all are heard, later the first speaks for all."""
        if not self._started and not isinstance(message, Found):
            self._answers.put_nowait(message)
        elif worker == 0:
            self._report(message)

    def _report(self, message: FromWorker) -> None:
        match message:
            case Found(faults):
                print_faults(faults)
            case LoadFailed(text, hint, faults):
                self._is_wrong = True
                log.error("%s %s", text, hint)
                self._fail("reload", text)
                print_faults(faults)
                if self._workers[0].ready:
                    log.error("the mocks served before go on being served")
            case Loaded(mocks, notes=notes):
                new = [note for note in notes if note not in self._notes]
                opened = message.ports.items() - self._ports.items()
                self._take(message)
                log.info("serving anew: %s", ", ".join(mock.name for mock in mocks))
                for protocol, port in sorted(opened):
                    host = _in_url(self._loaded.config.server.host)
                    log.info("%s listens on %s:%d", protocol, host, port)
                for note in new:
                    log.warning("%s", note)
                print_faults([fault for mock in mocks for fault in mock.faults])
                if 0 in self._lost:  # another process has taken its place
                    self._lost.discard(0)
                else:
                    self._note("server.reloaded")

    def _take(self, message: Loaded) -> None:
        self._files, self._notes, self._ports = message.files, message.notes, message.ports
        self._mocks = message.mocks
        self._is_wrong = any(mock.faults for mock in message.mocks)

    async def _await_ready(self, workers: list[WorkerHandle], port: int) -> Loaded | None:
        """Wait until every worker compiled its mocks and the port answers; None when stopped."""
        loaded: Loaded | None = None
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            for _ in workers:
                answer = asyncio.create_task(self._answers.get())
                await asyncio.wait(
                    [answer, stopped], timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if stopped.done():
                    answer.cancel()
                    return None
                if not answer.done():
                    answer.cancel()
                    raise ServerError(
                        f"The workers were not ready within {READY_SECONDS:.0f} s.",
                        "Run with --log-level debug to see what they do.",
                    )
                loaded = self._accept(answer.result())
            ports = [port, *(loaded.ports.values() if loaded is not None else ())]
            for pid in [worker.pid for worker in workers]:
                if pid is not None:  # one that does not listen leaves its share unanswered
                    await asyncio.to_thread(await_listening, pid, ports, LISTEN_SECONDS)
            if not all(worker.ready for worker in workers):
                raise ServerError("A worker ended while it started.", "It said above why.")
        finally:
            stopped.cancel()
        self._started = True
        return loaded

    def _accept(self, message: FromWorker) -> Loaded | None:
        if isinstance(message, LoadFailed):
            raise SpecError(message.message, message.faults, message.hint)
        if not isinstance(message, Loaded):
            return None
        faults = tuple(fault for mock in message.mocks for fault in mock.faults)
        if self._strict and faults:
            count = (
                "there is 1 warning" if len(faults) == 1 else f"there are {len(faults)} warnings"
            )
            raise SpecError(f"--strict: {count}.", faults, "Mend them, or serve without it.")
        self._take(message)
        return message

    def _show(self, ready: Loaded, port: int, admin_port: int) -> None:
        server = self._loaded.config.server
        host = _in_url(server.host)
        print_panel(
            Started(
                mocks=ready.mocks,
                url=f"{'http' if server.tls is None else 'https'}://{host}:{port}",
                admin_url=admin_url(server, server.admin_host, admin_port),
                journal=str(self._loaded.journal_path or ""),
                workers=server.workers,
                notes=(*ready.notes, *self._door_notes(), *self._journal_notes()),
                listeners=listener_summaries(ready, host),
            ),
            as_json=self._as_json,
        )

    def _journal_notes(self) -> tuple[str, ...]:
        aside = "" if self._journal is None else self._journal.status().set_aside
        return (aside,) if aside else ()

    def _door_notes(self) -> tuple[str, ...]:
        server = self._loaded.config.server
        tokens = TokenFile(tokens_of(server, self._loaded.folder))
        return tuple(door_notes(server, tokens, self._loaded.file))

    async def _serve_until_stopped(self, known: Look | None) -> None:
        """Wait for the end; where it is `known` how files looked, serve them anew on changes."""
        if known is not None:
            async for _ in changes(self._watched, self._stopping, known):
                await self._reload()
        await self._stopping.wait()

    def _watched(self) -> set[str]:
        """What `--reload` looks at; where something is wrong, new documents beside it too."""
        loaded = self._loaded
        named = {
            resolve(loaded.folder, path)
            for mock in loaded.config.mocks
            for path in (mock.spec, *mock.include)
            if not is_url(path)
        }
        files = {*self._files, *named, *seed_files(loaded.config.world, loaded.folder)}
        if loaded.file is not None:
            files.add(str(loaded.file))
        inside = {str(folder) for path in named for folder in folders_in(Path(path))}
        beside = {str(Path(file).parent) for file in files if self._is_wrong}
        return files | inside | beside

    async def _reload(self) -> None:
        """Load the config again and make every worker serve it; on failure keep the old one."""
        before = self._loaded.config
        try:
            loaded = load_again(self._loaded)
        except UserError as error:
            log.error("%s %s", error.message, error.hint)
            log.error("the mocks served before go on being served")
            self._fail("reload", error.message)
            return
        after = loaded.config
        kept = replace(
            after,
            server=before.server,
            journal=before.journal,
            observers=before.observers,
            world=replace(after.world, store=before.world.store),
        )
        if kept != after:
            log.warning(
                "changes below `server:`, `journal:` and `observers:`, and of `world.store`, count "
                "from the next start on"
            )
        self._loaded = replace(loaded, config=kept)
        load = Load(kept, str(loaded.folder))
        await asyncio.gather(*(worker.load(load) for worker in self._workers))

    def _note(self, event: str) -> None:
        """Put an event of the server into the journal's table `events`, and tell observers."""
        mocks = [str(mock.name) for mock in self._loaded.config.mocks]
        if self._journal is not None:
            self._journal.event(event, f"pid {os.getpid()}", "server", {"mocks": mocks})
        if self._observation is not None:
            self._observation.noted(event, mocks)

    def _fail(self, part: str, message: str) -> None:
        """Tell observers of a fault."""
        if self._observation is not None:
            self._observation.failed(part, message)

    def _lose(self, worker: int, message: str) -> None:
        """A worker has ended unasked, and with it what it had answered but not handed over yet."""
        self._lost.add(worker)
        self._fail("workers", message)
        if self._journal is not None:
            note = "what it answered in its last moments may not be recorded"
            data = {"worker": worker, "note": note}
            self._journal.event("worker.lost", f"pid {os.getpid()}", "server", data)

    async def _stop_workers(self) -> None:
        await asyncio.gather(*(worker.stop() for worker in self._workers))


@contextlib.contextmanager
def _reserved(host: str, port: int, flag: str) -> Iterator[tuple[str, int]]:
    """The host's IP address and the port's number, kept from others while it is used here."""
    with reserve(host, port, flag) as placeholder:
        address, number = placeholder.getsockname()[:2]
        yield str(address), int(number)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host

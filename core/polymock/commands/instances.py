"""Background servers: start, stop and restart them, and see how they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import psutil
from msgspec.structs import replace

from polymock.config.loading import LoadedConfig, load
from polymock.errors import ServerError
from polymock.instances import output, processes
from polymock.instances.claiming import (
    Claim,
    check_name,
    choose,
    claim,
    default_name,
    forget_old,
    new_run,
    take_over,
)
from polymock.instances.describing import describe, ports_of
from polymock.instances.ending import end
from polymock.instances.launching import launch
from polymock.instances.output import read_panel
from polymock.instances.record import Record, overrides_of
from polymock.instances.registry import Registry
from polymock_schemas.instances import (
    Instance,
    InstanceList,
    ListParams,
    RestartParams,
    ServerLog,
    ServerLogParams,
    StartParams,
    StopParams,
    Stopped,
)

THREADS = 8
"""How many instances are asked, or stopped, at once."""


def start(params: StartParams) -> Instance:
    """Start an instance and wait until it serves.

    Raises ConfigError for what it is to serve, and ServerError where the name or a port is taken,
    or it does not become ready; then nothing of it stays.
    """
    folder = Path(params.folder or Path.cwd()).absolute()
    name = None if params.name is None else check_name(params.name)
    loaded = load(params.specs, overrides_of(params.options), directory=folder)
    registry = Registry.open()
    forget_old(registry)

    def record(name: str) -> Record:
        return Record(
            name=name,
            run=new_run(),
            specs=params.specs,
            options=params.options,
            folder=str(folder),
            config=str(loaded.file or ""),
            starter=processes.this_process(),
        )

    claimed = claim(registry, name, default_name(loaded), record)
    begun = launch(registry, claimed, loaded.config.server, os.environ, params.wait)
    return describe(registry, begun)


def stop(params: StopParams) -> tuple[Stopped, ...]:
    """Stop instances: what they have begun is answered and recorded first.

    They are remembered, with their logs, for some days. Raises ServerError where there is none of
    a name (then none is stopped), or one does not end.
    """
    registry = Registry.open()
    records = registry.known()
    if params.all:
        chosen = [record for record in records if record.find_process() is not None]
    else:
        chosen = [choose(records, name) for name in dict.fromkeys(params.names)]

    def stop_one(record: Record) -> Stopped:
        return _stop(registry, record, params.grace)

    with ThreadPoolExecutor(THREADS) as pool:
        return tuple(pool.map(stop_one, chosen))


def restart(params: RestartParams) -> Instance:
    """Stop an instance and start it with the same command line, in the same folder, at its ports.

    It gets the environment that it had, or, where it has ended, that of this process. A config that
    cannot be read leaves it running. Raises ConfigError, ServerError.
    """
    registry = Registry.open()
    registry.known()
    old = take_over(registry, params.name, processes.this_process())
    try:
        environ = _environment_of(old)
        fresh = _again(registry, old, environ)
        server = _load(fresh, environ).config.server
        end(old, params.grace)
    except BaseException:
        registry.update(replace(old, starter=None))
        raise
    with registry.lock():
        registry.write(fresh)
    claimed = Claim(fresh, replace(old, starter=None, stopped=True))
    try:
        begun = launch(registry, claimed, server, environ, params.wait)
    except ServerError as error:
        message = f"'{old.name}' was stopped, and did not start again. {error.message}"
        raise ServerError(message, error.hint) from error
    return describe(registry, begun)


def list_instances(params: ListParams) -> InstanceList:
    """How the instances are; those that ended too if asked for."""
    registry = Registry.open()
    records, set_aside = registry.check()

    def describe_one(record: Record) -> Instance:
        return describe(registry, record)

    with ThreadPoolExecutor(THREADS) as pool:
        found = [*pool.map(describe_one, records)]
    shown = [each for each in found if params.all or each.status != "exited"]
    return InstanceList(tuple(shown), len(found) - len(shown), tuple(set_aside))


def server_log(params: ServerLogParams) -> ServerLog:
    """The end of what an instance has printed. Raises ServerError where there is none."""
    registry = Registry.open()
    record = choose(registry.known(), params.name)
    file = registry.log_of(record)
    return ServerLog(record.name, str(file), tuple(output.last_lines(file, params.lines)))


def follow_log(params: ServerLogParams) -> Iterator[str]:
    """The end of what an instance has printed, and what it prints until it ends.

    Raises ServerError where there is none.
    """
    registry = Registry.open()
    record = choose(registry.known(), params.name)

    def goes_on() -> bool:
        return record.find_process() is not None

    try:
        yield from output.follow(registry.log_of(record), params.lines, goes_on)
    except FileNotFoundError as error:
        raise ServerError(f"The log of '{record.name}' was removed.") from error


def _stop(registry: Registry, record: Record, grace: float) -> Stopped:
    if record.is_being_started and record.find_process() is None:
        raise ServerError(f"'{record.name}' is being started just now.", "Try again.")
    begun = monotonic()
    ending = end(record, grace)
    registry.note_stopped(record)
    return Stopped(record.name, ending, round(monotonic() - begun, 3))


def _again(registry: Registry, old: Record, environ: Mapping[str, str]) -> Record:
    """A record for one more run of an instance, by this process.

    Free ports that it was given are now its own. Raises ConfigError.
    """
    panel = read_panel(registry.panel_of(old))
    ports = {} if panel is None else ports_of(panel)
    server = _load(old, environ).config.server
    options = replace(
        old.options,
        port=_kept(old.options.port, server.port, ports.get("http")),
        admin_port=_kept(old.options.admin_port, server.admin_port, ports.get("admin")),
        grpc_port=_kept(old.options.grpc_port, server.grpc_port, ports.get("grpc")),
    )
    return replace(
        old,
        run=new_run(),
        options=options,
        starter=processes.this_process(),
        process=None,
        stopped=False,
    )


def _load(record: Record, environ: Mapping[str, str]) -> LoadedConfig:
    """The config of an instance as its file is now. Raises ConfigError."""
    return load(record.specs, overrides_of(record.options), environ, Path(record.folder))


def _kept(asked: int | None, meant: int, had: int | None) -> int | None:
    """The option for a port: the one that it had, where it was to have any free one."""
    return asked if meant else had or asked


def _environment_of(record: Record) -> Mapping[str, str]:
    process = record.find_process()
    if process is None:
        return os.environ
    try:
        return process.environ()
    except psutil.Error:  # it ended meanwhile
        return os.environ

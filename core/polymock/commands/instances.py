"""Background servers: start, change, stop and restart them, and see how they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import psutil
from msgspec.structs import replace

from polymock.commands.context import Context
from polymock.config.loading import LoadedConfig, load
from polymock.errors import ServerError, UserError
from polymock.instances import output, processes
from polymock.instances.claiming import (
    Claim,
    check_name,
    choose,
    claim,
    forget_old,
    new_run,
    take_over,
)
from polymock.instances.describing import describe, ports_of
from polymock.instances.ending import end
from polymock.instances.launching import launch
from polymock.instances.ordering import Order, order_anew, order_of, try_out
from polymock.instances.output import read_panel
from polymock.instances.record import Record, overrides_of
from polymock.instances.registry import Registry
from polymock.instances.texts import read_texts, write_texts
from polymock_schemas.config import ServerConfig
from polymock_schemas.instances import (
    ChangeParams,
    Instance,
    InstanceList,
    ListParams,
    RestartParams,
    ServerLog,
    ServerLogParams,
    StartParams,
    StopParams,
    Stopped,
    TextFile,
)

THREADS = 8
"""How many instances are asked, or stopped, at once."""


def start(context: Context, params: StartParams) -> Instance:
    """Start an instance and wait until it serves.

    Raises ConfigError for what it is to serve, CommandError for its texts, and ServerError where
    the name or a port is taken, or it does not become ready; then nothing of it stays.
    """
    name = None if params.name is None else check_name(params.name)
    registry = Registry.open()
    order = order_of(registry, params, context.folder)
    forget_old(registry)

    def record(name: str) -> Record:
        blank = Record(name, order.run, (), order.options, order.folder, "")
        made = _ordered(registry, blank, order, order.folder)
        return replace(made, starter=processes.this_process())

    claimed = claim(registry, name, order.stem, record)
    context.progress(0, None, f"starting {claimed.record.name}")
    try:
        if order.texts:
            write_texts(Path(claimed.record.folder), order.texts)
    except BaseException:
        registry.put_back(claimed.record, claimed.previous)
        raise
    begun = launch(registry, claimed, order.server, os.environ, params.wait)
    return describe(registry, begun, is_new=True)


def change(context: Context, params: ChangeParams) -> Instance:
    """Let an instance serve something else, at its ports; its journal goes on.

    What it is to serve is tried first: if that cannot be served, it goes on as it was. If it does
    not start nevertheless, it is started as it was. Raises ConfigError, SpecError, PluginError,
    CommandError, ServerError.
    """
    registry = Registry.open()
    _refuse_own(choose(registry.known(), params.name))
    old = take_over(registry, params.name, processes.this_process())
    kept: tuple[TextFile, ...] = ()
    try:
        environ = _environment_of(old)
        again = _once_more(old)
        order = order_anew(registry, old, params, context.folder, environ)
        fresh = _ordered(registry, again, order, old.folder if old.texts else order.folder)
        kept = read_texts(Path(old.folder), old.texts)
        has_run = old.find_process() is not None
        context.progress(0, None, f"stopping {old.name}")
        end(old, params.grace)
    except BaseException:
        registry.update(replace(old, starter=None))
        raise
    ended = replace(old, starter=None, stopped=True)
    before = old.texts if fresh.folder == old.folder else ()
    try:
        write_texts(Path(fresh.folder), order.texts, before)
        context.progress(0, None, f"starting {old.name}")
        return _begin_again(registry, ended, fresh, order.server, environ, params.wait)
    except BaseException as error:
        write_texts(Path(old.folder), kept, order.names if fresh.folder == old.folder else ())
        if isinstance(error, ServerError) and has_run:
            raise _as_before(registry, ended, environ, params.wait, error) from error
        raise


def stop(context: Context, params: StopParams) -> tuple[Stopped, ...]:
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
    for record in chosen:
        _refuse_own(record)

    def stop_one(record: Record) -> Stopped:
        return _stop(registry, record, params.grace)

    with ThreadPoolExecutor(THREADS) as pool:
        return tuple(pool.map(stop_one, chosen))


def restart(context: Context, params: RestartParams) -> Instance:
    """Stop an instance and start it with the same command line, in the same folder, at its ports.

    It gets the environment that it had, or, where it has ended, that of this process. What it is to
    serve is tried first: if that cannot be served, it goes on as it was. Raises ConfigError,
    SpecError, PluginError, ServerError.
    """
    registry = Registry.open()
    _refuse_own(choose(registry.known(), params.name))
    old = take_over(registry, params.name, processes.this_process())
    try:
        environ = _environment_of(old)
        fresh = _again(registry, old, environ)
        loaded = _load(fresh, environ)
        try_out(loaded, environ)
        server = loaded.config.server
        context.progress(0, None, f"stopping {old.name}")
        end(old, params.grace)
    except BaseException:
        registry.update(replace(old, starter=None))
        raise
    context.progress(0, None, f"starting {old.name}")
    ended = replace(old, starter=None, stopped=True)
    return _begin_again(registry, ended, fresh, server, environ, params.wait)


def list_instances(context: Context, params: ListParams) -> InstanceList:
    """How the instances are; those that ended too if asked for."""
    registry = Registry.open()
    records, set_aside = registry.check()

    def describe_one(record: Record) -> Instance:
        return describe(registry, record)

    with ThreadPoolExecutor(THREADS) as pool:
        found = [*pool.map(describe_one, records)]
    shown = [each for each in found if params.all or each.status != "exited"]
    return InstanceList(tuple(shown), len(found) - len(shown), tuple(set_aside))


def server_log(context: Context, params: ServerLogParams) -> ServerLog:
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


def _refuse_own(record: Record) -> None:
    """Keep a server from ending itself, as it would wait for its own answer. Raises ServerError."""
    if record.run == os.environ.get(processes.MARK):
        raise ServerError(
            f"'{record.name}' is the server that you ask, and cannot end itself.",
            "End it from a command line on its machine, or ask another server to.",
        )


def _stop(registry: Registry, record: Record, grace: float) -> Stopped:
    if record.is_being_started and record.find_process() is None:
        raise ServerError(f"'{record.name}' is being started just now.", "Try again.")
    begun = monotonic()
    ending = end(record, grace)
    registry.note_stopped(record)
    return Stopped(record.name, ending, round(monotonic() - begun, 3))


def _begin_again(
    registry: Registry,
    ended: Record,
    fresh: Record,
    server: ServerConfig,
    environ: Mapping[str, str],
    wait: float,
) -> Instance:
    """Start an instance once more, which has just been ended. Raises ServerError."""
    with registry.lock():
        registry.write(fresh)
    try:
        begun = launch(registry, Claim(fresh, ended), server, environ, wait)
    except ServerError as error:
        message = f"'{ended.name}' was stopped, and did not start again. {error.message}"
        raise ServerError(message, error.hint) from error
    return describe(registry, begun)


def _ordered(registry: Registry, record: Record, order: Order, folder: str) -> Record:
    """A record's instance, serving what an order says, in this folder; texts need one of its own,
    and one that it has is kept, with the journal there."""
    if order.texts and not registry.is_own(Path(folder)):
        folder = str(registry.folder_of(record))
    config = order.config
    return replace(
        record,
        specs=order.specs,
        options=order.options,
        folder=folder,
        config=str(Path(folder) / config) if config else "",
        texts=order.names,
    )


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
    return replace(_once_more(old), options=options)


def _once_more(old: Record) -> Record:
    """A record for one more run of an instance, by this process."""
    return replace(
        old, run=new_run(), starter=processes.this_process(), process=None, stopped=False
    )


def _as_before(
    registry: Registry,
    ended: Record,
    environ: Mapping[str, str],
    wait: float,
    error: ServerError,
) -> ServerError:
    """Start an instance as it was, after it did not start otherwise; what to tell of that."""
    try:
        again = _again(registry, ended, environ)
        _begin_again(registry, ended, again, _load(again, environ).config.server, environ, wait)
    except UserError as second:
        text = f"{error.message} Nor does it start as it was: {second.message}"
        return ServerError(text, error.hint)
    return ServerError(f"{error.message} It serves again what it served before.", error.hint)


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

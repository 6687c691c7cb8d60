"""Commands asked for on this machine: carried out here, or by the server that is meant."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from polymock.commands.catalog import Catalog, installed
from polymock.commands.command import Command
from polymock.commands.context import Context, Progress, silent
from polymock.commands.dispatching import Caller
from polymock.commands.execution import encode, read_params, run
from polymock.config.files import find_config
from polymock.config.loading import load
from polymock.errors import JournalError, ServerError
from polymock.server.serverfile import find_server
from polymock_schemas.config import JournalConfig


class Target(msgspec.Struct, frozen=True):
    """Which server is meant, or which journal: the admin API's `url`, the `instance` of a name, or
    the server that a `config` or a `journal` belongs to; by default those of the working
    directory. `token` is one of the server's."""

    url: str | None = None
    instance: str | None = None
    config: str | None = None
    journal: str | None = None
    token: str | None = None

    def find(self) -> str:
        """The URL of the server's admin API. Raises ConfigError, ServerError."""
        if self.instance is not None:
            return find_instance(self.instance)
        from polymock.commands.remote import find_admin

        return find_admin(self.url, self.config, self.journal)


def carry_out(
    command: Command,
    params: Mapping[str, Any],
    target: Target,
    *,
    actor: str,
    progress: Progress = silent,
    folder: Path | None = None,
) -> Any:
    """The result of a command, as its type has it.

    The parameters are checked here first. Raises UserError (CommandError with violations where
    they are wrong).
    """
    read = read_params(command, params)
    context = Context(actor=actor, progress=progress, folder=folder)
    if command.place == "machine":
        return run(command, read, context)
    # Imported here: who asks nobody needs no HTTP client, which is slow to import.
    from polymock.commands.remote import SECONDS, NobodyThere, Remote

    is_recorded = command.place == "journal" and target.url is None
    path = _journal_file(target) if is_recorded else None
    server = None if path is None else find_server(path)
    if path is not None and (server is None or not server.records):
        return _on_file(command, read, path, context)
    remote = Remote(target.find if server is None else lambda: server.admin_url, target.token)
    try:
        told = remote.carry_out(command, _given(read, params), SECONDS + _waits(read))
    except NobodyThere:
        if path is None:
            raise
        return _on_file(command, read, path, context)  # it was killed, and its number is another's
    try:
        return msgspec.json.decode(told, type=command.result)
    except msgspec.DecodeError as error:
        raise ServerError(
            f"What answered {command.name} answered not as a Polymock of this version.",
            "Name the address of a server's admin API; use the same version on both sides.",
        ) from error


class LocalDispatcher:
    """Has commands carried out as `carry_out` does, for one who asks for many in turn."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def catalog(self) -> Catalog:
        """The commands that there are."""
        return installed()

    async def carry_out(
        self,
        name: str,
        params: Mapping[str, Any],
        caller: Caller,
        progress: Progress = silent,
        server: str = "",
    ) -> bytes:
        """The result of a command, as JSON. `server` is an instance's name or an admin API's URL;
        without it the server of the working directory is meant. Raises UserError."""
        command = self.catalog.find(name)
        target = Target(url=server) if "://" in server else Target(instance=server or None)
        result = await asyncio.to_thread(
            carry_out,
            command,
            params,
            target,
            actor=caller.name,
            progress=progress,
            folder=self._folder,
        )
        return encode(result)


def find_instance(name: str) -> str:
    """The URL of an instance's admin API. Raises ServerError where none of the name runs."""
    # Imported here: only who names an instance needs them.
    from polymock.commands.instances import list_instances
    from polymock_schemas.instances import ListParams

    found = list_instances(Context(), ListParams()).instances
    for instance in found:
        if instance.name == name and instance.admin_url:
            return instance.admin_url
    running = ", ".join(instance.name for instance in found)
    raise ServerError(
        f"No instance {name[:100]!r} runs.",
        f"There are: {running}." if running else "Start one: `polymock start`.",
    )


def _journal_file(target: Target) -> Path | None:
    """The journal that is meant; None where it is that of an instance which runs.

    An instance that has ended is asked by the file that it left. Raises ConfigError, or
    JournalError where nothing is recorded.
    """
    if target.instance is None:
        return _journal_of(target)
    # Imported here: only who names an instance needs them.
    from polymock.instances.describing import find_ended
    from polymock.instances.registry import Registry

    ended = find_ended(Registry.open(), target.instance)
    if ended is None:
        return None
    if not ended.journal:
        raise JournalError(
            f"The instance {ended.name!r} has ended, and recorded nothing.",
            f"Start it again: `polymock restart {ended.name}`.",
        )
    return Path(ended.journal)


def _journal_of(target: Target) -> Path:
    """The journal's file: as named, or as the config says. Raises ConfigError, or JournalError
    where the config records nothing."""
    if target.journal is not None:
        return Path(target.journal).expanduser().absolute()
    if target.config is None and find_config(Path.cwd()) is None:
        return Path.cwd() / JournalConfig().path
    loaded = load([target.config] if target.config is not None else [])
    if loaded.journal_path is None:
        raise JournalError(f"{loaded.file} records nothing.", "Set `journal: {enabled: true}`.")
    return loaded.journal_path


def _on_file(command: Command, params: msgspec.Struct, path: Path, context: Context) -> Any:
    # Imported here: DuckDB is slow to import, and seldom needed.
    from polymock.journal.database import open_read_only
    from polymock.journal.reading import reading

    with closing(open_read_only(str(path))) as connection, reading(connection) as journal:
        return run(
            command,
            params,
            Context(
                journal=journal,
                actor=context.actor,
                folder=context.folder,
                progress=context.progress,
            ),
        )


def _given(read: msgspec.Struct, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that were given, as the command's own types have them."""
    told = msgspec.to_builtins(read)
    return {name: told[name] for name in params if name in told}


def _waits(params: msgspec.Struct) -> float:
    """How many seconds a command is asked to wait itself."""
    told = getattr(params, "wait", getattr(params, "timeout", 0.0))
    return float(told) if isinstance(told, (int, float)) else 0.0

"""Commands that a server is asked for: who may, where each is carried out, and the note of it."""

from __future__ import annotations

import asyncio
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polymock.commands.catalog import Catalog
from polymock.commands.command import Command
from polymock.commands.context import Context, Progress, silent
from polymock.commands.dispatching import Caller
from polymock.commands.execution import answer, encode, failed, read_params, refusal
from polymock.errors import CommandError, MockError, UserError
from polymock_schemas.commands import Refusal

if TYPE_CHECKING:
    from polymock.journal.writer import Journal
    from polymock.server.steering import Steering

THREADS = 8
"""How many commands are carried out here at once; others wait."""

Ask = Callable[[str, Mapping[str, Any]], Awaitable[bytes]]
"""Has a worker carry out a command; its result as JSON. Raises CommandError."""
Allows = Callable[[Caller, Command], bool]
Note = Callable[[Caller, Command, Mapping[str, Any]], None]
"""Told of a command that has written something."""


class ServerDispatcher:
    """Has commands carried out in a server's control process, or by a worker.

    `folder` is where relative paths start. Commands that are carried out here run in threads, but
    those that are coroutines.
    """

    def __init__(
        self,
        catalog: Catalog,
        ask: Ask,
        *,
        journal: Journal | None,
        steering: Steering | None,
        folder: Path,
        allows: Allows,
        note: Note,
    ) -> None:
        self._catalog = catalog
        self._ask = ask
        self._journal = journal
        self._steering = steering
        self._folder = folder
        self._allows = allows
        self._note = note
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="command")

    @property
    def catalog(self) -> Catalog:
        """The commands that there are."""
        return self._catalog

    async def carry_out(
        self, name: str, params: Mapping[str, Any], caller: Caller, progress: Progress = silent
    ) -> bytes:
        """The result of a command, as JSON. Raises CommandError; see `Dispatcher`."""
        try:
            command = self._catalog.find(name)
        except UserError as error:
            raise _raised(refusal(error)) from error
        if not self._allows(caller, command):
            raise CommandError(
                f"{command.name} asks for the role {command.role}; {caller.name} is {caller.role}.",
                f"Use a token of that role: `polymock tokens create NAME --role {command.role}`.",
                "forbidden",
            )
        told = await self._carried_out(command, params, caller, progress)
        if isinstance(told, Refusal):
            raise _raised(told)
        if command.writes:
            self._note(caller, command, params)
        return told

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _carried_out(
        self, command: Command, params: Mapping[str, Any], caller: Caller, progress: Progress
    ) -> bytes | Refusal:
        if command.place == "mocks":
            return await self._ask(command.name, params)
        if command.place == "server" and _is_coroutine(command):
            return await self._awaited(command, params, self._context(caller, progress))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, self._in_thread, command, params, caller, progress
        )

    def _in_thread(
        self, command: Command, params: Mapping[str, Any], caller: Caller, progress: Progress
    ) -> bytes | Refusal:
        context = self._context(caller, progress)
        if command.place != "journal":
            return answer(command, params, context)
        if self._journal is None:
            return Refusal("unavailable", "Nothing is recorded.", "Serve without --no-journal.")
        try:
            with self._journal.reading() as reading:
                context = Context(
                    journal=reading, actor=caller.name, folder=self._folder, progress=progress
                )
                return answer(command, params, context)
        except UserError as error:
            return refusal(error)

    async def _awaited(
        self, command: Command, params: Mapping[str, Any], context: Context
    ) -> bytes | Refusal:
        try:
            run = pkgutil.resolve_name(command.run)
            return encode(await run(context, read_params(command, params)))
        except (UserError, MockError) as error:
            return refusal(error)
        except Exception:  # a plugin's code, as in `answer`
            return failed(command)

    def _context(self, caller: Caller, progress: Progress) -> Context:
        return Context(
            server=self._steering, actor=caller.name, folder=self._folder, progress=progress
        )


def _is_coroutine(command: Command) -> bool:
    return inspect.iscoroutinefunction(pkgutil.resolve_name(command.run))


def _raised(told: Refusal) -> CommandError:
    return CommandError(told.message, told.hint, told.kind, told.violations)

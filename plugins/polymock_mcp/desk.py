"""Who has the commands of an agent carried out: in the server itself, or in any that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from polymock.commands.dispatching import Caller, Dispatcher
from polymock.errors import CommandError

if TYPE_CHECKING:
    from polymock.commands.catalog import Catalog
    from polymock.commands.context import Progress
    from polymock.commands.local import LocalDispatcher


class Desk(Protocol):
    """Has commands carried out for an agent."""

    @property
    def catalog(self) -> Catalog:
        """The commands that there are."""
        ...

    @property
    def chooses(self) -> bool:
        """Whether a command that needs a server takes the parameter `server`."""
        ...

    async def carry_out(
        self,
        name: str,
        params: Mapping[str, Any],
        caller: Caller,
        progress: Progress,
        server: str = "",
    ) -> bytes:
        """The result of a command, as JSON. Raises UserError."""
        ...


class OwnDesk:
    """That of a server: all is carried out there."""

    chooses = False

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    @property
    def catalog(self) -> Catalog:
        """The commands that there are."""
        return self._dispatcher.catalog

    async def carry_out(
        self,
        name: str,
        params: Mapping[str, Any],
        caller: Caller,
        progress: Progress,
        server: str = "",
    ) -> bytes:
        """The result of a command, as JSON. Raises CommandError."""
        return await self._dispatcher.carry_out(name, params, caller, progress)


class Named(msgspec.Struct):
    """Any result that has a name."""

    name: str


class Instances(msgspec.Struct):
    """What the list of instances says."""

    instances: list[Named]


class Conversation:
    """That of one client over stdio: any server of this machine can be meant.

    Where none is named, the one is meant that this client started last, and still runs as far as it
    knows; else the only instance that runs; else the server of the working directory.
    """

    chooses = True

    def __init__(self, dispatcher: LocalDispatcher) -> None:
        self._dispatcher = dispatcher
        self._started: list[str] = []

    @property
    def catalog(self) -> Catalog:
        """The commands that there are."""
        return self._dispatcher.catalog

    async def carry_out(
        self,
        name: str,
        params: Mapping[str, Any],
        caller: Caller,
        progress: Progress,
        server: str = "",
    ) -> bytes:
        """The result of a command, as JSON. Raises UserError."""
        command = self.catalog.find(name)
        if command.place != "machine" and not server:
            server = await self._chosen(caller, progress)
        told = await self._dispatcher.carry_out(name, params, caller, progress, server)
        self._remember(name, told)
        return told

    async def _chosen(self, caller: Caller, progress: Progress) -> str:
        if self._started:
            return self._started[-1]
        told = await self._dispatcher.carry_out("instances.list", {}, caller, progress)
        names = [each.name for each in msgspec.json.decode(told, type=Instances).instances]
        if len(names) > 1:
            raise CommandError(
                f"Several servers run: {', '.join(names)}.",
                f'Say which one is meant: "server": "{names[0]}".',
            )
        return names[0] if names else ""

    def _remember(self, name: str, told: bytes) -> None:
        """Which servers this client has begun."""
        if name in ("instances.start", "instances.change", "instances.restart"):
            begun = msgspec.json.decode(told, type=Named).name
            self._started = [*(each for each in self._started if each != begun), begun]
        elif name == "instances.stop":
            ended = {each.name for each in msgspec.json.decode(told, type=list[Named])}
            self._started = [each for each in self._started if each not in ended]

"""The admin port: commands, health and annexes, served by the control process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, cast

from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server

from polymock import plugins
from polymock.access import audit
from polymock.access.doors import needs_token
from polymock.access.places import policy_of
from polymock.access.policy import Policy
from polymock.access.refusals import Refusals
from polymock.access.tokens import TokenFile
from polymock.commands.catalog import installed
from polymock.commands.command import Command
from polymock.commands.dispatching import Caller, Dispatcher
from polymock.config.certificates import Certificates
from polymock.edge.admin.callers import Callers
from polymock.edge.admin.guard import Guard
from polymock.edge.admin.health import Ready
from polymock.edge.admin.port import AdminPort
from polymock.errors import PluginError
from polymock.interfaces import Annex, AsgiApp
from polymock.journal.writer import Journal
from polymock.plugins import guarded
from polymock.server.dispatching import Ask, ServerDispatcher
from polymock.server.steering import Steering
from polymock_schemas.config import ServerConfig

GROUP = "polymock.admin"

log = logging.getLogger("polymock.server.administration")


class Administration:
    """What the admin port offers of a server, whose parts it is given.

    `key` lets the server's owner in without a token. Raises ConfigError where the policy or the
    file of tokens is wrong.
    """

    def __init__(
        self,
        ready: Ready,
        ask: Ask,
        *,
        journal: Journal | None,
        steering: Steering,
        folder: Path,
        config: ServerConfig,
        key: str = "",
    ) -> None:
        self._ready = ready
        self._journal = journal
        self._config = config
        self._observers = steering.observers
        tokens = TokenFile(steering.tokens)
        if needs_token(config) or config.tokens is not None:
            tokens.all()  # what is wrong with the file is told before anything is served
        self._callers = Callers(config, tokens, key)
        self._policy = Policy.load(policy_of(config, folder))
        self._refusals = Refusals(self._event)
        self._port: AdminPort | None = None
        catalog = installed()
        self._dispatcher = ServerDispatcher(
            catalog,
            ask,
            journal=journal,
            steering=steering,
            folder=folder,
            allows=self._allows,
            note=self._note,
        )

    @contextlib.asynccontextmanager
    async def serve(
        self, address: str, port: int, certificates: Certificates | None = None
    ) -> AsyncIterator[None]:
        """Answer on the port, over TLS with `certificates`; on leaving, what has begun is
        answered."""
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(self._dispatcher.close)
            annexes = await _open_annexes(stack, self._dispatcher)
            self._port = AdminPort(self._ready, annexes, self._build)
            server = Server(
                Guard(self._port, self._config, self._callers, self._refusals),
                address=address,
                port=port,
                interface=Interfaces.ASGINL,
                log_enabled=False,
                websockets=False,
                ssl_cert=None if certificates is None else certificates.cert,
                ssl_key=None if certificates is None else certificates.key,
                ssl_protocol_min=SSLProtocols.tls12,
            )
            serving = asyncio.create_task(server.serve())
            try:
                yield
            finally:
                server.stop()
                await serving

    def prepare(self) -> None:
        """Make now what would be made when it is first asked for."""
        if self._port is not None:
            self._port.prepare()

    def _build(self) -> AsgiApp:
        # Imported here: the server starts first.
        from polymock.edge.admin.app import admin_app

        self._policy.prepare()
        api = admin_app(
            self._dispatcher, needs_token=needs_token(self._config), observers=self._observers
        )
        for noun, failure in installed().failures.items():
            log.error("the commands %r are not offered: %s", noun, failure.message)
        return cast("AsgiApp", api)

    def _allows(self, caller: Caller, command: Command) -> bool:
        if self._policy.allows(caller, command):
            return True
        why = f"the role {caller.role} does not allow it"
        self._refusals.tell(caller.name, command.name, 403, why)
        return False

    def _note(self, caller: Caller, command: Command, params: Mapping[str, Any]) -> None:
        """Write down who has changed what."""
        entry = audit.entry(command, params)
        self._event(entry.type, caller.name, entry.subject, entry.data)

    def _event(self, type_: str, actor: str, subject: str, data: object) -> None:
        if self._journal is not None:
            self._journal.event(type_, actor, subject, data)


async def _open_annexes(
    stack: contextlib.AsyncExitStack, dispatcher: Dispatcher
) -> dict[str, AsgiApp]:
    """The installed annexes by path; one that is broken is told of, and left out."""
    found: dict[str, AsgiApp] = {}
    for name in plugins.names(GROUP):
        try:
            annex: Annex = plugins.build(GROUP, name, {})
            with guarded(f"The admin plugin {name!r} cannot be opened"):
                found[annex.path] = await stack.enter_async_context(annex.open(dispatcher))
        except PluginError as error:
            log.error("%s %s", error.message, error.hint)
    return found

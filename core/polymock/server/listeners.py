"""The wires that protocols bring of their own, in a worker: opened, renewed and closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from polymock.edge.responder import MockResponder
from polymock.errors import UserError
from polymock.plugins import guarded
from polymock.server.messages import Load
from polymock.wires import Listener, ListenerSettings, Listening

log = logging.getLogger("polymock.server.listeners")


class Listeners:
    """One listener for each protocol that brings one, on one `address`."""

    def __init__(self, address: str, responder: MockResponder) -> None:
        self._address = address
        self._responder = responder
        self._open: dict[str, Listener] = {}

    async def open(
        self, readers: Mapping[str, Listening], ports: Mapping[str, int], load: Load
    ) -> None:
        """Listen for those protocols that nothing listens for yet.

        Raises ServerError, ConfigError or PluginError; then nothing has changed.
        """
        opened: dict[str, Listener] = {}
        try:
            for protocol in sorted(readers.keys() - self._open.keys()):
                settings = ListenerSettings(
                    self._address, ports[protocol], load.config.server, load.folder
                )
                responder = self._responder.of_protocol(protocol)
                with guarded(f"The protocol plugin {protocol!r} cannot listen"):
                    listener = readers[protocol].open_listener(settings, responder)
                    await listener.start()
                opened[protocol] = listener
        except BaseException:
            await _stop(opened, 0)
            raise
        self._open |= opened

    async def renew(self, readers: Mapping[str, Listening], seconds: float) -> None:
        """The mocks are others now. A protocol that has none any more is not listened for.

        Calls of such a one have so many `seconds` to end.
        """
        gone = {name: self._open.pop(name) for name in self._open.keys() - readers.keys()}
        for protocol, listener in self._open.items():
            try:
                with guarded(f"The protocol plugin {protocol!r} does not serve anew"):
                    listener.renew()
            except UserError as error:
                log.error("%s %s", error.message, error.hint)
        await _stop(gone, seconds)

    async def stop(self, seconds: float) -> None:
        """Take no more calls, and give those begun so many seconds."""
        closing, self._open = self._open, {}
        await _stop(closing, seconds)


async def _stop(listeners: Mapping[str, Listener], seconds: float) -> None:
    """Stop them together; one that fails does not keep the others."""
    stopping = [listener.stop(seconds) for listener in listeners.values()]
    for failure in await asyncio.gather(*stopping, return_exceptions=True):
        if isinstance(failure, BaseException):
            log.error("a listener did not stop: %r", failure)

"""The ports of the workers' listeners, kept for them by the control process."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from polymock.config.loading import GRPC, listener_port
from polymock.errors import ServerError
from polymock.server.messages import Compiled, Listen
from polymock.server.ports import reserve
from polymock_schemas.config import ServerConfig


class Reservations:
    """Gives every worker the same port for a protocol's listener; a context manager.

    A port is reserved when a worker first asks for it, as only workers know the protocols.
    `address` is the IP address to listen on, `own` the server's other ports with their keys.
    """

    def __init__(self, server: ServerConfig, address: str, own: Mapping[int, str]) -> None:
        self._server = server
        self._address = address
        self._own = dict(own)
        self._ports: dict[str, int] = {}
        self._sockets = contextlib.ExitStack()

    def answer(self, compiled: Compiled) -> Listen:
        """The ports of these protocols, or why one of them cannot be had."""
        try:
            return Listen({name: self._port(name) for name in compiled.protocols})
        except ServerError as error:
            return Listen({}, error.message, error.hint)

    def __enter__(self) -> Reservations:
        return self

    def __exit__(self, *_: object) -> None:
        self._sockets.close()

    def _port(self, protocol: str) -> int:
        known = self._ports.get(protocol)
        if known is None:
            known = self._ports[protocol] = self._reserve(protocol)
        return known

    def _reserve(self, protocol: str) -> int:
        wanted = listener_port(self._server, protocol)
        key = "server.grpc_port" if protocol == GRPC else f"server.ports.{protocol}"
        if wanted in self._own:
            raise ServerError(
                f"The port of {protocol}, {wanted}, is {self._own[wanted]} already.",
                f"Choose another one: {key} (0 picks a free one).",
            )
        flag = "--grpc-port" if protocol == GRPC else f"`{key}`"
        placeholder = reserve(self._address, wanted, flag)
        self._sockets.enter_context(placeholder)
        port = int(placeholder.getsockname()[1])
        self._own[port] = key
        return port

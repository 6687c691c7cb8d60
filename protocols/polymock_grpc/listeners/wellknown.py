"""The services that every gRPC server has: health and reflection. Nobody records them.

They need google.protobuf, which costs 60 ms, so they are loaded when a client first asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polymock_grpc.listeners.directory import Directory
from polymock_grpc.listeners.serving import ServingState

if TYPE_CHECKING:
    import grpc

    from polymock_grpc.listeners.reflection import Reflection

HEALTH = "/grpc.health.v1.Health/"
REFLECTION = (
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)


class WellKnownServices:
    """Finds their handlers, over the services of the mocks."""

    def __init__(self) -> None:
        self._state = ServingState()
        self._directory = Directory(())
        self._reflection: Reflection | None = None

    def renew(self, directory: Directory) -> None:
        """Tell of these mocks from now on."""
        self._directory = directory
        self._reflection = None
        self._state.renew(directory.services)

    def stop(self) -> None:
        """Tell who watches the health that nothing is served any more."""
        self._state.stop()

    def find(self, path: str) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Who answers the calls of `/SERVICE/METHOD`."""
        if path.startswith(HEALTH):
            from polymock_grpc.listeners.health import health_handler  # see above

            return health_handler(path.removeprefix(HEALTH), self._state)
        if path in REFLECTION:
            return self._reflecting()
        return None

    def _reflecting(self) -> grpc.RpcMethodHandler[Any, Any] | None:
        if self._reflection is None:
            documents = self._directory.reflected()
            if not documents:
                return None
            from polymock_grpc.listeners.reflection import Reflection  # see above

            self._reflection = Reflection(documents)
        return self._reflection.handler

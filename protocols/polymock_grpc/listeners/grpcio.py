"""gRPC by grpcio: every kind of call, TLS, compression, reflection and health."""

from __future__ import annotations

import grpc
from grpc import aio

from polymock.wires import ListenerSettings, Responder
from polymock_grpc.listeners.addresses import authority, cannot_listen
from polymock_grpc.listeners.credentials import load_credentials
from polymock_grpc.listeners.directory import Directory
from polymock_grpc.listeners.grpcio_calls import GrpcioCalls
from polymock_grpc.listeners.limits import (
    MAX_CALLS,
    MAX_STREAMS,
    METADATA_BYTES,
    PING_SECONDS,
    PING_TIMEOUT_SECONDS,
    message_limit,
)
from polymock_grpc.listeners.wellknown import WellKnownServices

LEAST_PING_SECONDS = 5
"""As often a client may ask whether the listener lives."""


def open_grpcio(settings: ListenerSettings, responder: Responder) -> GrpcioServer:
    """A listener at the settings' address. Raises ConfigError where a file of TLS is wrong."""
    tls = settings.server.tls
    at = authority(settings.address, settings.port)
    return GrpcioServer(
        responder,
        address=at,
        origin=f"{'grpcs' if tls else 'grpc'}://{at}",
        max_message=message_limit(settings),
        credentials=load_credentials(tls, settings.folder) if tls else None,
    )


class GrpcioServer(grpc.GenericRpcHandler):
    """Implements `polymock.wires.Listener` with grpc.aio.

    `address` is `HOST:PORT` or `unix:PATH`. A message of more than `max_message` bytes is refused
    with RESOURCE_EXHAUSTED by grpcio itself, before anybody learns of the call: it is not recorded.
    """

    def __init__(
        self,
        responder: Responder,
        *,
        address: str,
        origin: str,
        max_message: int,
        credentials: grpc.ServerCredentials | None = None,
    ) -> None:
        self._responder = responder
        self._address = address
        self._max_message = max_message
        self._credentials = credentials
        self._calls = GrpcioCalls(responder, origin)
        self._directory = Directory(())
        self._wellknown = WellKnownServices()
        self._server: aio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises ServerError."""
        self.renew()
        server = aio.server(
            handlers=[self],
            options=_options(self._max_message),
            maximum_concurrent_rpcs=MAX_CALLS,
        )
        try:
            if self._credentials is None:
                server.add_insecure_port(self._address)
            else:
                server.add_secure_port(self._address, self._credentials)
        except RuntimeError as error:
            await server.stop(None)
            raise cannot_listen(self._address) from error
        await server.start()
        self._server = server

    def renew(self) -> None:
        """Serve the methods of the responder's mocks as they are now."""
        self._directory = Directory(self._responder.mocks)
        self._wellknown.renew(self._directory)

    async def stop(self, seconds: float) -> None:
        """Tell who watches the health, take no more calls, wait for those begun, then end them."""
        self._wellknown.stop()
        if self._server is not None:
            await self._server.stop(seconds)

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Who answers a call, as grpcio asks for each; a method that nobody has, a mock refuses."""
        path = handler_call_details.method
        served = self._directory.methods.get(path)
        if served is not None:
            return self._calls.handler(served)
        own = self._wellknown.find(path)
        if own is not None:
            return own
        mock = self._directory.mock_at(path)
        return None if mock is None else self._calls.refusing_handler(path, mock)


def _options(max_message: int) -> list[tuple[str, int]]:
    return [
        ("grpc.so_reuseport", 1),
        ("grpc.max_receive_message_length", max_message),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_concurrent_streams", MAX_STREAMS),
        ("grpc.max_metadata_size", METADATA_BYTES),
        ("grpc.absolute_max_metadata_size", METADATA_BYTES),
        ("grpc.keepalive_time_ms", PING_SECONDS * 1000),
        ("grpc.keepalive_timeout_ms", PING_TIMEOUT_SECONDS * 1000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", LEAST_PING_SECONDS * 1000),
        ("grpc.http2.max_ping_strikes", 0),
    ]

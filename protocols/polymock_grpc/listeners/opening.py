"""Which listener serves native gRPC. Nothing of gRPC is loaded before one is opened."""

from __future__ import annotations

import contextlib
import importlib
import logging

from polymock.errors import ServerError
from polymock.wires import Listener, ListenerSettings, Responder

NATIVE_WHEEL = "pygrpc_native"

log = logging.getLogger("polymock.grpc")


def open_listener(settings: ListenerSettings, responder: Responder) -> Listener:
    """A listener as `server.grpc_listener` asks for it, that does not listen yet.

    Where nothing is asked for, the native one is taken if its wheel is installed. It has no TLS,
    so grpcio serves where TLS is configured. Raises ServerError where the wheel that was asked for
    is missing, ConfigError where a file of `server.tls` is wrong.
    """
    wanted, tls = settings.server.grpc_listener, settings.server.tls
    if tls is not None and wanted == "native":
        log.warning("grpcio serves gRPC instead of the native listener, which has no TLS")
    if tls is None and wanted != "grpcio":
        if _is_native_installed():
            # The wheel exists for Linux and macOS only.
            from polymock_grpc.listeners.native import NativeListener

            return NativeListener(settings, responder)
        if wanted == "native":
            raise ServerError(
                "The native gRPC listener was asked for, and its wheel is not installed.",
                "Install pygrpc-native (Linux and macOS), or set server.grpc_listener to grpcio.",
            )
    from polymock_grpc.listeners.grpcio import open_grpcio  # grpcio costs 90 ms

    return open_grpcio(settings, responder)


def _is_native_installed() -> bool:
    with contextlib.suppress(ImportError):
        importlib.import_module(NATIVE_WHEEL)
        return True
    return False

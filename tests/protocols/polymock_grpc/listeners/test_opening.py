"""Which listener is opened, and what opening loads."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from polymock.edge.responder import MockResponder
from polymock.errors import ConfigError, ServerError
from polymock.snapshot import Snapshot
from polymock.wires import ListenerSettings
from polymock_grpc.listeners import open_listener
from polymock_grpc.listeners.grpcio import GrpcioServer
from polymock_grpc.listeners.native import NativeListener
from polymock_schemas.config import ServerConfig, TlsConfig

RESPONDER = MockResponder(Snapshot(())).of_protocol("grpc")


def settings(server: ServerConfig) -> ListenerSettings:
    return ListenerSettings("127.0.0.1", 50051, server, "/nowhere")


def test_native_where_it_is_installed() -> None:
    for server in (ServerConfig(), ServerConfig(grpc_listener="native")):
        assert isinstance(open_listener(settings(server), RESPONDER), NativeListener)


def test_grpcio_where_it_is_asked_for() -> None:
    server = ServerConfig(grpc_listener="grpcio")
    assert isinstance(open_listener(settings(server), RESPONDER), GrpcioServer)


def test_a_missing_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygrpc_native", None)
    assert isinstance(open_listener(settings(ServerConfig()), RESPONDER), GrpcioServer)
    with pytest.raises(ServerError) as caught:
        open_listener(settings(ServerConfig(grpc_listener="native")), RESPONDER)
    assert "pygrpc-native" in caught.value.hint


def test_tls_is_served_by_grpcio(caplog: pytest.LogCaptureFixture) -> None:
    server = ServerConfig(grpc_listener="native", tls=TlsConfig("cert.pem", "key.pem"))
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(ConfigError, match=r"server\.tls\.cert: cert\.pem cannot be read"),
    ):
        open_listener(settings(server), RESPONDER)
    assert "has no TLS" in caplog.text


def test_nothing_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, polymock_grpc.plugin, polymock_grpc.listeners;"
        "loaded = {'grpc', 'pygrpc_native', 'google.protobuf', 'protobuf'} & set(sys.modules);"
        "sys.exit(repr(loaded) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

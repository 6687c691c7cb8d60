from __future__ import annotations

import os
import socket

import pytest

from core.instances.doubles import Spawn, keep, record_of, started
from polymock.errors import ServerError
from polymock.instances.registry import Registry
from polymock.instances.taken_ports import refuse_taken
from polymock_schemas.config import ServerConfig


@pytest.fixture
def port() -> int:
    """One that is free, or was just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_free_ports_are_fine(registry: Registry, port: int) -> None:
    refuse_taken(registry, ServerConfig(port=port, admin_port=0))


def test_a_stranger_on_a_port_is_named(registry: Registry) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        with pytest.raises(ServerError, match=rf"Port {taken} .*pid {os.getpid()}") as caught:
            refuse_taken(registry, ServerConfig(port=taken, admin_port=0))
    assert "--port 0" in caught.value.hint
    assert "--admin-port" not in caught.value.hint


def test_an_instance_on_ports_is_named_with_what_to_do(registry: Registry, spawn: Spawn) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_server(("127.0.0.1", 0)) as admin,
    ):
        first, second = listener.getsockname()[1], admin.getsockname()[1]
        keep(registry, record_of("shop", spawn()), started(first, second, 50051))
        with pytest.raises(ServerError) as caught:
            refuse_taken(registry, ServerConfig(port=first, admin_port=second, grpc_port=50051))
    assert f"Port {first} is taken by the instance 'shop'." in caught.value.message
    assert f"Port {second} is taken by the instance 'shop'." in caught.value.message
    assert caught.value.hint == (
        "Take free ports: --port 0 --grpc-port 0 --admin-port 0; or polymock stop shop."
    )


def test_an_address_that_cannot_be_had_is_told_as_such(registry: Registry, port: int) -> None:
    with pytest.raises(ServerError, match="Cannot listen on"):
        refuse_taken(registry, ServerConfig(host="192.0.2.1", port=port, admin_port=0))

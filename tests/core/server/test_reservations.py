import os
import socket

from polymock.server.messages import Compiled, Listen
from polymock.server.reservations import Reservations
from polymock_schemas.config import ServerConfig


def test_a_protocol_keeps_the_port_that_it_got() -> None:
    with Reservations(ServerConfig(grpc_port=0), "127.0.0.1", {}) as reservations:
        first = reservations.answer(Compiled(("grpc",)))
        again = reservations.answer(Compiled(("chat", "grpc")))
        assert first.ports["grpc"] == again.ports["grpc"] > 0
        assert again.ports["chat"] not in (0, first.ports["grpc"])
        with socket.socket() as other:  # as a worker's listener does
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            other.bind(("127.0.0.1", again.ports["chat"]))


def test_ports_are_those_of_the_config() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = ServerConfig(ports={"chat": port})
    with Reservations(config, "127.0.0.1", {}) as reservations:
        assert reservations.answer(Compiled(("chat",))) == Listen({"chat": port})


def test_a_taken_port_is_refused_with_its_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        config = ServerConfig(grpc_port=holder.getsockname()[1])
        with Reservations(config, "127.0.0.1", {}) as reservations:
            refused = reservations.answer(Compiled(("grpc",)))
    assert refused.ports == {}
    assert f"(pid {os.getpid()})" in refused.failure
    assert "--grpc-port" in refused.hint


def test_a_port_of_the_servers_own_is_refused() -> None:
    config = ServerConfig(ports={"chat": 8080})
    with Reservations(config, "127.0.0.1", {8080: "server.port"}) as reservations:
        refused = reservations.answer(Compiled(("chat",)))
    assert refused.failure == "The port of chat, 8080, is server.port already."

import os
import socket

import pytest

from polymock.errors import ServerError
from polymock.server.ports import reserve


def test_port_zero_picks_a_free_port_and_keeps_it() -> None:
    with reserve("127.0.0.1", 0, "--port") as placeholder:
        port = placeholder.getsockname()[1]
        assert port > 0
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))


def test_a_taken_port_is_named_with_its_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(ServerError) as caught:
            reserve("127.0.0.1", port, "--admin-port")
    assert f"Port {port}" in caught.value.message
    assert f"pid {os.getpid()}" in caught.value.message
    assert "--admin-port" in caught.value.hint


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(ServerError, match=r"Cannot listen on 192\.0\.2\.1"):
        reserve("192.0.2.1", 0, "--port")


def test_of_two_servers_that_start_at_once_one_has_the_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each has found it free before the other has bound it."""
    monkeypatch.setattr("polymock.server.ports._refuse_taken", lambda *_: None)
    with reserve("127.0.0.1", 0, "--port") as first:
        port = first.getsockname()[1]
        with pytest.raises(ServerError, match="taken by a server that is being started"):
            reserve("127.0.0.1", port, "--port")
        reserve("127.0.0.2", port, "--port").close()
    reserve("127.0.0.1", port, "--port").close()

"""Protocols that bring a wire of their own, or talk over WebSockets."""

from __future__ import annotations

import base64
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from end_to_end.servers import Server, polymock

Serve = Callable[..., Server]

TESTS = Path(__file__).parents[1]
PETS = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      responses:
        "200": {description: all, content: {application/json: {example: [Rex]}}}
"""


@pytest.fixture(autouse=True)
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protocol is installed, with the documents `count.txt` and `pets.yaml` beside it."""
    info = tmp_path / "site" / "polymock_lines-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: polymock-lines\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[polymock.protocols]\nlines = end_to_end.lines:plugin\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(info.parent), str(TESTS)]))
    (tmp_path / "count.txt").write_text("lines count")
    (tmp_path / "pets.yaml").write_text(PETS)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield int(holder.getsockname()[1])


def ask(address: tuple[str, int], line: str) -> str:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(f"{line}\n".encode())
        with connection.makefile() as answer:
            return answer.read()


def await_answer(address: tuple[str, int], answers: bool) -> None:
    """Wait until somebody listens, or nobody does any more."""
    end = time.monotonic() + 15
    while True:
        try:
            if bool(ask(address, "/count/1")) is answers:
                return
        except OSError:
            if not answers:
                return
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_listener_answers_and_its_calls_are_recorded(serve: Serve) -> None:
    server = serve("pets.yaml", "count.txt")
    address = server.listener("lines")
    assert f"lines    127.0.0.1:{address[1]}  count" in server.panel
    assert ask(address, "/count/3") == "1 2 3 ok"
    assert ask(address, "/count/1") == "1 ok"
    assert ask(address, "/none/1") == "NoOperation"
    assert httpx.get(f"{server.url}/pets").json() == ["Rex"]
    assert httpx.get(f"{server.url}/count/2").text == "1 2 "
    server.await_rows(5)
    assert server.sql(
        "SELECT mock, method, operation, response_messages, response_bytes, response_body"
        " FROM requests ORDER BY method, path"
    ) == [
        ["count", "GET", "count", 2, 4, '["1", "2"]'],
        ["pets", "GET", "GET /pets", 1, 7, '["Rex"]'],
        ["count", "LINE", "count", 1, 2, "1 "],
        ["count", "LINE", "count", 3, 6, '["1", "2", "3"]'],
        ["count", "LINE", "", 1, 11, "NoOperation"],
    ]
    assert server.output.count("cannot show a body of count as text") == 1
    assert server.stop() == 0


def test_workers_share_the_port_and_a_killed_one_takes_it_again(serve: Serve) -> None:
    server = serve("count.txt", "--workers", "2")
    address = server.listener("lines")
    for worker in server.workers:
        worker.kill()
    end = time.monotonic() + 15
    while server.sql("SELECT count(DISTINCT node) FROM requests") != [[2]]:
        try:
            assert ask(address, "/count/2") in ("1 2 ok", "")
        except OSError:
            time.sleep(0.05)
        assert time.monotonic() < end, server.output


def test_a_taken_port_names_its_holder(tmp_path: Path, taken: int) -> None:
    (tmp_path / "polymock.yaml").write_text(
        "mocks: [{spec: count.txt}]\n"
        f"server: {{port: 0, admin_port: 0, ports: {{lines: {taken}}}}}\n"
    )
    refused = polymock("serve", "--no-journal", cwd=tmp_path)
    assert refused.returncode == 1
    assert f"Port {taken} on 127.0.0.1 is taken" in refused.stderr
    assert f"(pid {os.getpid()})" in refused.stderr
    assert "server.ports.lines" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_reload_opens_and_closes_listeners(serve: Serve, tmp_path: Path) -> None:
    config = tmp_path / "polymock.yaml"
    config.write_text("mocks: [{spec: pets.yaml}]")
    server = serve("--reload", "--workers", "2")
    assert " lines " not in server.panel
    config.write_text("mocks: [{spec: pets.yaml}, {spec: count.txt}]")
    output = server.await_output("lines listens on 127.0.0.1:")
    address = ("127.0.0.1", int(output.rpartition("lines listens on 127.0.0.1:")[2].split()[0]))
    assert "WebSockets are answered from the next start on" in server.await_output("WebSockets")
    await_answer(address, answers=True)
    (tmp_path / "count.txt").write_text("lines tally")
    end = time.monotonic() + 15
    while ask(address, "/tally/1") != "1 ok":
        assert time.monotonic() < end, server.output
    config.write_text("mocks: [{spec: pets.yaml}]")
    await_answer(address, answers=False)
    config.write_text("mocks: [{spec: pets.yaml}, {spec: count.txt}]")
    await_answer(address, answers=True)
    assert httpx.get(f"{server.admin_url}/health/ready").status_code == 200


def upgraded(server: Server, path: str) -> bytes:
    """The status line of the answer to a WebSocket's handshake (RFC 6455, section 4.1)."""
    host, _, port = server.url.partition("://")[2].partition(":")
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        return connection.recv(65536).partition(b"\r\n")[0]


def test_websockets_are_taken_where_a_mock_talks_over_them(serve: Serve) -> None:
    server = serve("count.txt")
    assert upgraded(server, "/count/1").startswith(b"HTTP/1.1 101")


def test_the_request_to_upgrade_is_an_ordinary_one_elsewhere(serve: Serve) -> None:
    server = serve("pets.yaml")
    assert upgraded(server, "/pets").startswith(b"HTTP/1.1 200")

"""Servers on loopback that take POSTs: well, badly, or not at all."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Posted(NamedTuple):
    """One POST as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Keeps what it is sent. `answer` says how the next ones are answered: a status, or a function
    that does it with the handler. It can be killed and started again on the same port."""

    def __init__(self) -> None:
        self.got: list[Posted] = []
        self.answer: int | Callable[[Any], None] = 200
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append(Posted(self.path, headers, body))
                answer = receiver.answer
                if callable(answer):
                    answer(self)
                    return
                self.send_response(answer)
                if answer == 302:
                    self.send_header("location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A client that goes away is no error."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def kill(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextlib.contextmanager
def raw_server(act: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads the head of a request and then does what it is told; its URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            with contextlib.suppress(OSError):
                client, _ = listening.accept()
                threading.Thread(target=talk, args=(client,), daemon=True).start()

    def talk(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.recv(65536)
            act(client)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    finally:
        stopping.set()
        listening.close()


def drip(client: socket.socket) -> None:
    """Answer, a byte at a time, without end."""
    client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        client.sendall(b"x")
        time.sleep(0.05)


def flood(client: socket.socket) -> None:
    """Answer without end, as fast as it goes."""
    client.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        client.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def long_head(client: socket.socket) -> None:
    """Send header fields without end."""
    client.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        client.sendall(b"x-a: " + b"y" * 8000 + b"\r\n")


def rubbish(client: socket.socket) -> None:
    """Answer what is no HTTP."""
    client.sendall(b"\x00\x01\x02 220 smtp ready\r\n\r\n")


def silence(client: socket.socket) -> None:
    """Never answer."""
    time.sleep(30)


def hang_up(client: socket.socket) -> None:
    """Close at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from polymock.commands.context import Context
from polymock.errors import CommandError
from polymock.mocks import calling
from polymock_schemas.mocks import CallParams, CallResult


class Echo(BaseHTTPRequestHandler):
    """Says what it was asked, or behaves badly where the path says so."""

    def answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if self.path == "/slow":
            self.server.released.wait(5)  # type: ignore[attr-defined]
        if self.path == "/elsewhere":
            self.reply(302, b"", {"location": "http://example.com/"})
        elif self.path == "/large":
            self.reply(200, b"x" * (calling.MAX_REPLY + 10), {"content-type": "text/plain"})
        elif self.path == "/bytes":
            self.reply(200, b"\0\1\2", {"content-type": "application/octet-stream"})
        elif self.path == "/wrong":
            self.reply(200, b"{", {"content-type": "application/json"})
        else:
            told = {
                "method": self.command,
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body.decode(),
            }
            self.reply(418, msgspec.json.encode(told), {"content-type": "application/json"})

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = do_PATCH = answer  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a server that echoes."""
    from threading import Event

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.released = Event()  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.released.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def call(address: str, path: str, **params: Any) -> CallResult:
    server: Any = SimpleNamespace(url=address)
    return asyncio.run(calling.call(Context(server=server), CallParams(path=path, **params)))


def test_a_call_says_what_it_was_told(address: str) -> None:
    reply = call(address, "/a%20b/ü", query={"q": ["x", 1], "flag": True, "none": None})
    assert reply.status == 418
    assert reply.body["method"] == "GET"
    assert reply.body["path"] == "/a%20b/%C3%BC?q=x&q=1&flag=true"
    assert reply.url.startswith(address)
    assert reply.elapsed_ms > 0


def test_a_body_is_json_or_text(address: str) -> None:
    told = call(address, "/", body={"a": 1}, session="mine").body
    assert (told["method"], told["body"]) == ("POST", '{"a":1}')
    assert told["headers"]["content-type"] == "application/json"
    assert told["headers"]["x-polymock-session"] == "mine"
    assert call(address, "/", body=None).body["body"] == "null"
    told = call(address, "/", method="patch", text="a,b", headers={"Content-Type": "text/csv"}).body
    assert (told["method"], told["body"]) == ("PATCH", "a,b")
    assert told["headers"]["content-type"] == "text/csv"


@pytest.mark.parametrize(
    ("path", "params", "words"),
    [
        ("/a b", {}, "path: it has a space"),
        ("/a#b", {}, "path: it has a space, a control character or #"),
        ("/a\r\nX: y", {}, "path"),
        ("/a?b=1", {"query": {"c": 1}}, "query: the path has a query"),
        ("/", {"body": 1, "text": "a"}, "text: there is a body already"),
        ("/", {"headers": {"Host": "evil"}}, "headers.Host: the connection sets it"),
        ("/", {"headers": {"A": "b\r\nC: d"}}, "headers.A: it can be no header field"),
        ("/", {"body": "x" * (5 * 1024 * 1024)}, "body: it has more than"),
    ],
)
def test_what_cannot_be_sent_is_told(
    address: str, path: str, params: dict[str, Any], words: str
) -> None:
    with pytest.raises(CommandError) as caught:
        call(address, path, **params)
    assert words in caught.value.message
    assert caught.value.violations


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "/\\evil.example", "/@evil.example/", "/../../x", "/http://a/"]
)
def test_no_path_leads_to_another_server(address: str, path: str) -> None:
    reply = call(address, path)
    assert reply.status == 418
    assert reply.url.startswith(f"{address}/")


def test_replies_that_are_odd_are_told_as_they_are(address: str) -> None:
    elsewhere = call(address, "/elsewhere")
    assert (elsewhere.status, elsewhere.headers["location"]) == (302, "http://example.com/")
    large = call(address, "/large")
    assert large.truncated
    assert len(large.text) == calling.MAX_REPLY
    assert (call(address, "/bytes").text, call(address, "/bytes").bytes) == ("", 3)
    assert call(address, "/wrong").text == "{"


def test_one_that_does_not_come_in_time_is_not_waited_for(address: str) -> None:
    with pytest.raises(CommandError, match=r"did not answer within 0\.1 seconds"):
        call(address, "/slow", timeout=0.1)


def test_nobody_there_is_told() -> None:
    with pytest.raises(CommandError, match="failed") as caught:
        call("http://127.0.0.1:1", "/")
    assert caught.value.kind == "unavailable"


def test_nothing_secret_is_written_down_of_who_called() -> None:
    from polymock.access.audit import entry
    from polymock.commands.catalog import installed

    params = {
        "path": "/login?api_key=hush",
        "text": "password=hush",
        "body": "hush",
        "query": {"key": "hush"},
        "headers": {"Authorization": "hush"},
    }
    told = entry(installed().find("mocks.call"), params)
    assert "hush" not in str(told)
    assert "Authorization" in str(told)

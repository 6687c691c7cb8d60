"""POSTs to servers that are slow, down, hostile, or not what they seem."""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from plugins.receivers import (
    Receiver,
    drip,
    flood,
    hang_up,
    long_head,
    raw_server,
    rubbish,
    silence,
)
from polymock_observers.posting import (
    MAX_ANSWER,
    Answer,
    Poster,
    Undelivered,
    place_of,
    why_no_url,
)


def post(url: str, *, allow_private: bool = True, seconds: float = 0.6, times: int = 1) -> Any:
    """What came of it: an Answer, or Undelivered."""

    async def story() -> Answer | Undelivered:
        poster = Poster(url, allow_private=allow_private, seconds=seconds, connections=1)
        await poster.open()
        try:
            for _ in range(times - 1):
                await poster.post(b"{}", {"x-a": "1"})
            return await poster.post(b"{}", {"x-a": "1"})
        except Undelivered as error:
            return error
        finally:
            await poster.close()

    return asyncio.run(story())


def test_what_is_taken_is_an_answer(receiver: Receiver) -> None:
    assert post(receiver.url, times=3) == Answer(200, b"ok")
    assert len(receiver.got) == 3
    posted = receiver.got[0]
    assert (posted.path, posted.body, posted.headers["x-a"]) == ("/hook", b"{}", "1")
    assert posted.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    ("status", "again"),
    [(302, False), (400, False), (404, False), (410, False), (408, True), (429, True), (503, True)],
)
def test_what_is_refused_may_be_tried_again_or_not(
    receiver: Receiver, status: int, again: bool
) -> None:
    receiver.answer = status
    error = post(receiver.url)
    assert isinstance(error, Undelivered)
    assert (error.again, error.answer.status) == (again, status)
    assert [posted.path for posted in receiver.got] == ["/hook"]  # no redirect is followed


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (drip, "no answer within 0.6 s"),
        (silence, "no answer within 0.6 s"),
        (rubbish, "illegal status line"),
        (hang_up, "disconnected"),
        (long_head, ""),
    ],
)
def test_hostile_servers_are_given_up_in_time(act: Callable[..., None], words: str) -> None:
    with raw_server(act) as url:
        begun = time.monotonic()
        error = post(url)
    assert time.monotonic() - begun < 5
    assert isinstance(error, Undelivered)
    assert error.again
    assert words in error.reason


def test_no_more_than_the_beginning_of_an_answer_is_read() -> None:
    with raw_server(flood) as url:
        answer = post(url, seconds=5)
    assert answer.status == 200
    assert len(answer.body) == MAX_ANSWER


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = post(f"http://127.0.0.1:{port}/")
    assert error.again
    assert error.reason


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:7f00:1]"]
)
def test_private_addresses_are_not_reached(receiver: Receiver, host: str) -> None:
    error = post(f"http://{host}:{receiver.port}/hook", allow_private=False, seconds=5)
    assert isinstance(error, Undelivered)
    assert not error.again
    assert "private address" in error.reason
    assert receiver.got == []


def test_a_name_is_judged_each_time(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public at first and private then (DNS rebinding) gains nothing."""
    found = iter(["93.184.216.34", "127.0.0.1"])

    def resolve(*_: Any, **__: Any) -> list[Any]:
        address = next(found)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, receiver.port))]

    monkeypatch.setattr("polymock.documents.remote.socket.getaddrinfo", resolve)

    async def story() -> list[str]:
        poster = Poster("http://rebind.test/hook", allow_private=False, seconds=0.3, connections=1)
        await poster.open()
        reasons = []
        for _ in range(2):
            with pytest.raises(Undelivered) as raised:
                await poster.post(b"{}", {})
            reasons.append(raised.value.reason)
        await poster.close()
        return reasons

    first, second = asyncio.run(story())
    assert "private address" not in first
    assert "private address 127.0.0.1" in second
    assert receiver.got == []


def test_retry_after_is_read(receiver: Receiver) -> None:
    def later(handler: Any) -> None:
        handler.send_response(503)
        handler.send_header("retry-after", "7")
        handler.send_header("content-length", "0")
        handler.end_headers()

    receiver.answer = later
    assert post(receiver.url).answer.retry_after == 7.0


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("http://a.test/x?y=1", ""),
        ("https://[::1]:8443/", ""),
        ("//a.test/", "no absolute"),
        ("http:///x", "no absolute"),
        ("file:///etc/passwd", "no absolute"),
        ("http://a:b@c/", "credentials"),
        ("http://a:99999/", "no URL"),
        ("http://a/\n", "characters"),
    ],
)
def test_urls(url: str, wrong: str) -> None:
    assert (wrong in why_no_url(url)) if wrong else why_no_url(url) == ""


def test_what_is_shown_of_a_url_keeps_no_secret() -> None:
    assert place_of("https://hooks.test:8443/T0/s3cr3t?key=s3cr3t") == "https://hooks.test:8443"
    assert place_of("http://a:bad/") == "its URL"

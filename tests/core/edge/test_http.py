"""The HTTP edge, driven as an ASGI application without a server."""

import asyncio
from typing import Any

import pytest

from polymock.edge.http import HttpEdge
from polymock.edge.responder import MockResponder
from polymock.engine import Engine
from polymock.errors import MockError, NoOperation, UnsupportedMedia
from polymock.interfaces import Answer, Match, Operation
from polymock.snapshot import Mock, Snapshot
from polymock_schemas.calls import Call, Outbound, Reply

HOOK = Outbound("POST", "http://example.com/", (), b"")


class BodyContract:
    """Answers anything below / with the call's path and body."""

    protocol = "body"
    title = ""
    operations = ()
    faults = ()
    files = ()
    secrets = ()

    def match(self, call: Call) -> Match:
        if call.path == "/crash":
            raise ZeroDivisionError
        if call.path == "/none":
            raise NoOperation("none")
        return Match(operation=Operation(name="any"), captures={})

    def allowed(self, call: Call) -> tuple[str, ...]:
        return ("GET", "POST")

    def identify(self, match: Match, call: Call) -> str:
        return ""

    def read(self, match: Match, call: Call) -> Any:
        return call

    def example(self, reading: Any) -> Answer | None:
        return Answer(reading.path.encode() + b"|" + reading.body, "example")

    def write(self, reading: Any, answer: Answer) -> Reply:
        return Reply(
            status=200,
            headers=((b"x-answer", b"1"),),
            body=answer.value,
            source="example",
            outbound=(HOOK,) if reading.path == "/hook" else (),
        )

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        return Reply(status=400, headers=(), body=type(error).__name__.encode(), source="refusal")


class ScreeningContract(BodyContract):
    """Refuses what says that it is odd."""

    def screen(self, call: Call) -> None:
        if call.fields.get(b"content-type") == b"odd":
            raise UnsupportedMedia("It is odd.", [])


class Recorded:
    def __init__(self) -> None:
        self.exchanges: list[tuple[int, Call, Reply, int, int]] = []
        self.outbound: list[Outbound] = []

    def record(
        self,
        mock: int,
        call: Call,
        reply: Reply,
        ts_us: int,
        latency_us: int,
        request_bytes: int | None = None,
        response_bytes: int | None = None,
    ) -> None:
        self.exchanges.append((mock, call, reply, ts_us, latency_us))

    def submit(self, requests: tuple[Outbound, ...], allow_private: bool) -> None:
        self.outbound.extend(requests)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def edge(recorded: Recorded) -> HttpEdge:
    mocks = [
        Mock(index=index, name=name, prefix=prefix, engine=Engine(BodyContract()))
        for index, (name, prefix) in enumerate([("a", "/a"), ("deep", "/a/deep")])
    ]
    return HttpEdge(MockResponder(Snapshot(mocks), recorded, recorded), max_body=10, cors=True)


def send(
    edge: HttpEdge,
    path: str,
    method: str = "GET",
    headers: list[tuple[bytes, bytes]] | None = None,
    chunks: list[bytes] | None = None,
) -> tuple[int, dict[bytes, bytes], bytes]:
    parts = list(chunks or [])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not parts:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def collect(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers or [],
        "client": ("127.0.0.1", "5"),
        "scheme": "http",
    }
    asyncio.run(edge(scope, receive, collect))
    if not sent:
        return 0, {}, b""
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_the_longest_prefix_wins_and_is_taken_off(edge: HttpEdge, recorded: Recorded) -> None:
    assert send(edge, "/a/x%2Fy")[2] == b"/x%2Fy|"
    assert send(edge, "/a/deep/x")[2] == b"/x|"
    assert send(edge, "/a/deeper")[2] == b"/deeper|"
    assert send(edge, "/a")[2] == b"/|"
    assert [exchange[0] for exchange in recorded.exchanges] == [0, 1, 0, 0]
    assert recorded.exchanges[1][1].prefix == "/a/deep"


def test_a_call_can_be_refused_before_its_body_has_come(recorded: Recorded) -> None:
    engines = [Engine(BodyContract()), Engine(ScreeningContract())]
    mocks = [Mock(index, str(index), "/a", engine) for index, engine in enumerate(engines)]
    edge = HttpEdge(MockResponder(Snapshot(mocks), recorded), max_body=10, cors=True)
    headers = [(b"content-length", b"5")]
    never: list[bytes] = []
    status, fields, body = send(edge, "/a", "POST", [*headers, (b"content-type", b"odd")], never)
    assert (status, body, fields[b"connection"]) == (400, b"UnsupportedMedia", b"close")
    assert send(edge, "/a", "POST", headers, [b"hello"])[2] == b"/|hello"
    assert [exchange[0] for exchange in recorded.exchanges] == [1, 0]
    assert [exchange[1].address for exchange in recorded.exchanges] == ["/a", "/a"]


def test_a_path_of_no_mock_is_refused(edge: HttpEdge) -> None:
    assert send(edge, "/b")[2] == b"NoOperation"


def test_a_body_arrives_whole(edge: HttpEdge) -> None:
    _, _, body = send(edge, "/a/", "POST", [(b"content-length", b"6")], [b"abc", b"def"])
    assert body == b"/|abcdef"


@pytest.mark.parametrize("headers", [[(b"content-length", b"11")], [(b"transfer-encoding", b"x")]])
def test_a_body_above_the_limit_is_refused_and_recorded(
    edge: HttpEdge, recorded: Recorded, headers: list[tuple[bytes, bytes]]
) -> None:
    assert send(edge, "/a/", "POST", headers, [b"12345678901"])[2] == b"TooLarge"
    assert recorded.exchanges[0][2].source == "refusal"


def test_a_body_that_breaks_off_is_refused_recorded_and_ends_the_connection(
    edge: HttpEdge, recorded: Recorded
) -> None:
    status, headers, body = send(edge, "/a/", "POST", [(b"content-length", b"5")])
    assert (status, body) == (400, b"Unreadable")
    assert headers[b"connection"] == b"close"
    assert recorded.exchanges[0][2].source == "refusal"


def test_a_protocol_that_fails_is_named_and_the_server_lives(
    edge: HttpEdge, caplog: pytest.LogCaptureFixture
) -> None:
    status, headers, _ = send(edge, "/a/crash")
    assert (status, headers[b"content-type"]) == (500, b"application/problem+json")
    assert "mock 'a' (body) failed at GET /crash" in caplog.text


def test_what_is_to_be_sent_later_goes_to_the_outbox(edge: HttpEdge, recorded: Recorded) -> None:
    send(edge, "/a/hook")
    assert recorded.outbound == [HOOK]


def test_time_and_latency_are_recorded_in_microseconds(edge: HttpEdge, recorded: Recorded) -> None:
    send(edge, "/a/")
    _, _, _, ts_us, latency_us = recorded.exchanges[0]
    assert 1_700_000_000_000_000 < ts_us < 5_000_000_000_000_000
    assert 0 <= latency_us < 1_000_000


def test_a_preflight_is_granted(edge: HttpEdge) -> None:
    status, headers, _ = send(
        edge,
        "/a/x",
        "OPTIONS",
        [
            (b"origin", b"http://page"),
            (b"access-control-request-method", b"POST"),
            (b"access-control-request-headers", b"x-trace, content-type"),
        ],
    )
    assert status == 204
    assert headers[b"access-control-allow-origin"] == b"http://page"
    assert headers[b"access-control-allow-methods"] == b"GET, POST"
    assert headers[b"access-control-allow-headers"] == b"x-trace, content-type"
    assert headers[b"access-control-allow-credentials"] == b"true"


def test_a_page_of_another_origin_may_read_the_answer(edge: HttpEdge) -> None:
    _, headers, _ = send(edge, "/a/x", headers=[(b"origin", b"http://page")])
    assert headers[b"access-control-allow-origin"] == b"http://page"
    assert headers[b"access-control-expose-headers"] == b"x-answer"
    assert headers[b"vary"] == b"Origin"
    assert b"access-control-allow-origin" not in send(edge, "/a/x")[1]


def test_options_tells_the_methods(edge: HttpEdge) -> None:
    status, headers, _ = send(edge, "/a/x", "OPTIONS")
    assert (status, headers[b"allow"]) == (204, b"GET, POST, OPTIONS")


def test_options_of_the_server_itself(edge: HttpEdge, recorded: Recorded) -> None:
    assert send(edge, "*", "OPTIONS")[0] == 204
    assert send(edge, "*")[2] == b"NoOperation"
    assert [exchange[1].path for exchange in recorded.exchanges] == ["*", "*"]


class PartContract(BodyContract):
    """Takes the bodies that begin with its letter, and the method of its letter."""

    def __init__(self, letter: str) -> None:
        self.letter = letter

    def match(self, call: Call) -> Match:
        if not call.body.startswith(self.letter.encode()):
            raise NoOperation("none")
        return super().match(call)

    def allowed(self, call: Call) -> tuple[str, ...]:
        return ("GET", self.letter.upper())


@pytest.fixture
def shared_edge(recorded: Recorded) -> HttpEdge:
    mocks = [
        Mock(index=index, name=letter, prefix="", engine=Engine(PartContract(letter)))
        for index, letter in enumerate("ab")
    ]
    return HttpEdge(MockResponder(Snapshot(mocks), recorded), max_body=10, cors=True)


def test_a_body_decides_between_mocks_that_share_a_prefix(
    shared_edge: HttpEdge, recorded: Recorded
) -> None:
    for body in (b"a1", b"b2", b"c3"):
        send(shared_edge, "/x", "POST", [(b"content-length", b"2")], [body])
    assert [exchange[0] for exchange in recorded.exchanges] == [0, 1, 0]
    assert [exchange[2].body for exchange in recorded.exchanges][1:] == [b"/x|b2", b"NoOperation"]


def test_options_tells_the_methods_of_all_that_share_a_prefix(shared_edge: HttpEdge) -> None:
    _, headers, _ = send(shared_edge, "/x", "OPTIONS")
    assert headers[b"allow"] == b"GET, A, B, OPTIONS"
    preflight = [(b"origin", b"http://page"), (b"access-control-request-method", b"B")]
    _, headers, _ = send(shared_edge, "/x", "OPTIONS", preflight)
    assert headers[b"access-control-allow-methods"] == b"GET, A, B"

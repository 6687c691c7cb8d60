"""The door of the admin port, with attacks on it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from polymock.access.refusals import PER_MINUTE, Refusals
from polymock.access.tokens import TokenFile
from polymock.commands.dispatching import Caller
from polymock.edge.admin.callers import Callers
from polymock.edge.admin.guard import Guard
from polymock.edge.admin.rates import WRONG_TOKENS
from polymock_schemas.config import ServerConfig

from .asgi import Recorder, Told, ask, ask_in_loop

LOOPBACK = ServerConfig()
OPEN = ServerConfig(admin_host="0.0.0.0")
ASKING = ServerConfig(admin_auth=True)
KEY = "polymock-key-of-this-run"


class Door:
    """A guard with its application, its tokens and what it noted."""

    def __init__(self, folder: Path, server: ServerConfig, status: int = 200) -> None:
        self.app = Recorder(status)
        self.tokens = TokenFile(folder / "tokens.json")
        self.notes: list[tuple[str, str, str, Any]] = []
        self.guard = Guard(
            self.app,
            server,
            Callers(server, self.tokens, KEY),
            Refusals(lambda *note: self.notes.append(note)),
        )

    def ask(self, *arguments: Any, **options: Any) -> Told:
        return ask(self.guard, *arguments, **options)


@pytest.fixture
def loopback(tmp_path: Path) -> Door:
    return Door(tmp_path, LOOPBACK)


@pytest.fixture
def reachable(tmp_path: Path) -> Door:
    return Door(tmp_path, OPEN)


def test_on_loopback_nobody_needs_a_token(loopback: Door) -> None:
    assert loopback.ask().status == 200
    assert loopback.app.callers == [Caller("local", "admin")]


def test_a_token_counts_on_loopback_too(loopback: Door) -> None:
    _, secret = loopback.tokens.create("ci", "viewer")
    assert loopback.ask(token=secret).status == 200
    assert loopback.app.callers == [Caller("ci", "viewer")]
    assert loopback.ask(token="polymock_wrong").status == 401


@pytest.mark.parametrize("server", [OPEN, ASKING])
def test_elsewhere_a_token_is_needed(tmp_path: Path, server: ServerConfig) -> None:
    door = Door(tmp_path, server)
    told = door.ask()
    assert told.status == 401
    assert told.fields["www-authenticate"] == 'Bearer realm="polymock"'
    assert told.fields["content-type"] == "application/problem+json"
    assert told.json["status"] == 401
    assert "polymock tokens create" in told.json["hint"]
    assert door.app.callers == []
    _, secret = door.tokens.create("ci", "operator")
    assert door.ask(token=secret).status == 200
    assert door.ask(token=KEY).status == 200
    assert door.app.callers == [Caller("ci", "operator"), Caller("local", "admin")]
    door.tokens.revoke("ci")
    told = door.ask(token=secret)
    assert told.status == 401
    assert 'error="invalid_token"' in told.fields["www-authenticate"]
    assert len(door.app.callers) == 2


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("", 400),
        ("Bearer", 400),
        ("Bearer ", 400),
        ("Basic YTpi", 400),
        ("Token {token}", 400),
        ("{token}", 400),
        ("Bearer {token} {token}", 400),
        ("Bearer {token},", 400),
        ("Bearer {token}\x00", 400),
        ("Bearer \xe9", 400),
        ("Bearer " + "a" * 2000, 400),
        ("Bearer {token}=", 401),
        ("Bearer x{token}", 401),
        ("Bearer " + "a" * 900, 401),
        ("bearer {token}", 200),
        ("BEARER   {token}  ", 200),
    ],
)
def test_ways_to_write_a_token(reachable: Door, value: str, status: int) -> None:
    _, secret = reachable.tokens.create("ci", "admin")
    told = reachable.ask(fields=[("Authorization", value.format(token=secret))])
    assert told.status == status
    assert secret not in told.body.decode()
    assert ("www-authenticate" in told.fields) is (status != 200)


def test_two_tokens_are_none(reachable: Door) -> None:
    _, secret = reachable.tokens.create("ci", "admin")
    fields = [("Authorization", f"Bearer {secret}"), ("authorization", "Bearer other")]
    assert reachable.ask(fields=fields).status == 400
    assert reachable.ask(fields=fields[::-1]).status == 400


def test_no_token_in_the_query(reachable: Door) -> None:
    _, secret = reachable.tokens.create("ci", "admin")
    assert reachable.ask(path=f"/api/v1/sessions?access_token={secret}").status == 401


def test_a_broken_file_of_tokens_lets_nobody_in(
    reachable: Door, caplog: pytest.LogCaptureFixture
) -> None:
    _, secret = reachable.tokens.create("ci", "admin")
    reachable.tokens.path.write_text("{")
    assert reachable.ask(token=secret).status == 401
    assert reachable.ask(token=secret).status == 401
    assert len(caplog.records) == 1
    assert secret not in caplog.text
    assert reachable.ask(token=KEY).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "//api/v1/sessions",
        "/api//v1/sessions",
        "/%61pi/v1/sessions",
        "/api/v1/sessions/",
        "/api/v1/%2e%2e/%2e%2e/health/live",
        "/health/live/../../api/v1/sessions",
        "/health/live/",
        "//health/live",
        "/health/live%2f",
        "/health/live;a",
        "/health/%6cive",
        "/health/live%00",
        "/HEALTH/LIVE",
        "/health/ready/more",
        "/api/v1//",
        "/api/v1/page.js/../sessions",
        "/api/v1/page.js%2f..%2fsessions",
        "/metrics",
        "/mcp",
        "/api/v1/openapi.json",
        "*",
        "",
    ],
)
def test_no_other_path_is_open(reachable: Door, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE", "CONNECT", "get"):
        assert reachable.ask(method, path).status == 401
    assert reachable.app.paths == []


@pytest.mark.parametrize("path", ["/health/live", "/health/ready?a=b", "/", "/api/v1", "/api/v1/"])
def test_open_paths_are_open_to_reading_alone(reachable: Door, path: str) -> None:
    assert reachable.ask("GET", path).status == 200
    assert reachable.ask("HEAD", path).status == 200
    assert {caller.role for caller in reachable.app.callers} == {"viewer"}
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        assert reachable.ask(method, path).status == 401


def test_probes_by_any_name(reachable: Door, loopback: Door) -> None:
    for host in ("mocks.default.svc", "evil.test", "", None):
        assert reachable.ask("GET", "/health/ready", host=host).status == 200
        assert loopback.ask("GET", "/health/ready", host=host).status in (400, 403)


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "localhost.evil.test",
        "127.0.0.1.evil.test",
        "evil.test:8081",
        "192.168.1.7",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
        "[::ffff:c0a8:107]",
        "[::]",
        "xn--lclhost-9za",
    ],
)
def test_dns_rebinding(loopback: Door, host: str) -> None:
    for method, path in (
        ("GET", "/api/v1/sessions"),
        ("POST", "/api/v1/world/reset"),
        ("GET", "/"),
    ):
        told = loopback.ask(method, path, host=host)
        assert told.status == 403
        assert told.fields["content-type"] == "application/problem+json"
    assert loopback.app.paths == []


@pytest.mark.parametrize("host", ["", "127.0.0.1@evil.test", "a b", "evil.test/127.0.0.1", ":80"])
def test_hosts_that_are_none(loopback: Door, host: str) -> None:
    assert loopback.ask(host=host).status == 400
    assert loopback.ask(host=None).status == 400
    assert loopback.ask(fields=[("host", "evil.test")]).status == 400


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:1", "127.0.0.1", "[::1]:8081", "127.8.8.8"]
)
def test_our_own_names(loopback: Door, host: str) -> None:
    assert loopback.ask(host=host).status == 200


def test_names_that_are_listed(tmp_path: Path) -> None:
    door = Door(tmp_path, ServerConfig(admin_hosts=("mocks.test", "*.mocks.test")))
    assert door.ask(host="Mocks.test:8081").status == 200
    assert door.ask(host="a.mocks.test").status == 200
    assert door.ask(host="evilmocks.test").status == 403


def test_names_where_others_can_reach_it(reachable: Door) -> None:
    _, secret = reachable.tokens.create("ci", "admin")
    for host in ("10.1.2.3:8081", "[fe80::1]", "localhost"):
        assert reachable.ask(host=host, token=secret).status == 200
    assert reachable.ask(host="evil.test", token=secret).status == 403


@pytest.mark.parametrize(
    "fields",
    [
        [("Origin", "http://evil.test")],
        [("Origin", "null")],
        [("Origin", "")],
        [("Origin", "http://127.0.0.1:9999")],
        [("Origin", "http://127.0.0.1")],
        [("Origin", "http://localhost:8081")],
        [("Origin", "http://127.0.0.1:8081.evil.test")],
        [("Origin", "http://127.0.0.1:8081@evil.test")],
        [("Origin", "http://127.0.0.1:8081"), ("Origin", "http://evil.test")],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
        [("Sec-Fetch-Site", "nonsense")],
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://127.0.0.1:8081")],
        [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Dest", "document"),
        ],
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_pages_of_other_origins(loopback: Door, method: str, fields: Any) -> None:
    told = loopback.ask(method, fields=fields)
    assert told.status == 403
    assert "access-control-allow-origin" not in told.fields
    assert loopback.app.paths == []


def test_a_token_does_not_open_the_door_to_pages_of_others(reachable: Door) -> None:
    _, secret = reachable.tokens.create("ci", "admin")
    told = reachable.ask(token=secret, fields=[("Origin", "http://evil.test")])
    assert told.status == 403


def test_our_own_page(loopback: Door) -> None:
    fields = [("Origin", "http://127.0.0.1:8081"), ("Sec-Fetch-Site", "same-origin")]
    assert loopback.ask("POST", fields=fields).status == 200
    assert loopback.ask("GET", fields=[("Sec-Fetch-Site", "none")]).status == 200


def test_links_to_the_page_can_be_followed(loopback: Door) -> None:
    visit = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")]
    document = ("Sec-Fetch-Dest", "document")
    assert loopback.ask("GET", "/api/v1/", [*visit, document]).status == 200
    assert loopback.ask("GET", "/api/v1/", [*visit, ("Sec-Fetch-Dest", "iframe")]).status == 403
    assert loopback.ask("GET", "/api/v1/page.js", [*visit, document]).status == 403
    assert loopback.ask("POST", "/api/v1/", [*visit, document]).status == 403


def test_what_is_too_large(loopback: Door) -> None:
    assert loopback.ask(fields=[("X", "a" * 40_000)]).status == 431
    assert loopback.ask(fields=[(f"X-{n}", "a") for n in range(200)]).status == 431
    assert loopback.ask(path="/api/v1/sessions?" + "a" * 20_000).status == 414
    for length in ("9999999999", "9" * 5000):
        assert loopback.ask("POST", fields=[("Content-Length", length)]).status == 413
    assert loopback.ask("POST", fields=[("Content-Length", "\xb2")]).status == 200
    assert len(loopback.app.paths) == 1


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [("/api/v1/sessions", "", 401), ("/api/v1/sessions", KEY, 200), ("/health/live", "", 200)],
)
def test_header_fields_of_every_answer(reachable: Door, path: str, token: str, status: int) -> None:
    told = reachable.ask(path=path, token=token)
    assert told.status == status
    assert told.fields["x-content-type-options"] == "nosniff"
    assert told.fields["referrer-policy"] == "no-referrer"
    assert told.fields["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in told.fields["content-security-policy"]
    assert "script-src" not in told.fields["content-security-policy"]
    assert told.fields["server"] == "polymock"


def test_the_page_may_run_its_own_script_alone(reachable: Door) -> None:
    policy = reachable.ask(path="/api/v1/").fields["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_refusal_of_head_has_no_body(reachable: Door) -> None:
    told = reachable.ask("HEAD")
    assert (told.status, told.body) == (401, b"")


def test_a_thousand_wrong_tokens(reachable: Door) -> None:
    _, secret = reachable.tokens.create("ci", "viewer")

    async def attack() -> list[Told]:
        return [
            await ask_in_loop(reachable.guard, token=f"polymock_{number}") for number in range(1000)
        ]

    told = asyncio.run(attack())
    statuses = [each.status for each in told]
    assert statuses.count(401) == WRONG_TOKENS
    assert statuses.count(429) == 1000 - WRONG_TOKENS
    assert 1 <= int(told[-1].fields["retry-after"]) <= 120
    assert told[-1].fields["content-type"] == "application/problem+json"
    assert reachable.ask(token=secret).status == 200  # from the same address
    assert len(reachable.notes) == PER_MINUTE


def test_the_rate_of_one_caller_is_not_anothers(tmp_path: Path) -> None:
    door = Door(tmp_path, ServerConfig(admin_auth=True, admin_rate=5))
    _, one = door.tokens.create("one", "viewer")
    _, two = door.tokens.create("two", "viewer")

    async def many(**options: Any) -> list[int]:
        return [(await ask_in_loop(door.guard, **options)).status for _ in range(7)]

    assert asyncio.run(many(token=one)) == [200] * 5 + [429] * 2
    assert asyncio.run(many(token=two)) == [200] * 5 + [429] * 2
    assert asyncio.run(many(client="10.0.0.1")) == [401] * 5 + [429] * 2
    assert asyncio.run(many(client="10.0.0.2", path="/")) == [200] * 5 + [429] * 2
    assert asyncio.run(many(path="/health/live")) == [200] * 7


def test_no_rate_is_no_rate(tmp_path: Path) -> None:
    door = Door(tmp_path, ServerConfig(admin_rate=0))

    async def many() -> set[int]:
        return {(await ask_in_loop(door.guard)).status for _ in range(500)}

    assert asyncio.run(many()) == {200}


def test_refusals_are_written_down(reachable: Door, tmp_path: Path) -> None:
    reachable.ask("POST", "/api/v1/world/reset?secret=x", token="polymock_secret")
    ((type_, actor, subject, data),) = reachable.notes
    assert (type_, actor, subject) == ("admin.refused", "nobody", "POST /api/v1/world/reset")
    assert data["status"] == 401
    assert data["client"] == "10.0.0.7"
    assert "secret" not in str(data)
    reachable.ask("GET", "/" + "a" * 5000)
    assert len(reachable.notes[1][2]) == 200


def test_nobody_gets_anothers_name(loopback: Door) -> None:
    """A server may hand the same `state` to all requests; the caller is not left in it."""
    _, secret = loopback.tokens.create("ci", "viewer")
    shared = {"database": 1}

    async def both() -> None:
        await asyncio.gather(
            ask_in_loop(loopback.guard, state=shared, token=secret),
            ask_in_loop(loopback.guard, state=shared),
        )

    asyncio.run(both())
    assert shared == {"database": 1}
    assert {caller.name for caller in loopback.app.callers} == {"ci", "local"}


def test_a_caller_cannot_name_itself(loopback: Door) -> None:
    state = {"caller": Caller("root", "admin")}
    _, secret = loopback.tokens.create("ci", "viewer")
    asyncio.run(ask_in_loop(loopback.guard, state=state, token=secret))
    assert loopback.app.callers == [Caller("ci", "viewer")]


def test_websockets_are_closed(loopback: Door) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "websocket", "path": "/mcp", "headers": []}
    asyncio.run(loopback.guard(scope, None, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_body_without_end_is_cut_off(tmp_path: Path) -> None:
    size = 0

    async def reads_all(scope: Any, receive: Any, send: Any) -> None:
        nonlocal size
        while (message := await receive())["type"] == "http.request":
            size += len(message["body"])
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Any:
        return {"type": "http.request", "body": b"a" * 1024 * 1024, "more_body": True}

    async def send(message: Any) -> None:
        pass

    tokens = TokenFile(tmp_path / "tokens.json")
    guard = Guard(reads_all, LOOPBACK, Callers(LOOPBACK, tokens), Refusals())
    fields = [(b"host", b"localhost")]
    scope: Any = {"type": "http", "method": "POST", "path": "/mcp", "headers": fields}
    asyncio.run(guard(scope, receive, send))
    assert size == 16 * 1024 * 1024

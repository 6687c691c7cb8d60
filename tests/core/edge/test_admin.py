"""The admin API without a server: what it asks a worker for, and how it refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from polymock.commands.registry import COMMANDS
from polymock.edge.admin import admin_app, sessions, world
from polymock.server.asking import CommandRefused
from polymock_schemas.calls import Violation
from polymock_schemas.commands import Refusal, RefusalKind

Asked = tuple[str, dict[str, Any]]


class Worker:
    """Says what it was asked for, or refuses."""

    refusal: Refusal | None = None

    async def ask(self, command: str, params: Mapping[str, Any]) -> bytes:
        if self.refusal is not None:
            raise CommandRefused(self.refusal)
        return msgspec.json.encode([command, params])


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def client(worker: Worker) -> Iterator[Any]:
    app = admin_app(lambda: (True, {}), None, worker.ask)
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.mark.parametrize(
    ("method", "path", "body", "asked"),
    [
        ("GET", "world/bindings?all=true", None, ["world.bindings", {"all": "true"}]),
        (
            "GET",
            "world/collections/pets/entities?where=a%3D1&where=b%3D2&limit=3",
            None,
            ["world.list", {"where": ["a=1", "b=2"], "limit": "3", "collection": "pets"}],
        ),
        (
            "GET",
            "world/collections/pets/entities/a%2Fb%20c",
            None,
            ["world.get", {"collection": "pets", "key": "a/b c"}],
        ),
        (
            "GET",
            "world/collections/pets/entities/publishers/1",
            None,
            ["world.get", {"collection": "pets", "key": "publishers/1"}],
        ),
        (
            "PUT",
            "world/collections/pets/entities/%C3%A9?session=s",
            {"name": "Rex", "session": "x", "key": "y"},
            [
                "world.put",
                {
                    "session": "s",
                    "value": {"name": "Rex", "session": "x", "key": "y"},
                    "collection": "pets",
                    "key": "\u00e9",
                },
            ],
        ),
        (
            "DELETE",
            "world/collections/pets/entities//1",
            None,
            ["world.delete", {"collection": "pets", "key": "/1"}],
        ),
        ("POST", "world/reset", None, ["world.reset", {}]),
        ("POST", "world/snapshots/a/restore", {"session": "s"}, ["world.restore", None]),
        ("DELETE", "sessions/a", None, ["sessions.drop", {"name": "a"}]),
    ],
)
def test_requests_are_commands(
    client: Any, method: str, path: str, body: object, asked: list[Any]
) -> None:
    answer = client.request(method, f"/api/v1/{path}", json=body)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    if asked[1] is None:
        asked[1] = {"session": "s", "name": "a"}
    assert answer.json() == asked


def test_what_is_made_is_201(client: Any) -> None:
    assert client.post("/api/v1/world/snapshots", json={"name": "a"}).status_code == 201
    assert client.post("/api/v1/sessions").status_code == 201


def test_every_route_leads_to_a_command() -> None:
    routes = (*world.ROUTES, *sessions.ROUTES)
    assert {route.command for route in routes} == set(COMMANDS)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"1",
        b"{",
        b"\xff",
        b'{"a":' * 100_000,
        b'{"a": "\xff"}',
        b"null",
        b'{"a":' * 40 + b"1" + b"}" * 40,
    ],
)
def test_bodies_that_are_no_objects_are_refused(client: Any, body: bytes) -> None:
    answer = client.post("/api/v1/world/snapshots", content=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_has_a_limit(client: Any) -> None:
    answer = client.post("/api/v1/world/snapshots", content=b" " * (9 * 1024 * 1024))
    assert answer.status_code == 413


def test_a_key_that_is_no_text_is_refused(client: Any) -> None:
    answer = client.get("/api/v1/world/collections/pets/entities/%FF")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("wrong", 400),
        ("unknown", 404),
        ("taken", 409),
        ("conflict", 409),
        ("unavailable", 503),
        ("failed", 500),
    ],
)
def test_refusals(client: Any, worker: Worker, kind: RefusalKind, status: int) -> None:
    worker.refusal = Refusal(kind, "No.", "Do.", (Violation("limit", "is too small"),))
    answer = client.get("/api/v1/sessions")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["detail"], told["hint"], told["status"]) == ("No.", "Do.", status)
    assert told["violations"] == [{"location": "limit", "message": "is too small"}]


def test_where_nothing_is_served() -> None:
    with TestClient(admin_app(lambda: (True, {}), None), base_url="http://127.0.0.1") as client:
        assert client.get("/api/v1/sessions").status_code == 503
        assert client.get("/health/live").json() == {"status": "live"}
        told = client.post("/api/v1/logs/sql", json={"sql": "select 1"}).json()
        assert told["detail"] == "Nothing is recorded."


@pytest.mark.parametrize(
    "headers", [{"Host": "example.com"}, {"Origin": "http://example.com"}, {"Origin": "null"}]
)
def test_web_pages_are_kept_out(client: Any, headers: dict[str, str]) -> None:
    for method, path in (("GET", "sessions"), ("POST", "world/reset"), ("DELETE", "sessions/a")):
        assert client.request(method, f"/api/v1/{path}", headers=headers).status_code == 403

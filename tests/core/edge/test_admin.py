"""The admin API without a server: what it asks a worker for, and how it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from polymock.commands.catalog import Catalog
from polymock.commands.context import Progress, silent
from polymock.commands.dispatching import Caller
from polymock.edge.admin.app import admin_app
from polymock.errors import CommandError
from polymock_schemas.calls import Violation
from polymock_schemas.commands import RefusalKind


class Echo:
    """A dispatcher that says what it was asked for, or refuses."""

    refusal: CommandError | None = None

    def __init__(self) -> None:
        self.catalog = Catalog()

    async def carry_out(
        self, name: str, params: Mapping[str, Any], caller: Caller, progress: Progress = silent
    ) -> bytes:
        if self.refusal is not None:
            raise self.refusal
        return msgspec.json.encode([name, params])


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def client(echo: Echo) -> Iterator[Any]:
    app = admin_app(echo)
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.mark.parametrize(
    ("method", "path", "body", "asked"),
    [
        ("GET", "world/bindings?all=true", None, ["world.bound", {"all": "true"}]),
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


def test_every_command_of_the_api_has_an_address(client: Any, echo: Echo) -> None:
    for command in echo.catalog.commands.values():
        if "api" in command.surfaces:
            path = re.sub(r"\{\w+(:path)?\}", "a", command.address.path)
            answer = client.request(command.address.method, f"/api/v1{path}")
            assert answer.json()[0] == command.name


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
        ("forbidden", 403),
        ("unavailable", 503),
        ("failed", 500),
    ],
)
def test_refusals(client: Any, echo: Echo, kind: RefusalKind, status: int) -> None:
    echo.refusal = CommandError("No.", "Do.", kind, [Violation("limit", "is too small")])
    answer = client.get("/api/v1/sessions")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["detail"], told["hint"], told["status"]) == ("No.", "Do.", status)
    assert told["violations"] == [{"location": "limit", "message": "is too small"}]

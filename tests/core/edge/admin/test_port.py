"""The admin port: whose path it is answers, and the API is made once, when it is needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from polymock.edge.admin.port import AdminPort
from polymock.interfaces import AsgiApp
from polymock_schemas.observers import Health, PartHealth

WELL = Health(ready=True, parts=(PartHealth("journal", "ok", "recording"),))
ILL = Health(ready=False, parts=(PartHealth("journal", "failed", "the disk is full"),))


def saying(text: str) -> AsgiApp:
    """An application that answers everything by a text."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text.encode()})

    return app


def port(build: Callable[[], AsgiApp], health: Health = WELL) -> AdminPort:
    async def ready() -> Health:
        return health

    return AdminPort(ready, {"/mcp": saying("annex")}, build)


def asked(app: AdminPort, *requests: tuple[str, str]) -> list[httpx.Response]:
    """The answers to requests that come at once."""

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://polymock") as client:
            waiting: list[Awaitable[httpx.Response]] = [client.request(*each) for each in requests]
            return await asyncio.gather(*waiting)

    return asyncio.run(ask())


def nobody() -> AsgiApp:
    raise AssertionError("nobody asked for the API")


def test_health_and_annexes_need_no_api() -> None:
    live, ready, annex, below = asked(
        port(nobody),
        *(("GET", "/health/live"), ("GET", "/health/ready")),
        *(("POST", "/mcp"), ("GET", "/mcp/sessions")),
    )
    assert live.json() == {"status": "live"}
    assert (ready.status_code, ready.headers["content-type"]) == (200, "application/json")
    assert ready.json() == {
        "status": "ready",
        "parts": {"journal": "recording"},
        "states": {"journal": "ok"},
    }
    assert (annex.text, below.text) == ("annex", "annex")


def test_what_is_not_ready_is_503() -> None:
    (ready,) = asked(port(nobody, ILL), ("GET", "/health/ready"))
    assert ready.status_code == 503
    assert ready.json()["status"] == "not ready"
    assert ready.json()["parts"] == {"journal": "the disk is full"}


def test_health_is_read_and_nothing_else() -> None:
    head, post = asked(port(nobody), ("HEAD", "/health/live"), ("POST", "/health/live"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "17"
    assert (post.status_code, post.headers["allow"]) == (405, "GET, HEAD")
    assert post.headers["content-type"] == "application/problem+json"


def test_the_api_is_made_once_and_elsewhere() -> None:
    made: list[threading.Thread] = []

    def build() -> AsgiApp:
        made.append(threading.current_thread())
        return saying("api")

    answers = asked(port(build), *[("GET", "/api/v1/mocks")] * 5, ("GET", "/mcpx"))
    assert {answer.text for answer in answers} == {"api"}
    assert len(made) == 1
    assert made[0] is not threading.main_thread()


def test_it_can_be_made_before_it_is_asked_for() -> None:
    made: list[str] = []

    def build() -> AsgiApp:
        made.append("api")
        return saying("api")

    async def run() -> AsgiApp:
        prepared = port(build)
        return await prepared.prepare()

    asyncio.run(run())
    assert made == ["api"]


def test_an_api_that_cannot_be_made_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tries: list[str] = []

    def build() -> AsgiApp:
        tries.append("api")
        if len(tries) == 1:
            raise OSError("a package was taken away")
        return saying("api")

    async def run() -> tuple[int, str]:
        app = port(build)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://polymock") as client:
            first = await client.get("/api/v1/mocks")
            return first.status_code, (await client.get("/api/v1/mocks")).text

    assert asyncio.run(run()) == (500, "api")
    assert "a package was taken away" in caplog.text

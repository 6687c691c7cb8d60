"""Polymock in this process, over a contract of a protocol that is installed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from polymock.errors import ConfigError, SpecError
from polymock.testing import Polymock
from polymock_schemas.calls import Violation

PETS = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
paths:
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [id, name, age]
                properties: {id: {type: integer}, name: {type: string}, age: {type: integer}}
    put:
      requestBody: {content: {text/plain: {}}}
      responses: {"204": {description: ok}}
  /locked: {get: {security: [{key: []}], responses: {"200": {description: ok}}}}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "pets.yaml"
    file.write_text(PETS)
    return file


@pytest.fixture
def mock(spec: Path) -> Iterator[Polymock]:
    with Polymock(spec) as mock:
        yield mock


def test_a_client_reaches_the_mock_without_a_socket(mock: Polymock) -> None:
    with mock.client() as client:
        response = client.get("/pets/7")
    assert (response.status_code, response.json()["id"]) == (200, 7)
    assert response.elapsed.total_seconds() >= 0


def test_a_url_answers_over_a_socket_until_the_mock_is_closed(spec: Path) -> None:
    with Polymock(spec) as mock:
        assert mock.url == mock.url
        over_socket = httpx.get(mock.url + "/pets/7")
        with mock.client() as client:
            assert client.get("/pets/7").json() == over_socket.json()
        url = mock.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    mock.close()


def test_an_async_client_and_the_asgi_application_give_the_same_answers(mock: Polymock) -> None:
    async def get() -> list[httpx.Response]:
        async with mock.async_client() as client:
            first = await client.get("/pets/7")
        transport = httpx.ASGITransport(app=mock.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return [first, await client.get("/pets/7")]

    first, second = asyncio.run(get())
    assert first.json() == second.json()
    assert len(mock.exchanges) == 2


def test_exchanges_hold_what_was_asked_and_answered(mock: Polymock) -> None:
    with mock.client() as client:
        client.get(
            "/pets/x?a=b", headers={"User-Agent": "tester", "Authorization": "Bearer s3cret"}
        )
        client.put("/pets/7", content="hello", headers={"Content-Type": "text/plain"})
        client.get("/locked", headers={"X-Key": "any"})
    refused, put, locked = mock.exchanges
    assert (refused.operation, refused.status, refused.source) == (
        "GET /pets/{id}",
        422,
        "refusal",
    )
    assert refused.violations == (Violation("path.id", refused.violations[0].message),)
    assert (refused.mock, refused.protocol, refused.outcome) == ("pets", "openapi", "client_error")
    assert (refused.method, refused.path, refused.query) == ("GET", "/pets/x", "a=b")
    assert refused.user_agent == "tester"
    assert "s3cret" not in str(refused)
    assert (put.request_body, put.request_bytes, put.response_bytes) == ("hello", 5, 0)
    assert (put.outcome, put.violations) == ("ok", ())
    assert locked.principal == "key"
    assert len({exchange.id for exchange in mock.exchanges}) == 3


def test_what_was_recorded_can_be_forgotten(mock: Polymock) -> None:
    with mock.client() as client:
        client.get("/pets/7")
        before = mock.exchanges
        mock.forget()
        assert (len(before), len(mock.exchanges)) == (1, 0)
        client.get("/pets/8")
    assert [exchange.path for exchange in mock.exchanges] == ["/pets/8"]


def test_the_seed_decides_what_is_answered(spec: Path) -> None:
    def answer(seed: int | None) -> str:
        with Polymock(spec, seed=seed) as mock, mock.client() as client:
            return client.get("/pets/7").text

    assert answer(1) == answer(1) != answer(2)
    assert answer(None) == answer(42)


def test_several_specs_are_served_under_their_names(spec: Path) -> None:
    users = spec.with_name("users.yaml")
    users.write_text(PETS.replace("/pets/{id}", "/users/{id}"))
    with Polymock(spec, users) as mock, mock.client() as client:
        assert client.get("/pets/pets/7").status_code == 200
        assert client.get("/users/users/7").status_code == 200
        assert client.get("/users/7").status_code == 404
    assert [exchange.mock for exchange in mock.exchanges][:2] == ["pets", "users"]


def test_a_config_says_how_to_serve_and_the_environment_does_not(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYMOCK_SERVER__MAX_BODY", "1")
    config = spec.with_name("polymock.yaml")
    config.write_text("mocks: [{spec: pets.yaml, at: /v1}]\nserver: {max_body: 8}\n")
    text = {"Content-Type": "text/plain"}
    for argument in (config, spec.parent):
        with Polymock(argument) as mock, mock.client() as client:
            assert client.put("/v1/pets/7", content="8 bytes!", headers=text).status_code == 204
            assert client.put("/v1/pets/7", content="9 bytes!!", headers=text).status_code == 413


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, ConfigError),
        ("", SpecError),
        ("openapi: 3.1.0\npaths: [", SpecError),
        ("hello", SpecError),
    ],
)
def test_what_cannot_be_served_says_so_at_once(
    tmp_path: Path, content: str | None, error: type[Exception]
) -> None:
    file = tmp_path / "wrong.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(error, match=r"wrong\.yaml"):
        Polymock(file)

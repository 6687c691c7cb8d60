"""Polymock in this process, over a contract of a protocol that is installed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from core import ticker
from polymock.errors import ConfigError, ServerError, SpecError
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


@pytest.fixture
def ticking(install: Callable[..., None], tmp_path: Path) -> Iterator[Polymock]:
    code = Path(ticker.__file__).read_text()
    install("polymock-ticker", "polymock_ticker", code, "polymock.protocols", "ticker")
    for word in ("alpha", "beta"):
        (tmp_path / f"{word}.tick").write_text(f"ticker {word}")
    with Polymock(tmp_path / "alpha.tick", tmp_path / "beta.tick") as mock:
        yield mock


def test_streams_arrive_with_a_socket_and_without(ticking: Polymock) -> None:
    assert httpx.get(ticking.url + "/alpha/3").text == "1 2 3 "
    with ticking.client() as client:
        assert client.get("/beta/3").text == "1 2 3 "
        assert client.get("/beta/1?refuse").text == "1 Invalid"
        assert client.head("/beta/3").text == ""
    over_socket, without, refused, _ = ticking.exchanges
    assert (over_socket.mock, without.mock) == ("alpha", "beta")
    assert (without.response_body, without.response_bytes) == ("1 2 3 ", 6)
    assert (without.request_messages, without.response_messages) == (1, 3)
    assert (refused.status, refused.source, refused.operation) == (200, "refusal", "count")


def test_a_client_without_a_socket_may_leave_an_endless_stream(ticking: Polymock) -> None:
    with ticking.client() as client, client.stream("GET", "/alpha/2?endless") as response:
        chunks = response.iter_raw()
        assert [next(chunks), next(chunks)] == [b"1 ", b"2 "]
    assert ticking.exchanges[0].outcome == "ok"


def test_an_async_client_streams_too(ticking: Polymock) -> None:
    async def read() -> list[bytes]:
        async with ticking.async_client() as client, client.stream("GET", "/alpha/2") as response:
            return [chunk async for chunk in response.aiter_raw()]

    assert asyncio.run(read()) == [b"1 ", b"2 "]


def test_a_stream_that_fails_breaks_off_with_a_socket_and_without(ticking: Polymock) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(ticking.url + "/alpha/1?fail")
    with ticking.client() as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/alpha/1?fail")
    assert [exchange.outcome for exchange in ticking.exchanges] == ["fault", "fault"]


def test_a_protocol_with_a_wire_of_its_own_is_reached_at_its_target(ticking: Polymock) -> None:
    host, _, port = ticking.target("ticker").partition(":")
    assert ticking.target("ticker") == f"{host}:{port}"

    def ask(line: str) -> bytes:
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"{line}\n".encode())
            return b"".join(iter(lambda: connection.recv(100), b""))

    assert ask("/alpha/3") == b"1 2 3 ok"
    assert ask("/nowhere") == b"NoOperation"
    assert [exchange.method for exchange in ticking.exchanges] == ["LINE", "LINE"]
    ticking.close()
    with pytest.raises(ConnectionRefusedError):
        ask("/alpha/3")


def test_a_protocol_without_a_wire_of_its_own_has_no_target(mock: Polymock) -> None:
    with pytest.raises(ServerError, match="openapi"):
        mock.target("openapi")


def test_a_websocket_is_answered_at_the_url(ticking: Polymock) -> None:
    client = pytest.importorskip("websockets.sync.client", reason="websockets is not installed")
    address = ticking.url.replace("http", "ws")
    with client.connect(f"{address}/live", subprotocols=["tick-1"]) as connection:
        assert connection.recv() == "|/live|tick-1"
        connection.send("/alpha/2")
        assert [connection.recv() for _ in range(3)] == [b"1 ", b"2 ", "done"]
    assert [exchange.path for exchange in ticking.exchanges] == ["/alpha/2"]


def test_closing_ends_streams_and_websockets(ticking: Polymock) -> None:
    client = pytest.importorskip("websockets.sync.client", reason="websockets is not installed")
    with (
        client.connect(ticking.url.replace("http", "ws") + "/live") as connection,
        httpx.stream("GET", ticking.url + "/alpha/1?endless") as response,
    ):
        assert connection.recv() == "|/live|"
        chunks = response.iter_raw()
        assert next(chunks) == b"1 "
        ticking.close()
        assert list(chunks) == []
        with pytest.raises(Exception, match="1001"):
            connection.recv()

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from polymock.commands.command import Command, Route
from polymock.commands.remote import Remote, find_admin
from polymock.errors import CommandError, ConfigError, ServerError
from polymock.server.serverfile import announce
from polymock_schemas.commands import Nothing

URL = "http://127.0.0.1:9"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_server_that_is_meant(folder: Path) -> None:
    assert find_admin("http://localhost:1/", None, None) == "http://localhost:1"
    with announce(folder / "polymock.duckdb", URL):
        assert find_admin(None, None, None) == URL
        assert find_admin(None, None, "polymock.duckdb") == URL
    (folder / "my.yaml").write_text("mocks: []\njournal: {path: j.duckdb, enabled: false}")
    with announce(folder / "j.duckdb", URL, records=False):
        assert find_admin(None, "my.yaml", None) == URL
        with pytest.raises(ServerError, match="No server runs beside"):
            find_admin(None, None, None)


def test_a_url_that_is_none(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no http URL"):
        find_admin("127.0.0.1:8081", None, None)


def answering(monkeypatch: pytest.MonkeyPatch, status: int, content: bytes) -> None:
    def request(*_: object, **__: object) -> httpx.Response:
        return httpx.Response(status, content=content)

    monkeypatch.setattr(httpx, "request", request)


ASKED = Command(
    name="x.y",
    summary="Ask.",
    params=Nothing,
    result=list[int],
    run="",
    place="mocks",
    route=Route("GET", "/x"),
)


def ask() -> bytes:
    return Remote(lambda: URL).carry_out(ASKED, {})


def test_answers_have_their_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 200, b"[1]")
    assert ask() == b"[1]"
    for status, content in ((404, b"<html>"), (502, b"<html>")):
        answering(monkeypatch, status, content)
        with pytest.raises(ServerError, match="not as a Polymock"):
            ask()


def test_refusals_are_told_with_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = (
        b'{"detail": "no", "hint": "do", "violations": ['
        b'{"location": "a", "message": "x"}, {"location": "b", "message": "y"}]}'
    )
    answering(monkeypatch, 400, problem)
    with pytest.raises(CommandError) as raised:
        ask()
    assert raised.value.message == "no\n  a: x\n  b: y"
    assert raised.value.hint == "do"


def test_nobody_there() -> None:
    with pytest.raises(ServerError, match="Nobody answers"):
        ask()

"""`polymock world` and `polymock sessions`: what they ask a server for, and what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from polymock.cli import main

CLOCK = {"now": "2026-01-31T12:00:00Z", "frozen": True, "offset": 0.0, "session": ""}
SESSION = {"name": "mine", "created": 0.0, "expires": 60.0, "ttl": 60.0, "writes": 2}
SNAPSHOT = {"name": "a", "created": 0.0, "session": "", "entities": 3}
ENTITY = {"collection": "pets", "key": "7", "value": {"id": 7, "tags": ["x"]}, "written": True}
COLLECTION = {
    "name": "pets",
    "key": "id",
    "types": ["shop.Pet"],
    "references": [
        {"property": "ownerId", "collection": "owners", "many": False, "on_delete": "detach"}
    ],
    "strict": False,
    "entities": 3,
}


class Server:
    """An admin API that answers everything in one way, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """In place of httpx's."""
        request = httpx.Request(method, url, params=options["params"])
        body = None if options["content"] is None else json.loads(options["content"])
        path = request.url.raw_path.decode().partition("?")[0]
        query = dict(request.url.params)
        self.asked.append((method, path.removeprefix("/api/v1"), query, body))
        return httpx.Response(200, json=self.answer)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(httpx, "request", made.request)
    return made


def polymock(*arguments: str, text: str | None = None) -> Result:
    options = ["--url", "http://127.0.0.1:1"] if arguments[1] != "bindings" else []
    result = CliRunner().invoke(main, [*arguments, *options], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("arguments", "answer", "asked"),
    [
        ("world collections", [COLLECTION], ("GET", "/world/collections", {}, None)),
        (
            "world collections --session s",
            [COLLECTION],
            ("GET", "/world/collections", {"session": "s"}, None),
        ),
        (
            "world get pets a/b",
            ENTITY,
            ("GET", "/world/collections/pets/entities/a%2Fb", {}, None),
        ),
        (
            "world put pets 7 {} --session s",
            ENTITY,
            ("PUT", "/world/collections/pets/entities/7", {"session": "s"}, {}),
        ),
        (
            "world delete pets 7",
            ENTITY,
            ("DELETE", "/world/collections/pets/entities/7", {}, None),
        ),
        (
            "world reset --session s",
            {"entities": 0, "session": "s"},
            ("POST", "/world/reset", {}, {"session": "s"}),
        ),
        ("world snapshot a", SNAPSHOT, ("POST", "/world/snapshots", {}, {"name": "a"})),
        ("world snapshots", [SNAPSHOT], ("GET", "/world/snapshots", {}, None)),
        ("world restore a", SNAPSHOT, ("POST", "/world/snapshots/a/restore", {}, {})),
        ("world forget a", SNAPSHOT, ("DELETE", "/world/snapshots/a", {}, None)),
        ("world clock", CLOCK, ("GET", "/world/clock", {}, None)),
        ("world set-clock --freeze", CLOCK, ("PUT", "/world/clock", {}, {"freeze": True})),
        (
            "world set-clock --freeze --now 2026-01-31",
            CLOCK,
            ("PUT", "/world/clock", {}, {"freeze": True, "now": "2026-01-31T00:00:00Z"}),
        ),
        (
            "world set-clock --now 2026-01-31T12:00:00+01:00 --session s",
            CLOCK,
            ("PUT", "/world/clock", {}, {"now": "2026-01-31T12:00:00+01:00", "session": "s"}),
        ),
        ("world set-clock --move -30m", CLOCK, ("PUT", "/world/clock", {}, {"move": -1800.0})),
        ("world set-clock --move 2h", CLOCK, ("PUT", "/world/clock", {}, {"move": 7200.0})),
        ("world set-clock --reset", CLOCK, ("PUT", "/world/clock", {}, {"reset": True})),
        ("sessions create", SESSION, ("POST", "/sessions", {}, {})),
        (
            "sessions create mine --ttl 30m",
            SESSION,
            ("POST", "/sessions", {}, {"name": "mine", "ttl": 1800.0}),
        ),
        ("sessions list", [SESSION], ("GET", "/sessions", {}, None)),
        ("sessions reset mine", SESSION, ("POST", "/sessions/mine/reset", {}, {})),
        ("sessions drop mine", SESSION, ("DELETE", "/sessions/mine", {}, None)),
    ],
)
def test_what_a_server_is_asked_for(
    server: Server, arguments: str, answer: Any, asked: tuple[Any, ...]
) -> None:
    server.answer = answer
    result = polymock(*arguments.split())
    assert result.exit_code == 0, result.stderr
    assert result.stdout
    assert server.asked == [asked]
    assert json.loads(polymock(*arguments.split(), "--json").stdout) == answer


def test_lists(server: Server) -> None:
    server.answer = {"items": [ENTITY], "total": 30}
    more = ["--where", "a=1", "--sort", "-id", "--limit", "1", "--offset", "2"]
    result = polymock("world", "list", "pets", *more)
    ((_, path, query, _),) = server.asked
    assert path == "/world/collections/pets/entities"
    assert query == {"where": "a=1", "sort": "-id", "limit": "1", "offset": "2"}
    assert '["x"]' in result.stdout
    assert "1 of 30" in result.stderr


def test_a_value_from_standard_input(server: Server) -> None:
    server.answer = ENTITY
    assert polymock("world", "put", "pets", "7", "-", text='{"name": "Rex"}').exit_code == 0
    assert server.asked[0][3] == {"name": "Rex"}


@pytest.mark.parametrize(
    "arguments",
    [
        "world nothing",
        "world list",
        "world list pets --limit 0",
        "world put pets 7 [1]",
        "world put pets 7 {",
        "world set-clock --now soon",
        "world set-clock --move far",
        "world set-clock --move --30m",
        "sessions create a b",
        "sessions create --ttl 40d",
        "sessions drop",
        "sessions list --config x",
    ],
)
def test_wrong_usage_ends_with_2(server: Server, arguments: str) -> None:
    result = polymock(*arguments.split())
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert server.asked == []


def test_without_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["sessions", "list"])
    assert result.exit_code == 1
    assert "No server runs beside" in result.stderr
    assert "Hint: " in result.stderr


def test_bindings_need_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.yaml").write_text(PETS)
    found = json.loads(polymock("world", "bindings", "pets.yaml", "--json").stdout)
    assert [each["name"] for each in found["collections"]] == ["pets"]
    assert found["collections"][0]["entities"] is None
    assert [each["operation"] for each in found["bindings"]] == ["GET /pets/{petId}"]
    everything = polymock("world", "bindings", "pets.yaml", "--all")
    assert "GET /health" in everything.stdout
    assert "not bound" in everything.stdout


PETS = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
  /health: {get: {responses: {"204": {description: fine}}}}
components:
  schemas:
    Pet:
      type: object
      required: [id, name]
      properties: {id: {type: integer}, name: {type: string}, createdAt: {type: string}}
"""


@pytest.mark.parametrize(
    ("arguments", "answer", "words"),
    [
        ("world delete pets 7", ENTITY, "Deleted 7 of pets. It was:"),
        (
            "world forget a",
            SNAPSHOT,
            "Dropped the snapshot a, of the base world, taken 1970-01-01T00:00:00Z, with 3 "
            "entities.",
        ),
        ("sessions drop mine", SESSION, "Dropped the session mine, with 2 writes."),
    ],
)
def test_what_is_gone_is_told_as_gone(
    server: Server, arguments: str, answer: Any, words: str
) -> None:
    server.answer = answer
    assert polymock(*arguments.split()).stdout.splitlines()[0] == words


def test_instants_are_told_as_rfc_3339_has_them(server: Server) -> None:
    server.answer = [SESSION]
    assert "1970-01-01T00:00:00Z   1970-01-01T00:01:00Z" in polymock("sessions", "list").stdout


def test_bindings_have_headings_and_no_empty_columns(server: Server) -> None:
    server.answer = {"collections": [{**COLLECTION, "entities": None}], "bindings": []}
    lines = polymock("world", "bound").stdout.splitlines()
    assert lines[0] == "Collections"
    assert "" in lines and "Operations" in lines
    assert lines[2].split() == ["collection", "key", "types", "references"]

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from polymock.access.audit import HIDDEN, entry
from polymock.commands.catalog import installed
from polymock.commands.command import Command, Route


class Params(msgspec.Struct):
    name: str = ""
    url: str = ""
    password: str = ""
    api_key: str = ""
    key: str = ""
    pin: Annotated[str | None, Meta(extra={"secret": True})] = None
    code: Annotated[str, Meta(extra={"secret": True})] | None = None
    value: Any = None


def made(path: str = "/things", **params: Any) -> Any:
    command = Command(
        name="things.make",
        summary="",
        params=Params,
        result=None,
        run="a:b",
        place="machine",
        route=Route("POST", path),
    )
    return entry(command, params)


def test_what_was_done_to_what() -> None:
    told = entry(
        installed().find("world.put"),
        {"collection": "pets", "key": "1", "value": {"id": 1, "card": "4111"}, "session": "s"},
    )
    assert (told.type, told.subject) == ("world.put", "pets/1")
    assert told.data == {
        "collection": "pets",
        "key": "1",
        "value": {"members": ["id", "card"]},
        "session": "s",
    }
    told = entry(installed().find("tokens.create"), {"name": "ci", "role": "admin"})
    assert (told.type, told.subject) == ("tokens.create", "ci")
    assert made().subject == ""


@pytest.mark.parametrize("name", ["password", "api_key", "pin", "code"])
def test_secrets_are_hidden(name: str) -> None:
    told = made(path=f"/things/{{{name}}}", **{name: "hunter2"})
    assert told.data == {name: HIDDEN}
    assert told.subject == ""


def test_keys_of_entities_are_no_secrets() -> None:
    assert made(key="7").data == {"key": "7"}


def test_credentials_in_urls_are_hidden() -> None:
    told = made(url="see https://me:hunter2@example.test/a?token=hunter2&b=1 and more")
    assert told.data == {"url": f"see https://example.test/a?{HIDDEN} and more"}


def test_everything_has_a_limit() -> None:
    text = made(value="x" * 100_000).data["value"]
    assert text.endswith("(100000 characters)")
    assert len(text) < 250
    items = made(value=list(range(1000))).data["value"]
    assert (len(items), items[-1]) == (21, "… (1000 items)")
    assert made(value=[[1, 2], {"a": 1}, 3]).data["value"] == ["2 items", {"members": ["a"]}, 3]
    assert len(made(value={f"{n}": n for n in range(1000)}).data["value"]["members"]) == 20
    many = made(**{f"p{n}": n for n in range(1000)})
    assert len(many.data) == 20
    assert len(made(name="x" * 10_000).subject) == 300
    assert len(msgspec.json.encode(made(value=["é" * 10_000] * 1000))) < 20_000


def test_values_of_any_type_can_be_written() -> None:
    told = made(value={1: object()}, name=None, url=object())
    assert msgspec.json.encode(told.data)
    assert told.subject == ""

"""The world of mocks in a test, steered from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from core.test_cli_world import PETS
from polymock.errors import Invalid, NotFound, WorldError
from polymock.testing import Polymock

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
CONFIG = """
mocks: [{spec: pets.yaml}]
world: {collections: {pets: {file: pets.csv}}}
"""


@pytest.fixture
def mock(tmp_path: Path) -> Iterator[Polymock]:
    (tmp_path / "pets.yaml").write_text(PETS)
    (tmp_path / "pets.csv").write_text("id,name\n1,Rex\n2,Tom\n")
    (tmp_path / "polymock.yaml").write_text(CONFIG)
    with Polymock(tmp_path) as made:
        yield made


def name(mock: Polymock, key: int, session: str = "") -> str | None:
    headers = {"X-Polymock-Session": session} if session else {}
    answer = mock.client().get(f"/pets/{key}", headers=headers)
    return answer.json()["name"] if answer.status_code == 200 else None


def test_entities(mock: Polymock) -> None:
    world = mock.world
    assert [item.key for item in world.list("pets").items] == ["1", "2"]
    assert world.list("pets", where=["name=Tom"]).items[0].value["name"] == "Tom"
    assert name(mock, 1) == "Rex"
    world.put("pets", 1, {"name": "Max"})
    assert name(mock, 1) == "Max"
    assert world.get("pets", 1).written
    world.delete("pets", "1")
    assert name(mock, 1) is None
    with pytest.raises(NotFound):
        world.get("pets", 1)
    with pytest.raises(Invalid):
        world.put("pets", 1, {"name": 7.5, "color": "red"})
    with pytest.raises(WorldError):
        world.get("dogs", 1)
    assert world.reset().entities == 2
    assert name(mock, 1) == "Rex"
    assert [each.name for each in world.collections()] == ["pets"]
    assert len(world.bindings(everything=True).bindings) == 2


def test_snapshots(mock: Polymock) -> None:
    world = mock.world
    world.snapshot("a")
    world.delete("pets", 1)
    world.restore("a")
    assert name(mock, 1) == "Rex"
    assert [each.name for each in world.snapshots()] == ["a"]
    world.forget("a")
    assert world.snapshots() == ()


def test_sessions(mock: Polymock) -> None:
    world = mock.world
    world.sessions.create("mine", ttl=60)
    world.put("pets", 1, {"name": "Max"}, session="mine")
    assert (name(mock, 1), name(mock, 1, "mine")) == ("Rex", "Max")
    assert world.list("pets", session="mine").items[0].value["name"] == "Max"
    assert world.sessions.list()[0].writes == 1
    world.sessions.reset("mine")
    assert name(mock, 1, "mine") == "Rex"
    world.sessions.drop("mine")
    assert world.sessions.list() == ()


def test_the_clock(mock: Polymock) -> None:
    clock = mock.world.clock
    assert clock.freeze(NOON).now == "2026-01-31T12:00:00Z"
    assert mock.world.put("pets", 5, {"name": "New"}).written
    assert clock.move(timedelta(hours=1)).now == "2026-01-31T13:00:00Z"
    assert clock.move(-60).now == "2026-01-31T12:59:00Z"
    assert clock.set(NOON).now == clock.now().now
    assert not clock.reset().frozen


def test_commands_run_where_calls_are_answered(mock: Polymock) -> None:
    assert httpx.get(f"{mock.url}/pets/1").json()["name"] == "Rex"
    mock.world.put("pets", 1, {"name": "Max"})
    assert httpx.get(f"{mock.url}/pets/1").json()["name"] == "Max"


def test_mocks_without_a_world(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(PETS)
    (tmp_path / "polymock.yaml").write_text("mocks: [{spec: pets.yaml}]\nworld: {enabled: false}")
    with Polymock(tmp_path) as mock, pytest.raises(WorldError, match="no world"):
        mock.world.collections()

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from polymock.access.tokens import TokenFile
from polymock.commands.catalog import Catalog
from polymock.commands.context import Context
from polymock.commands.execution import carry_out
from polymock.errors import CommandError


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLYMOCK_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state" / "tokens.json"


def run(command: str, context: Context, /, **params: Any) -> Any:
    return carry_out(Catalog().find(command), params, context)


def test_from_first_to_last(state: Path, tmp_path: Path) -> None:
    here = Context(folder=tmp_path)
    created = run("tokens.create", here, name="ci", role="operator", ttl=60)
    assert (created.name, created.role, created.file) == ("ci", "operator", str(state))
    assert TokenFile(state).find(created.token) is not None
    (info,) = run("tokens.list", here)
    assert (info.name, info.role, info.expired) == ("ci", "operator", False)
    assert info.expires == created.expires
    assert created.token not in repr(info)
    assert run("tokens.revoke", here, name="ci").name == "ci"
    assert TokenFile(state).find(created.token) is None
    assert run("tokens.list", here) == ()


def test_the_configs_file(state: Path, tmp_path: Path) -> None:
    (tmp_path / "polymock.yaml").write_text("server: {tokens: mine.json}")
    created = run("tokens.create", Context(folder=tmp_path), name="ci")
    assert created.file == str(tmp_path / "mine.json")
    elsewhere = Context(folder=tmp_path / "state")
    told = run("tokens.list", elsewhere, config=str(tmp_path / "polymock.yaml"))
    assert [info.name for info in told] == ["ci"]
    assert not state.exists()


def test_a_servers_own_file(state: Path, tmp_path: Path) -> None:
    (tmp_path / "polymock.yaml").write_text("server: {tokens: not-this.json}")
    steering: Any = SimpleNamespace(tokens=tmp_path / "its.json")
    created = run("tokens.create", Context(folder=tmp_path, server=steering), name="ci")
    assert created.file == str(tmp_path / "its.json")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"name": ""},
        {"name": "-a"},
        {"name": "a b"},
        {"name": "a\n"},
        {"name": "a/../b"},
        {"name": "x" * 65},
        {"name": "ci", "role": "root"},
        {"name": "ci", "role": "Admin"},
        {"name": "ci", "ttl": 0},
        {"name": "ci", "ttl": -1},
        {"name": "ci", "ttl": "soon"},
        {"name": "ci", "ttl": 1e300},
        {"name": "ci", "token": "mine"},
        {"name": "local", "role": "admin"},
    ],
)
def test_wrong_parameters(state: Path, tmp_path: Path, params: dict[str, Any]) -> None:
    with pytest.raises(CommandError) as refused:
        run("tokens.create", Context(folder=tmp_path), **params)
    assert refused.value.kind == "wrong"
    assert not state.exists()

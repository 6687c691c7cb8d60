from __future__ import annotations

from pathlib import Path

import pytest

from polymock.access.places import find_tokens, policy_of, tokens_of
from polymock.errors import ConfigError
from polymock_schemas.config import ServerConfig

STATE = {"POLYMOCK_STATE_DIR": "/state"}


def test_where_tokens_are(tmp_path: Path) -> None:
    assert tokens_of(ServerConfig(), tmp_path, STATE) == Path("/state/tokens.json")
    assert tokens_of(ServerConfig(tokens="t.json"), tmp_path, STATE) == tmp_path / "t.json"
    assert tokens_of(ServerConfig(tokens="/run/t.json"), tmp_path, STATE) == Path("/run/t.json")


def test_where_the_policy_is(tmp_path: Path) -> None:
    assert policy_of(ServerConfig(), tmp_path) is None
    assert policy_of(ServerConfig(policy="p.csv"), tmp_path) == tmp_path / "p.csv"


def test_whose_tokens_are_meant(tmp_path: Path) -> None:
    assert find_tokens("", tmp_path, STATE) == Path("/state/tokens.json")
    variable = {**STATE, "POLYMOCK_SERVER__TOKENS": "/run/t.json"}
    assert find_tokens("", tmp_path, variable) == Path("/run/t.json")
    (tmp_path / "polymock.yaml").write_text("server: {tokens: t.json}")
    assert find_tokens("", tmp_path, STATE) == tmp_path / "t.json"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.yaml").write_text("mocks: []\nserver: {tokens: o.json}")
    assert find_tokens("other/mine.yaml", tmp_path, STATE) == tmp_path / "other" / "o.json"
    with pytest.raises(ConfigError):
        find_tokens("none.yaml", tmp_path, STATE)

from __future__ import annotations

from pathlib import Path

import pytest

from polymock.access.doors import admin_url, door_notes, is_encrypted, needs_token, urls_of
from polymock.access.tokens import TokenFile
from polymock_schemas.config import ServerConfig, TlsConfig

TLS = TlsConfig(cert="server.pem", key="server.key")


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (ServerConfig(), False),
        (ServerConfig(admin_host="::1"), False),
        (ServerConfig(admin_host="localhost"), False),
        (ServerConfig(admin_auth=True), True),
        (ServerConfig(admin_host="0.0.0.0"), True),
        (ServerConfig(admin_host="::"), True),
        (ServerConfig(admin_host="192.168.1.7"), True),
        (ServerConfig(admin_host="localhost.example.test"), True),
    ],
)
def test_where_a_token_is_needed(server: ServerConfig, expected: bool) -> None:
    assert needs_token(server) is expected


def test_notes(tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / "tokens.json")
    config = Path("/mocks/other.yaml")
    assert not list(door_notes(ServerConfig(), tokens, None))
    (note,) = door_notes(ServerConfig(admin_auth=True), tokens, config)
    assert "`polymock tokens create NAME --role ROLE`" in note
    named = ServerConfig(admin_auth=True, tokens="t.json")
    (note,) = door_notes(named, tokens, config)
    assert "--role ROLE --config /mocks/other.yaml`" in note
    notes = list(door_notes(ServerConfig(admin_host="0.0.0.0"), tokens, None))
    assert len(notes) == 2
    assert "not encrypted" in notes[1]
    encrypted = ServerConfig(admin_host="0.0.0.0", tls=TLS)
    assert len(list(door_notes(encrypted, tokens, None))) == 1
    tokens.create("ci", "viewer")
    assert not list(door_notes(named, tokens, config))
    assert not (tmp_path / "t.json").exists()


def test_where_it_speaks_tls() -> None:
    assert not is_encrypted(ServerConfig(tls=TLS))
    assert not is_encrypted(ServerConfig(admin_host="0.0.0.0"))
    assert is_encrypted(ServerConfig(admin_host="0.0.0.0", tls=TLS))
    assert admin_url(ServerConfig(tls=TLS), "::1", 1) == "http://[::1]:1"
    encrypted = ServerConfig(admin_host="0.0.0.0", tls=TLS)
    assert urls_of(encrypted, "0.0.0.0", 1) == ("https://0.0.0.0:1", "https://127.0.0.1:1")


def test_urls_lead_nowhere_else() -> None:
    assert urls_of(ServerConfig(), "127.0.0.1", 1) == ("http://127.0.0.1:1",)
    assert urls_of(ServerConfig(admin_host="localhost"), "127.0.0.1", 1) == (
        "http://127.0.0.1:1",
        "http://localhost:1",
    )
    assert urls_of(ServerConfig(admin_host="0.0.0.0"), "0.0.0.0", 1) == (
        "http://0.0.0.0:1",
        "http://127.0.0.1:1",
    )
    assert urls_of(ServerConfig(admin_host="::"), "::", 1) == ("http://[::]:1", "http://[::1]:1")

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from polymock.access.tokens import LENGTH, MAX_TOKENS, PREFIX, TokenFile
from polymock.errors import CommandError, ConfigError

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Clock:
    moment = START

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "tokens.json"


@pytest.fixture
def tokens(path: Path) -> TokenFile:
    return TokenFile(path)


def test_a_token_is_found_by_its_text_and_by_no_other(tokens: TokenFile) -> None:
    token, secret = tokens.create("ci", "operator")
    assert secret.startswith(PREFIX)
    assert len(secret) == LENGTH
    assert tokens.find(secret) == token
    for wrong in ("", PREFIX, secret[:-1], secret + "a", secret.upper(), token.digest, "é\ud800"):
        assert tokens.find(wrong) is None


def test_the_file_holds_no_token_and_is_its_owners_alone(tokens: TokenFile, path: Path) -> None:
    _, secret = tokens.create("ci", "viewer")
    assert secret not in path.read_text()
    assert secret[len(PREFIX) :] not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(each.name for each in path.parent.iterdir()) == [
        "tokens.json",
        "tokens.json.lock",
    ]


def test_two_tokens_are_never_the_same(tokens: TokenFile) -> None:
    secrets = {tokens.create(f"t{number}", "viewer")[1] for number in range(20)}
    assert len(secrets) == 20


def test_what_others_write_is_seen_at_once(path: Path) -> None:
    server, terminal = TokenFile(path), TokenFile(path)
    assert server.find("polymock_none") is None
    _, secret = terminal.create("ci", "viewer")
    assert server.find(secret) is not None
    terminal.create("more", "viewer")
    terminal.revoke("ci")
    assert server.find(secret) is None
    path.unlink()
    assert server.all() == ()


def test_time_passes(path: Path) -> None:
    clock = Clock()
    tokens = TokenFile(path, clock)
    token, secret = tokens.create("ci", "viewer", ttl=60)
    assert token.expires == START + timedelta(seconds=60)
    clock.moment = START + timedelta(seconds=59)
    assert tokens.find(secret) is not None
    clock.moment = START + timedelta(seconds=60)
    assert tokens.find(secret) is None
    assert [info.expired for info in tokens.infos()] == [True]
    _, again = tokens.create("ci", "admin")  # the name is free again
    assert tokens.find(secret) is None
    assert tokens.find(again) is not None


def test_names_are_taken_once(tokens: TokenFile) -> None:
    tokens.create("ci", "viewer")
    with pytest.raises(CommandError, match="already") as taken:
        tokens.create("ci", "admin")
    assert taken.value.kind == "taken"
    for name in ("local", "cli", "mcp", "server"):
        with pytest.raises(CommandError, match="can be called"):
            tokens.create(name, "admin")
    with pytest.raises(CommandError, match="no token 'other'") as unknown:
        tokens.revoke("other")
    assert unknown.value.kind == "unknown"


def test_there_is_a_limit(path: Path) -> None:
    path.parent.mkdir()
    one = '{{"name":"t{0}","role":"viewer","digest":"","created":"2026-01-01T00:00:00Z"}}'
    many = ",".join(one.format(number) for number in range(MAX_TOKENS))
    path.write_text(f'{{"version":1,"tokens":[{many}]}}')
    path.chmod(0o600)
    with pytest.raises(CommandError, match="1000 tokens already"):
        TokenFile(path).create("more", "viewer")
    assert TokenFile(path).find("") is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no file of tokens"),
        (b"[]", "no file of tokens"),
        (b'{"tokens": [{"name": "a"}]}', "no file of tokens"),
        (
            b'{"tokens":[{"name":"a","role":"root","digest":"","created":"2026-01-01T00:00:00Z"}]}',
            "no file of tokens",
        ),
        (b"\xff\xfe", "no file of tokens"),
        (b"[" * 100_000, "no file of tokens"),
        (b'{"version": 2}', "newer Polymock"),
        (b" " * 2_000_000, "too large"),
    ],
)
def test_a_wrong_file_lets_nobody_in(path: Path, content: bytes, problem: str) -> None:
    tokens = TokenFile(path)
    _, secret = tokens.create("ci", "viewer")
    assert tokens.find(secret) is not None
    path.write_bytes(content)
    for _ in range(2):  # not the tokens that were known before, either
        with pytest.raises(ConfigError, match=problem):
            tokens.find(secret)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_to_lets_nobody_in(path: Path, mode: int) -> None:
    tokens = TokenFile(path)
    _, secret = tokens.create("ci", "admin")
    path.chmod(mode)
    with pytest.raises(ConfigError, match="Others can write") as refused:
        tokens.find(secret)
    assert "chmod 600" in refused.value.hint


def test_places_that_cannot_be_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no ordinary file"):
        TokenFile(tmp_path).all()
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be used"):
        TokenFile(tmp_path / "file" / "tokens.json").create("ci", "viewer")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "tokens.json"
    link.symlink_to(tmp_path / "there" / "real.json")
    _, secret = TokenFile(link).create("ci", "viewer")
    assert link.is_symlink()
    assert TokenFile(tmp_path / "there" / "real.json").find(secret) is not None


MAKE = """
import sys
from pathlib import Path
from polymock.access.tokens import TokenFile
tokens = TokenFile(Path(sys.argv[1]))
for number in range(10):
    tokens.create(f"{sys.argv[2]}-{number}", "viewer")
    if number % 2:
        tokens.revoke(f"{sys.argv[2]}-{number}")
"""


def test_processes_that_write_at_once_lose_nothing(path: Path) -> None:
    makers = [
        subprocess.Popen([sys.executable, "-c", MAKE, str(path), name]) for name in ("a", "b", "c")
    ]
    reader = TokenFile(path)
    while any(maker.poll() is None for maker in makers):
        reader.all()  # never half a file
    assert [maker.returncode for maker in makers] == [0, 0, 0]
    names = [token.name for token in reader.all()]
    assert names == sorted(f"{maker}-{number}" for maker in "abc" for number in range(0, 10, 2))
    assert not [each for each in path.parent.iterdir() if each.name.endswith(".draft")]


def fastest(ask: Callable[[], object]) -> float:
    def once() -> float:
        began = time.perf_counter()
        ask()
        return time.perf_counter() - began

    return min(once() for _ in range(200))


def test_a_nearly_right_token_takes_no_other_time(tokens: TokenFile) -> None:
    secrets = [tokens.create(f"t{number}", "viewer")[1] for number in range(50)]
    near = fastest(lambda: tokens.find(secrets[0][:-1] + "!"))
    far = fastest(lambda: tokens.find("!" * LENGTH))
    assert near < 3 * far
    assert far < 3 * near


def test_another_users_file_lets_nobody_in(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TokenFile(path).create("ci", "admin")
    os.chown(path, 12345, -1) if os.geteuid() == 0 else monkeypatch.setattr(
        os, "geteuid", lambda: 12345
    )
    with pytest.raises(ConfigError, match="Others can write"):
        TokenFile(path).all()

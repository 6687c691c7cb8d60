from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from polymock.access.keys import announce_key, find_key, new_key

URLS = ("http://0.0.0.0:8081", "http://127.0.0.1:8081")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"POLYMOCK_STATE_DIR": str(tmp_path / "state")}


def test_a_key_is_found_while_its_server_runs(environ: dict[str, str]) -> None:
    key = new_key()
    assert find_key(URLS[0], environ) == ""
    with announce_key(URLS, key, environ=environ):
        assert [find_key(url, environ) for url in URLS] == [key, key]
        for other in (
            "http://127.0.0.1:8082",
            "http://evil.test:8081",
            "http://127.0.0.2:8081",
            "https://127.0.0.1:8081",
            "http://127.0.0.1:99999999",
            "nonsense",
            "",
        ):
            assert find_key(other, environ) == "", other
    assert find_key(URLS[0], environ) == ""


def test_only_its_owner_can_read_it(environ: dict[str, str], tmp_path: Path) -> None:
    with announce_key(URLS, new_key(), environ=environ):
        (file,) = (tmp_path / "state" / "keys").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        os.chown(file, 12345, -1) if os.geteuid() == 0 else None
        if os.geteuid() == 0:
            assert find_key(URLS[0], environ) == ""


def test_a_file_that_is_none(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "state" / "keys" / "8081.json"
    file.parent.mkdir(parents=True)
    for content in ("", "[]", '{"pid": 1, "urls": ["http://0.0.0.0:8081"]}', "[" * 100_000):
        file.write_text(content)
        assert find_key(URLS[0], environ) == ""
    gone = '{"pid": 4194999, "urls": ["http://0.0.0.0:8081"], "key": "k"}'
    file.write_text(gone)
    assert find_key(URLS[0], environ) == ""


def test_a_newer_servers_key_stays(environ: dict[str, str]) -> None:
    with announce_key(URLS, "old", environ=environ):
        with announce_key(URLS, "new", environ=environ):
            assert find_key(URLS[0], environ) == "new"
        assert find_key(URLS[0], environ) == ""


def test_where_nothing_can_be_written_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environ = {"POLYMOCK_STATE_DIR": str(tmp_path / "file")}
    with announce_key(URLS, "key", environ=environ):
        assert find_key(URLS[0], environ) == ""

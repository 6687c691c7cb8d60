from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from polymock.server.serverfile import ServerFile, announce, find_server, path_for

URL = "http://127.0.0.1:8081"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "polymock.duckdb"


def test_a_server_is_found_as_long_as_it_serves(journal: Path) -> None:
    assert find_server(journal) is None
    with announce(journal, URL):
        assert find_server(journal) == ServerFile(os.getpid(), URL)
    assert find_server(journal) is None
    assert list(journal.parent.iterdir()) == []


def test_the_file_goes_when_the_server_fails(journal: Path) -> None:
    with pytest.raises(ZeroDivisionError), announce(journal, URL):
        raise ZeroDivisionError
    assert find_server(journal) is None


def test_journals_of_one_folder_have_servers_of_their_own(journal: Path) -> None:
    other = journal.with_name("other.duckdb")
    with announce(journal, URL), announce(other, "http://127.0.0.1:9"):
        assert find_server(journal) == ServerFile(os.getpid(), URL)
        assert find_server(other) == ServerFile(os.getpid(), "http://127.0.0.1:9")


def test_what_a_killed_server_left_behind_is_no_server(journal: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    path_for(journal).write_bytes(msgspec.json.encode(ServerFile(ended.pid, URL)))
    assert find_server(journal) is None
    with announce(journal, URL):
        assert find_server(journal) == ServerFile(os.getpid(), URL)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "one"}', b"\xff\xfe"])
def test_a_file_that_says_something_else_is_no_server(journal: Path, content: bytes) -> None:
    path_for(journal).write_bytes(content)
    assert find_server(journal) is None

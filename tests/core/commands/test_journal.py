from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from core.instances.doubles import keep, record_of, started
from polymock.commands.local import Target, carry_out
from polymock.commands.offers.logs import SQL
from polymock.errors import CommandError, JournalError, ServerError
from polymock.instances.registry import Registry
from polymock.journal.database import open_journal
from polymock.server.serverfile import path_for


def query(sql: str, journal: Path, limit: int, timeout: float) -> Any:
    params = {"sql": sql, "limit": limit, "timeout": timeout}
    return carry_out(SQL, params, Target(journal=str(journal)), actor="test")


class Admin(HTTPServer):
    """An admin API that answers every question in one way, and remembers the questions."""

    status = 200
    answer: bytes = b""
    asked: list[tuple[str, Any]]


class Handler(BaseHTTPRequestHandler):
    server: Admin

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[Admin]:
    """A server that owns the journal of `tmp_path`."""
    with Admin(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        announce(tmp_path, os.getpid(), server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def announce(folder: Path, pid: int, port: int) -> None:
    told = {"pid": pid, "admin_url": f"http://127.0.0.1:{port}"}
    path_for(folder / "j.duckdb").write_text(json.dumps(told))


def test_a_running_server_is_asked(tmp_path: Path, admin: Admin) -> None:
    admin.answer = (
        b'{"columns":["n"],"types":["INTEGER"],"rows":[[1]],"truncated":false,"elapsed_ms":3}'
    )
    result = query("select 1 as n", tmp_path / "j.duckdb", 10, 2)
    assert (result.columns, result.rows) == (("n",), [[1]])
    asked = {"sql": "select 1 as n", "limit": 10, "timeout": 2.0}
    assert admin.asked == [("/api/v1/logs/sql", asked)]


def test_its_refusals_are_told(tmp_path: Path, admin: Admin) -> None:
    admin.status = 422
    admin.answer = b'{"title": "Refused", "detail": "only a SELECT is allowed", "hint": "read"}'
    with pytest.raises(CommandError, match="only a SELECT is allowed") as raised:
        query("drop table x", tmp_path / "j.duckdb", 10, 2)
    assert raised.value.hint == "read"


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]"])
def test_an_answer_of_something_else_is_told(tmp_path: Path, admin: Admin, answer: bytes) -> None:
    admin.answer = answer
    with pytest.raises(ServerError, match="not as a Polymock"):
        query("select 1", tmp_path / "j.duckdb", 10, 2)


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 + 1], ids=["ours", "none"])
def test_what_a_killed_server_left_is_passed_over(tmp_path: Path, pid: int) -> None:
    announce(tmp_path, pid, 9)
    open_journal(str(tmp_path / "j.duckdb")).close()
    assert query("select 7 as n", tmp_path / "j.duckdb", 10, 2).rows == [[7]]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """An empty one, which the commands use too."""
    monkeypatch.setenv("POLYMOCK_STATE_DIR", str(tmp_path / "state"))
    return Registry.open()


def ask_instance(name: str) -> Any:
    return carry_out(SQL, {"sql": "select 7 as n"}, Target(instance=name), actor="test").rows


def test_an_instance_that_has_ended_is_asked_by_its_journal(
    tmp_path: Path, registry: Registry
) -> None:
    path = tmp_path / "j.duckdb"
    open_journal(str(path)).close()
    panel = replace(started(8080, 9), journal=str(path))
    keep(registry, record_of("pets"), panel)
    assert ask_instance("pets") == [[7]]
    with pytest.raises(ServerError, match="No instance 'shop' runs"):
        ask_instance("shop")
    keep(registry, record_of("mute"), replace(panel, journal=""))
    with pytest.raises(JournalError, match="'mute' has ended, and recorded nothing"):
        ask_instance("mute")
    path.unlink()
    with pytest.raises(JournalError, match="there is no journal at"):
        ask_instance("pets")


def test_an_ended_instances_journal_that_another_server_has_is_asked_there(
    tmp_path: Path, registry: Registry, admin: Admin
) -> None:
    admin.answer = (
        b'{"columns":["n"],"types":["INTEGER"],"rows":[[1]],"truncated":false,"elapsed_ms":3}'
    )
    panel = replace(started(8080, 9), journal=str(tmp_path / "j.duckdb"))
    keep(registry, record_of("pets"), panel)
    assert ask_instance("pets") == [[1]]


def test_a_missing_journal_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"j\.duckdb"):
        query("select 1", tmp_path / "j.duckdb", 10, 2)

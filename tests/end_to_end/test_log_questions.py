"""Questions about exchanges to a running server, over the command line and the admin API, and to
its journal when it has ended."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from end_to_end.servers import Server, polymock, start

SPEC = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [name]}}}}
      responses: {"201": {description: ok}}
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: ok, content: {application/json:
      {schema: {type: object}}}}}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("questions")
    (folder / "pets.yaml").write_text(SPEC)
    (folder / "polymock.yaml").write_text("mocks: [{spec: pets.yaml}]\n")
    started = start(folder)
    with httpx.Client(base_url=started.url) as client:
        for name in ("Rex", "Rex", "Max"):
            client.post("/pets", json={"name": name}).raise_for_status()
        client.get("/pets/1", headers={"X-Polymock-Session": "t1"})
        client.get("/pet/1")
    started.await_rows(5)
    yield started
    started.end()


def run(server: Server, *arguments: str) -> Any:
    """The JSON that a command prints."""
    done = polymock("logs", *arguments, "--json", cwd=server.folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_verify_tells_by_its_exit_code(server: Server) -> None:
    wanted = ("verify", "--path", "/pets", "--contains", '{"name": "Rex"}')
    assert run(server, *wanted, "--times", "2")["holds"] is True
    done = polymock("logs", *wanted, "--times", "3", cwd=server.folder)
    assert done.returncode == 1
    assert done.stdout.startswith("No. It was called twice; wanted: exactly 3 times.")
    done = polymock("logs", "verify", "--times", "-1", cwd=server.folder)
    assert done.returncode == 2


def test_verify_answers_over_the_api(server: Server) -> None:
    address = f"{server.admin_url}/api/v1/logs/verify"
    answer = httpx.post(address, json={"path": "/pets/{petId}", "session": "t1"})
    assert (answer.status_code, answer.json()["holds"]) == (200, True)
    answer = httpx.post(address, json={"times": 1, "never": True})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_unmatched_calls_are_explained(server: Server) -> None:
    (found,) = run(server, "unmatched")["unmatched"]
    assert (found["nearest"], found["calls"]) == ("GET /pets/{petId}", 1)
    assert httpx.get(f"{server.admin_url}/api/v1/logs/unmatched").json()["calls"] == 1


def test_sessions_are_compared(server: Server) -> None:
    told = run(server, "diff", "session:", "session:t1")
    states = {one["operation"]: one["state"] for one in told["operations"]}
    assert states == {"GET /pets/{petId}": "new", "POST /pets": "gone", "": "gone"}


def test_few_calls_are_not_odd(server: Server) -> None:
    told = run(server, "anomalies")
    assert (told["anomalies"], told["calls"] >= 5) == ([], True)


def test_an_export_is_brought_to_where_it_was_asked_for(server: Server) -> None:
    told = polymock("logs", "export", "out.har", "--mock", "pets", cwd=server.folder)
    assert told.returncode == 0, told.stderr
    log = json.loads((server.folder / "out.har").read_bytes())["log"]
    assert len(log["entries"]) >= 5
    again = polymock("logs", "export", "out.har", cwd=server.folder)
    assert (again.returncode, again.stdout) == (1, "")
    assert "there already" in again.stderr


def test_waiting_ends_with_the_next_call(server: Server) -> None:
    address = f"{server.admin_url}/api/v1/logs/tail"
    first = httpx.post(address, json={"limit": 2}).json()
    assert len(first["calls"]) == 2
    timer = threading.Timer(0.5, httpx.get, [f"{server.url}/pets/77"])
    timer.start()
    began = time.monotonic()
    answer = httpx.post(address, json={"after": first["cursor"], "wait": 20}, timeout=25)
    assert [call["path"] for call in answer.json()["calls"]] == ["/pets/77"]
    assert time.monotonic() - began < 15


def test_a_journal_is_asked_when_its_server_has_ended(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(SPEC)
    (tmp_path / "polymock.yaml").write_text("mocks: [{spec: pets.yaml}]\n")
    ended = start(tmp_path)
    httpx.get(f"{ended.url}/pets/1")
    httpx.get(f"{ended.url}/pest/1")
    ended.await_rows(2)
    assert ended.stop() == 0
    assert run(ended, "unmatched")["unmatched"][0]["nearest"] == "GET /pets/{petId}"
    assert run(ended, "verify", "--operation", "GET /pets/{petId}")["count"] == 1
    assert len(run(ended, "tail")["calls"]) == 2
    assert run(ended, "export", "out.parquet")["path"] == str(tmp_path / "out.parquet")

"""The main job, end to end: serve a document, answer, record, survive."""

import json
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from end_to_end.servers import Server, polymock

Serve = Callable[..., Server]

SPEC = """
openapi: 3.1.0
info: {title: Tests, version: "1"}
servers: [{url: http://example.com/v1}]
paths:
  /pets/{petId}:
    parameters:
      - {name: petId, in: path, required: true, schema: {type: integer}}
    get:
      responses:
        "200":
          description: a pet
          content:
            application/json:
              example: {id: 1, name: NAME}
  /pets:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties: {name: {type: string}}
      responses:
        "201": {description: made}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "pets.yaml"
    path.write_text(SPEC.replace("NAME", "Rex"))
    return path


def test_it_answers_records_and_ends(serve: Serve, spec: Path, tmp_path: Path) -> None:
    server = serve("pets.yaml")
    assert "pets  (openapi, 2 operations)  Tests" in server.panel
    assert str(tmp_path / "polymock.duckdb") in server.panel
    assert httpx.get(f"{server.url}/pets/1").json() == {"id": 1, "name": "Rex"}
    assert httpx.get(f"{server.url}/v1/pets/1").status_code == 200
    refused = httpx.post(f"{server.url}/pets", json={"name": 5})
    assert refused.status_code == 422
    assert refused.json()["violations"][0]["location"] == "body/name"
    server.await_rows(3)
    assert server.sql("SELECT operation, status, source FROM requests ORDER BY ts") == [
        ["GET /pets/{petId}", 200, "example"],
        ["GET /pets/{petId}", 200, "example"],
        ["POST /pets", 422, "refusal"],
    ]
    assert server.stop() == 0
    assert not (tmp_path / "polymock.duckdb.server").exists()
    after = polymock("logs", "sql", "SELECT count(*) AS n FROM requests", "--json", cwd=tmp_path)
    assert json.loads(after.stdout) == [{"n": 3}]


def test_sql_from_the_command_line_while_it_runs(serve: Serve, spec: Path, tmp_path: Path) -> None:
    server = serve("pets.yaml")
    httpx.get(f"{server.url}/pets/7")
    server.await_rows(1)
    asked = polymock("logs", "sql", "SELECT path, status FROM requests", "--csv", cwd=tmp_path)
    assert asked.stdout.splitlines() == ["path,status", "/pets/7,200"]
    refused = polymock("logs", "sql", "DROP TABLE requests", cwd=tmp_path)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


def test_health(serve: Serve, spec: Path) -> None:
    server = serve("pets.yaml", "--workers", "2")
    assert httpx.get(f"{server.admin_url}/health/live").json() == {"status": "live"}
    ready = httpx.get(f"{server.admin_url}/health/ready")
    assert (ready.status_code, ready.json()["parts"]["workers"]) == (200, "2 of 2 serve")


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example:80"}, {"origin": "http://evil.example"}]
)
def test_web_pages_do_not_reach_the_admin_api(
    serve: Serve, spec: Path, headers: dict[str, str]
) -> None:
    server = serve("pets.yaml")
    refused = httpx.post(
        f"{server.admin_url}/api/v1/logs/sql", json={"sql": "SELECT 1"}, headers=headers
    )
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"


def test_every_exchange_of_many_callers_is_recorded(serve: Serve, spec: Path) -> None:
    server = serve("pets.yaml", "--workers", "2")

    def call_often(_: int) -> None:
        with httpx.Client(base_url=server.url) as client:
            for _ in range(50):
                assert client.get("/pets/1").status_code == 200

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call_often, range(8)))
    server.await_rows(400)
    assert server.sql("SELECT count(DISTINCT id), count(DISTINCT node) FROM requests") == [[400, 2]]
    assert server.sql("SELECT count(*) FROM journal_gaps") == [[0]]


def test_sigterm_loses_nothing(serve: Serve, spec: Path, tmp_path: Path) -> None:
    server = serve("pets.yaml")
    with httpx.Client(base_url=server.url) as client:
        for _ in range(200):
            client.get("/pets/1")
        assert server.stop() == 0
    after = polymock("logs", "sql", "SELECT count(*) AS n FROM requests", "--json", cwd=tmp_path)
    assert json.loads(after.stdout) == [{"n": 200}]


def test_a_killed_worker_is_back(serve: Serve, spec: Path) -> None:
    server = serve("pets.yaml")
    for _ in range(2):
        server.workers[0].kill()
        end = time.monotonic() + 15
        while True:
            try:
                assert httpx.get(f"{server.url}/pets/1").status_code == 200
                break
            except httpx.TransportError:
                assert time.monotonic() < end, server.output
                time.sleep(0.05)
    told = server.sql("SELECT type, count(*) FROM events WHERE actor LIKE 'pid %' GROUP BY type")
    assert sorted(told) == [["server.started", 1], ["worker.lost", 2]]


def test_what_was_committed_survives_a_kill_of_everything(serve: Serve, spec: Path) -> None:
    server = serve("pets.yaml")
    for _ in range(20):
        httpx.get(f"{server.url}/pets/1")
    server.await_rows(20)
    server.kill()
    again = serve("pets.yaml")
    assert again.sql("SELECT count(*) FROM requests") == [[20]]


def test_workers_end_with_the_control_process(serve: Serve, spec: Path) -> None:
    server = serve("pets.yaml")
    workers = server.workers
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert psutil.wait_procs(workers, 15)[1] == []


def test_a_port_that_another_server_holds(serve: Serve, spec: Path, tmp_path: Path) -> None:
    server = serve("pets.yaml")
    port = server.url.rpartition(":")[2]
    refused = polymock("serve", "pets.yaml", "--port", port, "--admin-port", "0", cwd=tmp_path)
    assert refused.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in refused.stderr
    assert f"pid {server.workers[0].pid}" in refused.stderr


def test_a_journal_that_another_server_holds(serve: Serve, spec: Path, tmp_path: Path) -> None:
    server = serve("pets.yaml")
    refused = polymock("serve", "pets.yaml", "--port", "0", "--admin-port", "0", cwd=tmp_path)
    assert refused.returncode == 1
    assert "polymock.duckdb" in refused.stderr
    assert str(server.process.pid) in refused.stderr


def test_a_broken_spec_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("openapi: 3.1.0\npaths: [")
    refused = polymock("serve", "bad.yaml", "--port", "0", "--admin-port", "0", cwd=tmp_path)
    assert refused.returncode == 1
    assert "bad.yaml" in refused.stderr
    assert "line 3 column 1" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_nothing_is_recorded_without_a_journal(serve: Serve, spec: Path, tmp_path: Path) -> None:
    server = serve("pets.yaml", "--no-journal")
    assert httpx.get(f"{server.url}/pets/1").status_code == 200
    asked = httpx.post(f"{server.admin_url}/api/v1/logs/sql", json={"sql": "SELECT 1"})
    assert asked.status_code == 503
    assert "--no-journal" in asked.json()["hint"]
    assert server.stop() == 0
    assert not (tmp_path / "polymock.duckdb").exists()


def test_reload_serves_the_new_document_and_keeps_the_old_one_when_it_is_broken(
    serve: Serve, spec: Path
) -> None:
    server = serve("pets.yaml", "--reload", "--workers", "2")

    def names() -> set[str]:
        return {httpx.get(f"{server.url}/pets/1").json()["name"] for _ in range(10)}

    spec.write_text(SPEC.replace("NAME", "Fido"))
    server.await_output("serving anew")
    end = time.monotonic() + 10
    while names() != {"Fido"}:
        assert time.monotonic() < end
    spec.write_text("openapi: 3.1.0\npaths: [")
    output = server.await_output("go on being served")
    assert "pets.yaml" in output
    assert names() == {"Fido"}
    spec.write_text(SPEC.replace("NAME", "Bella"))
    end = time.monotonic() + 10
    while names() != {"Bella"}:
        assert time.monotonic() < end, server.output


def test_strict_refuses_warnings(tmp_path: Path, spec: Path) -> None:
    spec.write_text(SPEC.replace("NAME", "Rex").replace("info:", "x-info:"))
    refused = polymock(
        "serve", "pets.yaml", "--strict", "--port", "0", "--admin-port", "0", cwd=tmp_path
    )
    assert refused.returncode == 1
    assert "info" in refused.stderr


def test_several_mocks_under_their_prefixes(serve: Serve, spec: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(SPEC.replace("NAME", "Other"))
    server = serve("pets.yaml", "other.yaml")
    assert httpx.get(f"{server.url}/pets/pets/1").json()["name"] == "Rex"
    assert httpx.get(f"{server.url}/other/pets/1").json()["name"] == "Other"
    nowhere = httpx.get(f"{server.url}/none")
    assert nowhere.status_code == 404
    assert nowhere.headers["content-type"] == "application/problem+json"
    server.await_rows(3)
    assert server.sql("SELECT path FROM requests ORDER BY ts")[0] == ["/pets/pets/1"]


def test_hostile_bytes_get_an_answer_or_a_closed_connection(serve: Serve, spec: Path) -> None:
    server = serve("pets.yaml")
    host, _, port = server.url.removeprefix("http://").partition(":")
    for request in (
        b"GET /pets/%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /pets/1 HTTP/1.1\r\nHost: \xff\xfe<>\r\nConnection: close\r\n\r\n",
        b"POST /pets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: 3\r\nConnection: close\r\n\r\n{\x00}",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
    ):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        assert not answer.startswith(b"HTTP/1.1 5"), (request[:60], answer)
    assert httpx.get(f"{server.url}/pets/1").status_code == 200


def test_a_100_mb_body_is_refused(serve: Serve, spec: Path) -> None:
    server = serve("pets.yaml")
    refused = httpx.post(f"{server.url}/pets", content=b"x" * 100_000_000, timeout=60)
    assert refused.status_code == 413

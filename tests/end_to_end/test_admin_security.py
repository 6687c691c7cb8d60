"""The admin port of a real server: tokens, roles, other hosts and origins, and what is recorded."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from end_to_end.servers import Server, start

SCHEMATHESIS = str(Path(sysconfig.get_path("scripts")) / "schemathesis")
CHECKS = (
    "not_a_server_error,response_schema_conformance,status_code_conformance,"
    "content_type_conformance"
)
PETS = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200":
          description: one
          content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
components:
  schemas:
    Pet: {type: object, required: [id], properties: {id: {type: integer}, name: {type: string}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pets.yaml").write_text(PETS)
    return tmp_path


def configure(folder: Path, server: str) -> None:
    (folder / "polymock.yaml").write_text(f"mocks: [{{spec: pets.yaml}}]\nserver: {{{server}}}\n")


def environment(folder: Path) -> dict[str, str]:
    return {"POLYMOCK_STATE_DIR": str(folder / "state")}


@pytest.fixture
def reachable(folder: Path) -> Iterator[Server]:
    """A server whose admin port all addresses of this machine lead to."""
    configure(folder, "admin_host: 0.0.0.0, admin_hosts: [mocks.test]")
    server = start(folder, environment=environment(folder))
    yield server
    server.end()


def polymock(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "polymock", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment(folder)},
    )


def token(folder: Path, role: str) -> str:
    done = polymock(folder, "tokens", "create", f"the-{role}", "--role", role, "--json")
    assert done.returncode == 0, done.stderr
    made: str = json.loads(done.stdout)["token"]
    return made


def url(server: Server, path: str) -> str:
    return server.admin_url.replace("0.0.0.0", "127.0.0.1") + path


def ask(server: Server, method: str, path: str, secret: str = "", **options: Any) -> httpx.Response:
    headers = dict(options.pop("headers", {}))
    if secret:
        headers["authorization"] = f"Bearer {secret}"
    return httpx.request(method, url(server, path), headers=headers, **options)


def test_roles(folder: Path, reachable: Server) -> None:
    assert "asks for a token, and there is none" in reachable.panel
    assert "not encrypted" in reachable.panel
    assert ask(reachable, "GET", "/api/v1/sessions").status_code == 401
    viewer, operator, admin = (token(folder, role) for role in ("viewer", "operator", "admin"))
    expected = {
        ("GET", "/api/v1/sessions"): (200, 200, 200),
        ("GET", "/api/v1/openapi.json"): (200, 200, 200),
        ("POST", "/api/v1/world/reset"): (403, 200, 200),
        ("GET", "/api/v1/tokens"): (403, 403, 200),
        ("POST", "/api/v1/tokens"): (403, 403, 400),
    }
    for (method, path), statuses in expected.items():
        told = tuple(
            ask(reachable, method, path, secret).status_code for secret in (viewer, operator, admin)
        )
        assert told == statuses, path
    refused = ask(reachable, "POST", "/api/v1/world/reset", viewer)
    assert refused.headers["content-type"] == "application/problem+json"
    assert "operator" in refused.json()["detail"]
    escalation = {"name": "more", "role": "admin"}
    assert ask(reachable, "POST", "/api/v1/tokens", operator, json=escalation).status_code == 403
    made = ask(reachable, "POST", "/api/v1/tokens", admin, json={"name": "new", "role": "viewer"})
    assert made.status_code == 201
    assert ask(reachable, "GET", "/api/v1/sessions", made.json()["token"]).status_code == 200
    assert ask(reachable, "DELETE", "/api/v1/tokens/new", admin).status_code == 200
    assert ask(reachable, "GET", "/api/v1/sessions", made.json()["token"]).status_code == 401
    assert polymock(folder, "tokens", "revoke", "the-viewer").returncode == 0
    assert ask(reachable, "GET", "/api/v1/sessions", viewer).status_code == 401
    rows = ask(
        reachable,
        "POST",
        "/api/v1/logs/sql",
        operator,
        json={"sql": "SELECT type, actor, subject, data FROM events ORDER BY id"},
    ).json()["rows"]
    events = [(row[0], row[1], row[2]) for row in rows]
    assert ("world.reset", "the-operator", "") in events
    assert ("tokens.create", "the-admin", "new") in events
    assert ("tokens.revoke", "the-admin", "new") in events
    assert ("admin.refused", "the-viewer", "world.reset") in events
    assert ("admin.refused", "nobody", "GET /api/v1/sessions") in events
    for secret in (viewer, operator, admin, made.json()["token"]):
        assert secret not in str(rows)
        assert secret not in reachable.output


def test_the_owner_needs_no_token_on_the_same_machine(folder: Path, reachable: Server) -> None:
    done = polymock(folder, "sessions", "list", "--json")
    assert (done.returncode, done.stdout.strip()) == (0, "[]")
    (file,) = (folder / "state" / "keys").iterdir()
    key = json.loads(file.read_bytes())["key"]
    assert ask(reachable, "GET", "/api/v1/tokens", key).status_code == 200
    reachable.stop()
    assert list(file.parent.iterdir()) == []


def test_hosts_and_probes(folder: Path, reachable: Server) -> None:
    viewer = token(folder, "viewer")
    told = {
        host: ask(reachable, "GET", "/api/v1/sessions", viewer, headers={"host": host}).status_code
        for host in ("mocks.test", "10.0.0.1:8081", "localhost", "evil.test", "a@localhost")
    }
    assert told == {
        "mocks.test": 200,
        "10.0.0.1:8081": 200,
        "localhost": 200,
        "evil.test": 403,
        "a@localhost": 400,
    }
    for path in ("/health/live", "/health/ready"):
        assert ask(reachable, "GET", path, headers={"host": "pod.svc"}).status_code == 200
    evil = {"origin": "http://evil.test"}
    assert ask(reachable, "GET", "/api/v1/sessions", viewer, headers=evil).status_code == 403


def test_raw_requests(reachable: Server) -> None:
    """What no client library sends: no path around the door, whatever it looks like."""
    port = int(reachable.admin_url.rpartition(":")[2])

    def status(text: str) -> int:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(text.encode("latin-1"))
            head = connection.recv(4096)
        found = re.match(rb"HTTP/1\.[01] (\d+)", head)
        return int(found[1]) if found else 0

    fields = "Host: localhost\r\nConnection: close\r\n\r\n"
    for path in (
        "//api/v1/sessions",
        "/api/v1/../v1/sessions",
        "/health/live/../../api/v1/sessions",
        "/health/live%2f..%2f..%2fapi/v1/sessions",
        "/%61pi/v1/sessions",
        "/api/v1/sessions%00",
        "/api/v1/sessions?/health/live",
        "http://localhost/api/v1/sessions",
        "http://localhost/health/live/../../api/v1/sessions",
    ):
        assert status(f"GET {path} HTTP/1.1\r\n{fields}") in (400, 401), path
    for method in ("HEAD", "OPTIONS", "TRACE", "CONNECT", "PATCH", "PROPFIND"):
        assert status(f"{method} /api/v1/sessions HTTP/1.1\r\n{fields}") in (400, 401), method
    huge = "X: " + "a" * 50_000 + "\r\n"
    assert status(f"GET /health/live HTTP/1.1\r\n{huge}{fields}") == 431
    assert status("GET /health/live HTTP/1.0\r\n\r\n") == 200
    two = "Host: localhost\r\nHost: evil.test\r\nConnection: close\r\n\r\n"
    assert status(f"GET /api/v1/sessions HTTP/1.1\r\n{two}") == 400
    assert ask(reachable, "GET", "/health/ready").status_code == 200


def test_on_loopback_a_token_is_asked_for_where_the_config_says_so(folder: Path) -> None:
    configure(folder, "admin_auth: true, tokens: mine.json, policy: policy.csv")
    (folder / "policy.csv").write_text("p, viewer, sessions.*, *\n")
    server = start(folder, environment=environment(folder))
    try:
        assert ask(server, "GET", "/api/v1/sessions").status_code == 401
        viewer = token(folder, "viewer")
        assert (folder / "mine.json").exists()
        assert ask(server, "POST", "/api/v1/sessions", viewer).status_code == 201
        assert ask(server, "POST", "/api/v1/world/reset", viewer).status_code == 403
        assert ask(server, "GET", "/api/v1/world/clock", viewer).status_code == 403
    finally:
        server.end()


def test_the_api_is_as_its_document_says(folder: Path, reachable: Server) -> None:
    """An independent reader of OpenAPI asks as an operator, who harms nothing on this machine."""
    operator = token(folder, "operator")
    run = subprocess.run(
        [
            *(SCHEMATHESIS, "run", url(reachable, "/api/v1/openapi.json")),
            *("--header", f"Authorization: Bearer {operator}"),
            *("--phases", "examples,fuzzing", "--max-examples", "3"),
            *("--checks", CHECKS, "--exclude-operation-id", "mocks_call"),
            *("--generation-deterministic", "--suppress-health-check", "all", "--no-color"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the keys")
def test_tls_where_others_can_reach_it(folder: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mocks.test"
    files = "-out server.pem -keyout server.key -addext subjectAltName=DNS:mocks.test"
    subprocess.run([*command.split(), *files.split()], cwd=folder, check=True, capture_output=True)
    configure(folder, "admin_host: 0.0.0.0, tls: {cert: server.pem, key: server.key}")
    server = start(folder, environment=environment(folder))
    try:
        assert server.admin_url.startswith("https://0.0.0.0:")
        assert "not encrypted" not in server.panel
        done = polymock(folder, "sessions", "list", "--json")  # by another name than its own
        assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
        (file,) = (folder / "state" / "keys").iterdir()
        viewer = token(folder, "viewer")
        file.unlink()  # as from another machine
        done = polymock(
            folder, "sessions", "list", "--url", url(server, ""), "--token", viewer, "--json"
        )
        assert done.returncode == 1
        assert "certificate" in done.stderr
        assert "SSL_CERT_FILE" in done.stderr
        context = ssl.create_default_context(cafile=str(folder / "server.pem"))
        context.check_hostname = False
        assert ask(server, "GET", "/api/v1/sessions", viewer, verify=context).status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(url(server, "/health/live").replace("https", "http"))
    finally:
        server.end()


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("policy: policy.csv", "policy.csv, line 1: 'root' is no role"),
        ("policy: none.csv", "none.csv cannot be read"),
        ("tokens: tokens.json", "tokens.json is no file of tokens"),
        ("tokens: open.json", "Others can write to the file of tokens"),
    ],
)
def test_wrong_files_are_told_at_the_start(folder: Path, setting: str, problem: str) -> None:
    (folder / "policy.csv").write_text("p, root, *, viewer\n")
    (folder / "tokens.json").write_text("{")
    (folder / "open.json").write_text("{}")
    (folder / "open.json").chmod(0o666)
    configure(folder, setting)
    done = polymock(folder, "serve", "--port", "0", "--admin-port", "0", "--grpc-port", "0")
    assert done.returncode == 1
    assert problem in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr

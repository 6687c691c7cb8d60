"""Commands on the world of a running server, over the command line and the admin API."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from end_to_end.servers import START_SECONDS, Server, polymock, start

SPEC = """
openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /customers:
    get: {responses: {"200": {description: ok, content: {application/json:
      {schema: {type: array, items: {$ref: "#/components/schemas/Customer"}}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}}
      responses: {"201": {description: ok, content: {application/json:
        {schema: {$ref: "#/components/schemas/Customer"}}}}}
  /customers/{customerId}:
    parameters: [{name: customerId, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: ok, content: {application/json:
      {schema: {$ref: "#/components/schemas/Customer"}}}}, "404": {description: none}}}
    delete: {responses: {"204": {description: gone}}}
  /orders:
    get: {responses: {"200": {description: ok, content: {application/json:
      {schema: {type: array, items: {$ref: "#/components/schemas/Order"}}}}}}}
  /orders/{orderId}:
    parameters: [{name: orderId, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: ok, content: {application/json:
      {schema: {$ref: "#/components/schemas/Order"}}}}, "404": {description: none}}}
  /health: {get: {responses: {"204": {description: fine}}}}
components:
  schemas:
    Customer:
      type: object
      required: [id, name]
      properties:
        id: {type: integer}
        name: {type: string}
        createdAt: {type: string, format: date-time}
    Order:
      type: object
      required: [id, customerId, status]
      properties:
        id: {type: integer}
        customerId: {type: integer}
        status: {type: string, enum: [open, paid]}
        totalCents: {type: integer}
"""
CONFIG = """
mocks: [{spec: orders.yaml}]
world:
  store: STORE
  collections:
    customers: {file: data/customers.json}
    orders: {file: data/orders.csv}
"""
SESSION = "X-Polymock-Session"


def write_files(folder: Path, store: str) -> None:
    (folder / "data").mkdir()
    (folder / "orders.yaml").write_text(SPEC)
    (folder / "polymock.yaml").write_text(CONFIG.replace("STORE", store))
    customers = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]
    (folder / "data/customers.json").write_text(json.dumps(customers))
    (folder / "data/orders.csv").write_text(
        "id,customerId,status,totalCents\n10,1,paid,500\n11,1,open,700\n12,2,open,900\n"
    )


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("commands")
    write_files(folder, request.param)
    workers = ["--workers", "2"] if request.param == "sqlite" else []
    started = start(folder, *workers)
    yield started
    started.end()


@pytest.fixture(autouse=True)
def in_the_beginning(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test did to the world goes with it."""
    yield
    if "server" in request.fixturenames:
        admin = request.getfixturevalue("server").admin_url
        httpx.post(f"{admin}/api/v1/world/reset").raise_for_status()
        httpx.put(f"{admin}/api/v1/world/clock", json={"reset": True}).raise_for_status()
        for session in httpx.get(f"{admin}/api/v1/sessions").json():
            httpx.delete(f"{admin}/api/v1/sessions/{session['name']}").raise_for_status()


def run(server: Server, *arguments: str) -> Any:
    """The JSON that a command prints."""
    done = polymock(*arguments, "--json", cwd=server.folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(server: Server, *arguments: str) -> str:
    """What a command says on standard error that fails."""
    done = polymock(*arguments, cwd=server.folder)
    assert (done.returncode, done.stdout) == (1, ""), done
    return done.stderr


def get(server: Server, path: str, session: str = "") -> Any:
    headers = {SESSION: session} if session else {}
    answer = httpx.get(server.url + path, headers=headers)
    return answer.json() if answer.status_code == 200 else answer.status_code


def test_seeds_are_there_from_the_beginning(server: Server) -> None:
    assert [order["id"] for order in get(server, "/orders")] == [10, 11, 12]
    assert get(server, "/orders/10") == {
        "id": 10,
        "customerId": 1,
        "status": "paid",
        "totalCents": 500,
    }
    made = httpx.post(f"{server.url}/customers", json={"id": 0, "name": "Eve"})
    assert made.status_code == 201
    found = run(server, "world", "collections")
    assert {each["name"]: each["entities"] for each in found} == {"customers": 3, "orders": 3}


def test_bindings_with_and_without_a_server(server: Server) -> None:
    offline = run(server, "world", "bindings")
    online = httpx.get(f"{server.admin_url}/api/v1/world/bindings").json()
    assert offline["bindings"] == online["bindings"]
    roles = {each["operation"]: each["role"] for each in offline["bindings"]}
    assert roles["GET /customers/{customerId}"] == "get"
    assert "GET /health" not in roles
    everything = run(server, "world", "bindings", "--all")["bindings"]
    assert {"GET /health"} <= {each["operation"] for each in everything}
    more = httpx.get(f"{server.admin_url}/api/v1/world/bindings?all=true").json()
    assert more["bindings"] == everything
    (reference,) = online["collections"][1]["references"]
    assert (reference["property"], reference["collection"]) == ("customerId", "customers")
    assert "collection path" in polymock("world", "bindings", cwd=server.folder).stdout


def test_entities_are_listed_shown_put_and_deleted(server: Server) -> None:
    page = run(server, "world", "list", "orders", "--where", "status=open", "--sort", "-id")
    assert [item["key"] for item in page["items"]] == ["12", "11"]
    assert page["total"] == 2
    page = run(server, "world", "list", "orders", "--limit", "1", "--offset", "1")
    assert ([item["key"] for item in page["items"]], page["total"]) == (["11"], 3)
    table = polymock("world", "list", "orders", cwd=server.folder).stdout
    assert "totalCents" in table
    put = run(server, "world", "put", "orders", "10", '{"customer_id": "2", "status": "OPEN"}')
    assert put["value"] == {"id": 10, "customerId": 2, "status": "open"}
    assert get(server, "/orders/10")["customerId"] == 2
    made = run(server, "world", "put", "orders", "99", '{"customerId": 1, "status": "paid"}')
    assert made["written"] is True
    assert [order["id"] for order in get(server, "/orders")] == [10, 11, 12, 99]
    assert run(server, "world", "get", "orders", "99")["value"]["status"] == "paid"
    run(server, "world", "delete", "customers", "1")
    assert get(server, "/customers/1") == 404
    assert get(server, "/orders/99") == 404
    assert [order["id"] for order in get(server, "/orders")] == [10, 12]


def test_a_value_from_standard_input(server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "polymock", "world", "put", "customers", "5", "-", "--json"],
        input='{"name": "Pia"}',
        capture_output=True,
        text=True,
        cwd=server.folder,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout)["value"]["name"] == "Pia"
    assert get(server, "/customers/5")["name"] == "Pia"


def test_what_contracts_refuse_changes_nothing(server: Server) -> None:
    before = get(server, "/orders")
    said = refused(server, "world", "put", "orders", "10", '{"status": "lost", "color": 1}')
    assert "status: 'lost' is none of: open, paid" in said
    assert "color: no contract has this property" in said
    run(server, "world", "delete", "customers", "2")
    value = '{"customerId": 2, "status": "open"}'
    assert "there is no customer '2'" in refused(server, "world", "put", "orders", "10", value)
    assert get(server, "/orders") == before[:2]


def test_a_reset_brings_the_seeds_back(server: Server) -> None:
    run(server, "world", "delete", "orders", "10")
    httpx.post(f"{server.url}/customers", json={"id": 0, "name": "Eve"})
    assert run(server, "world", "reset") == {"entities": 5, "session": ""}
    assert len(get(server, "/orders")) == 3
    assert len(get(server, "/customers")) == 2
    assert "5 entities" in polymock("world", "reset", cwd=server.folder).stdout


def test_snapshots(server: Server) -> None:
    assert run(server, "world", "snapshot", "before")["entities"] == 5
    run(server, "world", "delete", "orders", "10")
    assert [each["name"] for each in run(server, "world", "snapshots")] == ["before"]
    run(server, "world", "restore", "before")
    assert get(server, "/orders/10")["id"] == 10
    run(server, "world", "forget", "before")
    assert run(server, "world", "snapshots") == []
    said = refused(server, "world", "restore", "before")
    assert "There is no snapshot 'before'" in said
    assert "Hint: " in said


def test_the_clock_gives_entities_their_times(server: Server) -> None:
    told = run(server, "world", "set-clock", "--freeze", "--now", "2026-01-31T12:00:00Z")
    assert (told["now"], told["frozen"]) == ("2026-01-31T12:00:00Z", True)
    assert run(server, "world", "set-clock", "--move", "-90m")["now"] == "2026-01-31T10:30:00Z"
    made = httpx.post(f"{server.url}/customers", json={"id": 0, "name": "Eve"}).json()
    assert made["createdAt"] == "2026-01-31T10:30:00Z"
    assert run(server, "world", "set-clock", "--now", "2026-02-01")["now"] == "2026-02-01T00:00:00Z"
    assert run(server, "world", "set-clock", "--reset")["frozen"] is False
    assert run(server, "world", "set-clock", "--freeze")["frozen"] is True


def test_sessions(server: Server) -> None:
    made = run(server, "sessions", "create", "mine", "--ttl", "30m")
    assert (made["name"], made["ttl"]) == ("mine", 1800.0)
    run(server, "world", "delete", "orders", "10", "--session", "mine")
    assert get(server, "/orders/10", "mine") == 404
    assert get(server, "/orders/10")["id"] == 10
    (listed,) = run(server, "sessions", "list")
    assert (listed["name"], listed["writes"]) == ("mine", 1)
    run(server, "world", "snapshot", "of-mine", "--session", "mine")
    run(server, "sessions", "reset", "mine")
    assert get(server, "/orders/10", "mine")["id"] == 10
    run(server, "world", "restore", "of-mine", "--session", "mine")
    assert get(server, "/orders/10", "mine") == 404
    run(server, "world", "reset", "--session", "mine")
    assert get(server, "/orders/10", "mine")["id"] == 10
    run(server, "sessions", "drop", "mine")
    assert run(server, "sessions", "list") == []
    assert "There is no session 'mine'" in refused(server, "sessions", "drop", "mine")
    run(server, "world", "forget", "of-mine")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "world/collections/pets/entities", None, 404, "no collection 'pets'"),
        ("GET", "world/collections/orders/entities/x", None, 404, "no order 'x'"),
        ("GET", "world/collections/orders/entities?limit=0", None, 400, "limit: "),
        ("GET", "world/collections/orders/entities?limt=5", None, 400, "limt"),
        (
            "GET",
            "world/collections/orders/entities?where=a%3Db",
            None,
            400,
            "no property 'a'; known: ",
        ),
        ("GET", "world/collections/orders/entities?sort=color", None, 400, "sort: "),
        ("GET", "world/collections/orders/entities?session=nobody", None, 404, "no session"),
        ("PUT", "world/collections/orders/entities/10", {"status": 7}, 400, "status: "),
        ("PUT", "world/collections/orders/entities/x", {}, 400, "cannot be a key"),
        ("PUT", "world/collections/orders/entities/10", {"id": 11}, 400, "not the entity's key"),
        ("POST", "world/snapshots", {}, 400, "name"),
        ("POST", "world/snapshots", {"name": "a b"}, 400, "no name for a snapshot"),
        ("POST", "world/snapshots/none/restore", None, 404, "no snapshot"),
        ("PUT", "world/clock", {}, 400, "does not say what to do"),
        ("PUT", "world/clock", {"reset": True, "move": 1}, 400, "One thing"),
        ("PUT", "world/clock", {"now": "soon"}, 400, "now: "),
        ("PUT", "world/clock", {"move": 1e300}, 400, "cannot go there"),
        ("PUT", "world/clock", [], 400, "JSON object"),
        ("POST", "sessions", {"name": "a/b"}, 400, "no name for a session"),
        ("POST", "sessions", {"ttl": 0}, 400, "ttl: "),
        ("DELETE", "sessions/nobody", None, 404, "no session"),
        ("GET", "world/nothing", None, 404, ""),
    ],
)
def test_refusals_are_problems_that_name_what_is_wrong(
    server: Server, method: str, path: str, body: object, status: int, words: str
) -> None:
    answer = httpx.request(method, f"{server.admin_url}/api/v1/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_web_pages_do_not_reach_the_world(server: Server) -> None:
    url = f"{server.admin_url}/api/v1/world/reset"
    assert httpx.post(url, headers={"Origin": "https://example.com"}).status_code == 403
    assert httpx.post(url, headers={"Host": "example.com"}).status_code == 403


def test_a_session_that_is_begun_twice(server: Server) -> None:
    url = f"{server.admin_url}/api/v1/sessions"
    assert httpx.post(url, json={"name": "mine"}).status_code == 201
    assert httpx.post(url, json={"name": "mine"}).status_code == 409
    assert httpx.get(f"{url}/mine").json()["name"] == "mine"


def test_while_a_worker_is_replaced_commands_say_so(tmp_path: Path) -> None:
    write_files(tmp_path, "memory")
    server = start(tmp_path)
    url = f"{server.admin_url}/api/v1/world/collections"
    try:
        server.workers[0].kill()
        end, statuses = time.monotonic() + START_SECONDS, set()
        while (answer := httpx.get(url)).status_code != 200:
            statuses.add(answer.status_code)
            assert "application/problem+json" in answer.headers["content-type"]
            assert time.monotonic() < end
            time.sleep(0.02)
        assert statuses <= {503}
        assert {each["entities"] for each in answer.json()} == {2, 3}
    finally:
        server.end()


def test_without_a_journal_a_server_is_found_too(tmp_path: Path) -> None:
    write_files(tmp_path, "memory")
    server = start(tmp_path, "--no-journal")
    try:
        assert len(run(server, "world", "collections")) == 2
        assert len(run(server, "world", "collections", "--url", server.admin_url)) == 2
        assert len(run(server, "world", "collections", "--config", "polymock.yaml")) == 2
        assert "Nobody answers" in refused(
            server, "world", "collections", "--url", "http://127.0.0.1:9"
        )
    finally:
        server.end()
    said = refused(server, "world", "collections")
    assert "No server runs beside" in said
    assert "--url" in said


def test_seeds_of_a_store_that_stays_are_planted_once(tmp_path: Path) -> None:
    write_files(tmp_path, "{type: sqlite, path: world.db}")
    server = start(tmp_path, "--workers", "2")
    run(server, "world", "delete", "orders", "10")
    server.end()
    server = start(tmp_path, "--workers", "2")
    assert get(server, "/orders/10") == 404
    server.end()
    with (tmp_path / "data/orders.csv").open("a") as file:
        file.write("13,2,open,1\n")
    server = start(tmp_path, "--workers", "2")
    try:
        assert [order["id"] for order in get(server, "/orders")] == [10, 11, 12, 13]
    finally:
        server.end()


def test_reload_follows_seeds_and_the_config_but_not_the_store(tmp_path: Path) -> None:
    write_files(tmp_path, "memory")
    server = start(tmp_path, "--reload")
    try:
        (tmp_path / "data/orders.csv").write_text("id,customerId,status\n20,1,open\n")
        end = time.monotonic() + START_SECONDS
        while [order["id"] for order in get(server, "/orders")] != [20]:
            assert time.monotonic() < end, server.output
            time.sleep(0.05)
        (tmp_path / "data/orders.csv").write_text("id,customerId,status\n20,1,lost\n")
        server.await_output("status: 'lost' is none of: open, paid")
        assert [order["id"] for order in get(server, "/orders")] == [20]
        (tmp_path / "data/orders.csv").write_text("id,customerId,status\n21,1,open\n")
        config = CONFIG.replace("STORE", "sqlite").replace("world:", "world:\n  strict: true")
        (tmp_path / "polymock.yaml").write_text(config)
        server.await_output("and of `world.store`, count from the next start on")
        end = time.monotonic() + START_SECONDS
        while get(server, "/customers/77") != 404:
            assert time.monotonic() < end, server.output
            time.sleep(0.05)
    finally:
        server.end()


def test_a_world_that_cannot_begin_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, "memory")
    (tmp_path / "data/orders.csv").write_text("id,customerId,status\n20,9,open\n21,1,lost\n")
    for command in ("check", "serve"):
        done = polymock(command, *(["--port", "0"] if command == "serve" else []), cwd=tmp_path)
        assert done.returncode == 1
        assert "data/orders.csv, line 2: customerId: there is no '9' in customers" in done.stderr
        assert "data/orders.csv, line 3: status: 'lost' is none of: open, paid" in done.stderr


def test_ended_sessions_are_swept(tmp_path: Path) -> None:
    write_files(tmp_path, "{type: sqlite, path: world.db}")
    with (tmp_path / "polymock.yaml").open("a") as file:
        file.write("  session_ttl: 2s\n")
    server = start(tmp_path)
    try:
        run(server, "sessions", "create", "mine")
        httpx.delete(f"{server.url}/customers/1", headers={SESSION: "mine"}).raise_for_status()

        def spaces() -> list[str]:
            with sqlite3.connect(tmp_path / "world.db") as connection:
                found = connection.execute("select distinct space from collections").fetchall()
            return [name for (name,) in found if name.startswith("~")]

        assert len(spaces()) == 1
        end = time.monotonic() + START_SECONDS
        while spaces():
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        server.end()

"""The servers under test: how each is started for a document, and what is particular to it."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from processes import Server, free_port
from sink import start_sink
from workloads import NEW_PET, WORKLOADS

HERE = Path(__file__).resolve().parent
DOCUMENTS = HERE / "documents"
PEERS = HERE / "peers"
STEADY = 8
"""Looks in a row that find nothing new, before all is taken as recorded: some seconds, as what has
large bodies is written in large transactions."""
OBSERVED = "polymock (observed)"
PETSTORE = HERE.parents[1] / "examples" / "petstore" / "openapi.yaml"

Replies = dict[str, tuple[int, dict[str, str], str]]
"""By `METHOD /path`: status, headers, body."""


class Target(msgspec.Struct, frozen=True):
    """A running server under test. `recorded` counts what it has recorded for good, if it can
    tell; `forget` lets it drop that."""

    name: str
    server: Server
    recorded: Callable[[], int] | None = None
    forget: Callable[[], None] | None = None


def start_bare(folder: Path, replies: Replies) -> Target:
    """A Granian ASGI app that sends the same bytes; one worker."""
    port = free_port()
    file = folder / "replies.json"
    file.write_text(json.dumps(replies), encoding="utf-8")
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--workers", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "warning"]
    command += ["--working-dir", str(HERE), "bare_app:app"]
    url = f"http://127.0.0.1:{port}"
    return Target("bare", Server(command, url, folder / "bare.log", {"BARE_REPLIES": str(file)}))


def start_polymock(folder: Path, document: Path = PETSTORE) -> Target:
    """`polymock serve` with one worker, everything recorded."""
    port, admin = free_port(), free_port()
    command = [*polymock_command(), "serve", str(document), "--workers", "1", "--port", str(port)]
    command += ["--admin-port", str(admin), "--grpc-port", "0"]
    command += ["--journal", str(folder / f"journal-{port}.duckdb")]
    server = Server(command, f"http://127.0.0.1:{port}", folder / "polymock.log")
    return Target("polymock", server, lambda: _count(f"http://127.0.0.1:{admin}"))


def start_polymock_observed(folder: Path) -> Target:
    """The same with metrics and a webhook that is told of every request."""
    port, admin = free_port(), free_port()
    hook = {"type": "webhook", "url": f"http://127.0.0.1:{start_sink()}/", "allow_private": True}
    observers = ["prometheus", {**hook, "events": ["request.received"]}]
    config = folder / "observed.json"
    mock = {"spec": str(PETSTORE), "name": "pets"}
    config.write_text(json.dumps({"mocks": [mock], "observers": observers}), encoding="utf-8")
    command = [*polymock_command(), "serve", str(config), "--workers", "1", "--port", str(port)]
    command += ["--admin-port", str(admin), "--grpc-port", "0"]
    command += ["--journal", str(folder / f"journal-{port}.duckdb")]
    server = Server(command, f"http://127.0.0.1:{port}", folder / "observed.log")
    return Target(OBSERVED, server, lambda: _count(f"http://127.0.0.1:{admin}"))


def start_world(folder: Path, name: str, entities: int) -> Target:
    """`polymock serve` over a world of so many entities, in SQLite."""
    port, admin = free_port(), free_port()
    seeds = folder / f"pets-{entities}.jsonl"
    with seeds.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": n + 1, **NEW_PET}) + "\n" for n in range(entities))
    config = folder / f"world-{entities}.json"
    world = {"store": "sqlite", "collections": {"pets": {"file": seeds.name}}}
    mock = {"spec": str(DOCUMENTS / "pets.openapi.yaml"), "name": "pets"}
    config.write_text(json.dumps({"mocks": [mock], "world": world}), encoding="utf-8")
    command = [*polymock_command(), "serve", str(config), "--workers", "1", "--port", str(port)]
    command += ["--admin-port", str(admin), "--journal", str(folder / f"journal-{port}.duckdb")]
    server = Server(command, f"http://127.0.0.1:{port}", folder / f"world-{entities}.log")
    return Target(name, server, lambda: _count(f"http://127.0.0.1:{admin}"))


def start_polymock_graphql(folder: Path) -> Target:
    """The GraphQL document by `polymock serve`."""
    return start_polymock(folder, DOCUMENTS / "pets.graphql")


def start_polymock_grpc(folder: Path, listener: str = "native") -> Target:
    """The .proto by `polymock serve`, as native gRPC by one of its listeners."""
    port, admin = free_port(), free_port()
    config = folder / f"{listener}.json"
    mock = {"spec": str(DOCUMENTS / "pets.proto"), "name": "pets"}
    config.write_text(
        json.dumps({"mocks": [mock], "server": {"grpc_listener": listener}}), encoding="utf-8"
    )
    command = [*polymock_command(), "serve", str(config), "--workers", "1", "--port", "0"]
    command += ["--admin-port", str(admin), "--grpc-port", str(port)]
    command += ["--journal", str(folder / f"journal-{port}.duckdb")]
    name = "polymock" if listener == "native" else f"polymock ({listener})"
    server = Server(command, f"http://127.0.0.1:{port}", folder / f"{listener}.log")
    return Target(name, server, lambda: _count(f"http://127.0.0.1:{admin}"))


def start_polymock_connect(folder: Path) -> Target:
    """The .proto by `polymock serve`, over its HTTP port."""
    target = start_polymock(folder, DOCUMENTS / "pets.proto")
    return msgspec.structs.replace(target, name="polymock (Connect)")


def start_grpc_aio(folder: Path) -> Target:
    """grpc.aio with generated code, in the environment that Polymock runs in."""
    return _start_peer("grpc.aio", [sys.executable, str(PEERS / "grpc_aio.py")], folder)


def start_grpc_js(folder: Path, peers: Path) -> Target:
    """A mock on grpc-js, with the answer written by hand."""
    return _start_peer("grpc-js mock", ["node", str(PEERS / "grpc_js.mjs"), str(peers)], folder)


def start_yoga(folder: Path, peers: Path) -> Target:
    """graphql-yoga over a schema mocked by @graphql-tools/mock."""
    command = ["node", str(PEERS / "yoga.mjs"), str(peers)]
    return _start_peer("yoga", command, folder, "pets.graphql")


def start_strawberry(folder: Path) -> Target:
    """strawberry's Litestar controller on Granian, in the environment that Polymock runs in."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--workers", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "warning"]
    command += ["--working-dir", str(PEERS), "strawberry_app:app"]
    url = f"http://127.0.0.1:{port}"
    return Target("strawberry", Server(command, url, folder / "strawberry.log"))


def _start_peer(
    name: str, command: list[str], folder: Path, document: str = "pets.proto"
) -> Target:
    port = free_port()
    command = [*command, str(DOCUMENTS / document), str(port)]
    return Target(name, Server(command, f"http://127.0.0.1:{port}", folder / f"{name}.log"))


def start_wiremock(folder: Path, peers: Path, replies: Replies) -> Target:
    """WireMock standalone, request journal on as by default, stubs that send the same bytes."""
    port = free_port()
    root = folder / "wiremock"
    (root / "mappings").mkdir(parents=True, exist_ok=True)
    for number, (key, (status, headers, body)) in enumerate(replies.items()):
        stub = _stub(key, status, headers, body)
        (root / "mappings" / f"{number}.json").write_text(json.dumps(stub), encoding="utf-8")
    jar = max(peers.glob("node_modules/wiremock/build/wiremock-standalone-*.jar"))
    command = ["java", "-jar", str(jar), "--port", str(port), "--root-dir", str(root)]
    command += ["--disable-banner"]
    url = f"http://127.0.0.1:{port}"
    return Target(
        "WireMock",
        Server(command, url, folder / "wiremock.log"),
        lambda: int(_post(f"{url}/__admin/requests/count", {"method": "ANY"})["count"]),
        lambda: _delete(f"{url}/__admin/requests"),
    )


def start_prism(folder: Path, peers: Path, document: Path = PETSTORE) -> Target:
    """`prism mock`, static answers, which is its faster way."""
    port = free_port()
    command = [str(peers / "node_modules/.bin/prism"), "mock", str(document), "-p", str(port)]
    return Target("Prism", Server(command, f"http://127.0.0.1:{port}", folder / "prism.log"))


def start_mockoon(folder: Path, peers: Path, document: Path = PETSTORE) -> Target:
    """`mockoon-cli start`; it does not validate requests."""
    port = free_port()
    command = [str(peers / "node_modules/.bin/mockoon-cli"), "start", "--data", str(document)]
    command += ["--port", str(port), "--disable-log-to-file", "--disable-admin-api"]
    return Target("Mockoon", Server(command, f"http://127.0.0.1:{port}", folder / "mockoon.log"))


def installed_peers(peers: Path | None) -> tuple[str, ...]:
    """The names of the peers that can be started from a folder of npm packages."""
    if peers is None:
        return ()
    found = []
    for name, package in (("yoga", "graphql-yoga"), ("grpc-js mock", "@alenon/grpc-mock-server")):
        if (peers / "node_modules" / package).exists():
            found.append(name)
    jars = peers.glob("node_modules/wiremock/build/wiremock-standalone-*.jar")
    if any(jars) and shutil.which("java"):
        found.append("WireMock")
    for name, binary in (("Prism", "prism"), ("Mockoon", "mockoon-cli")):
        if (peers / "node_modules" / ".bin" / binary).exists():
            found.append(name)
    return tuple(found)


def answers_of(target: Target) -> Replies:
    """What a target answers to each workload, headers without those that a server adds itself."""
    replies: Replies = {}
    with httpx.Client(base_url=target.server.url, trust_env=False) as client:
        for workload in WORKLOADS:
            headers = {"Content-Type": "application/json"} if workload.body else {}
            answer = client.request(
                workload.method, workload.path, content=workload.body, headers=headers
            )
            if answer.status_code != workload.status:
                raise RuntimeError(f"{target.name} answers {workload.key} with {answer.text}")
            kept = {n: v for n, v in answer.headers.items() if n not in ("date", "server")}
            replies[workload.key] = (answer.status_code, kept, answer.text)
    return replies


def settled(target: Target) -> int:
    """How much the target has recorded, once that does not grow any more."""
    if target.recorded is None:
        return 0
    count, steady = target.recorded(), 0
    for _ in range(100):
        time.sleep(0.3)
        before, count = count, target.recorded()
        steady = steady + 1 if count == before else 0
        if steady == STEADY:
            break
    return count


def polymock_command() -> list[str]:
    """How `polymock` is called."""
    installed = Path(sys.executable).with_name("polymock")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "polymock"]


def _stub(key: str, status: int, headers: dict[str, str], body: str) -> dict[str, Any]:
    method, path = key.split()
    request: dict[str, Any] = {"method": method, "urlPath": path}
    if method == "POST":
        request["bodyPatterns"] = [{"matchesJsonSchema": _PET, "schemaVersion": "V202012"}]
    kept = {name: value for name, value in headers.items() if name != "content-length"}
    return {"request": request, "response": {"status": status, "headers": kept, "body": body}}


_PET = {
    "type": "object",
    "required": ["name", "species"],
    "properties": {
        **{name: {"type": "string"} for name in NEW_PET},
        "species": {"enum": ["dog", "cat", "rabbit", "parrot"]},
        "tags": {"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 20}},
        "owner": {
            "type": "object",
            "required": ["name", "email"],
            "properties": {"name": {"type": "string"}, "email": {"type": "string"}},
        },
    },
}


def _count(admin: str) -> int:
    answer = _post(f"{admin}/api/v1/logs/sql", {"sql": "select count(*) from requests"})
    return int(answer["rows"][0][0])


def _post(url: str, body: Any) -> dict[str, Any]:
    answer = httpx.post(url, json=body, timeout=60.0, trust_env=False).raise_for_status().json()
    if not isinstance(answer, dict):
        raise RuntimeError(f"{url} answers {answer!r}")
    return answer


def _delete(url: str) -> None:
    httpx.delete(url, timeout=60.0, trust_env=False).raise_for_status()

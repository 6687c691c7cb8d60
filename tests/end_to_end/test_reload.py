"""`--reload`: what is served follows the files, however they are saved."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import grpc
import httpx
import pytest

from end_to_end.clients import ReflectingClient
from end_to_end.servers import Server

Serve = Callable[..., Server]

ROOT = """
openapi: 3.1.0
info: {title: Tests, version: "1"}
paths:
  /name: {$ref: "parts/name.yaml"}
"""
PART = "get: {responses: {'200': {description: a name, content: {application/json: %s}}}}\n"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def put_name(folder: Path, name: str) -> None:
    put(folder / "specs/parts/name.yaml", PART % f"{{example: {name}}}")


@pytest.fixture
def server(serve: Serve, tmp_path: Path) -> Server:
    put(tmp_path / "specs/root.yaml", ROOT)
    put_name(tmp_path, "first")
    put(tmp_path / "polymock.yaml", "mocks: [{spec: specs/root.yaml}]\n")
    return serve("--reload")


def await_name(server: Server, name: str, path: str = "/name") -> None:
    end = time.monotonic() + 15
    while True:
        answer = httpx.get(server.url + path)
        if answer.status_code == 200 and answer.json() == name:
            return
        assert time.monotonic() < end, f"{answer.text}\n{server.output}"
        time.sleep(0.05)


def test_a_file_that_is_referred_to(server: Server, tmp_path: Path) -> None:
    put_name(tmp_path, "written")
    await_name(server, "written")
    part = tmp_path / "specs/parts/name.yaml"
    draft = part.with_suffix(".draft")
    draft.write_text(PART % "{example: renamed}")
    draft.replace(part)
    await_name(server, "renamed")
    part.unlink()
    server.await_output("there is no such file")
    put_name(tmp_path, "back")
    await_name(server, "back")


def test_saves_in_quick_succession_end_with_the_last(server: Server, tmp_path: Path) -> None:
    for number in range(15):
        put_name(tmp_path, f"n{number}")
        time.sleep(0.06)
    await_name(server, "n14")


def test_a_folder_that_is_removed_and_made_again(server: Server, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "specs")
    server.await_output("go on being served")
    assert httpx.get(f"{server.url}/name").json() == "first"
    put(tmp_path / "specs/root.yaml", ROOT)
    put_name(tmp_path, "again")
    await_name(server, "again")


def test_a_config_that_names_a_spec_before_it_is_there(server: Server, tmp_path: Path) -> None:
    put(
        tmp_path / "polymock.yaml",
        "mocks: [{spec: specs/root.yaml}, {spec: other/root.yaml, name: new, at: /new}]\n"
        "server: {port: 1}\n",
    )
    server.await_output("go on being served")
    put(tmp_path / "other/root.yaml", ROOT)
    put(tmp_path / "other/parts/name.yaml", PART % "{example: new}")
    await_name(server, "new", "/new/name")


def test_a_worker_that_finds_no_spec_starts_once_it_is_back(server: Server, tmp_path: Path) -> None:
    spec = tmp_path / "specs/root.yaml"
    aside = spec.rename(tmp_path / "aside.yaml")
    server.await_output("go on being served")
    server.workers[0].kill()
    time.sleep(1)
    assert httpx.get(f"{server.admin_url}/health/ready").status_code == 503
    aside.rename(spec)
    end = time.monotonic() + 20
    while httpx.get(f"{server.admin_url}/health/ready").status_code != 200:
        assert time.monotonic() < end, server.output
        time.sleep(0.1)
    await_name(server, "first")


NOTES = """
syntax = "proto3";
message Note { string id = 1; %s }
service Notes { rpc Get(Note) returns (Note); }
"""
TALLY = """
syntax = "proto3";
message Count { int32 number = 1; }
service Tally { rpc Ask(Count) returns (stream Count); }
"""


def graph_fields(server: Server) -> set[str]:
    answer = httpx.post(
        f"{server.url}/graphql", json={"query": "{ __schema { queryType { fields { name } } } }"}
    )
    return {field["name"] for field in answer.json()["data"]["__schema"]["queryType"]["fields"]}


def await_fields(server: Server, fields: set[str]) -> None:
    end = time.monotonic() + 15
    while graph_fields(server) != fields:
        assert time.monotonic() < end, server.output
        time.sleep(0.05)


def test_sdl(serve: Serve, tmp_path: Path) -> None:
    put(tmp_path / "graph/query.graphql", "type Query { first: Int }")
    server = serve("graph", "--reload")
    assert graph_fields(server) == {"first"}
    put(tmp_path / "graph/query.graphql", "type Query { first: Int, second: Int }")
    await_fields(server, {"first", "second"})
    put(tmp_path / "graph/more.gql", "extend type Query { third: Int }")
    await_fields(server, {"first", "second", "third"})
    put(tmp_path / "graph/more.gql", "extend type Query { third }")
    assert "more.gql:1:27: it is no SDL" in server.await_output("go on being served")
    assert graph_fields(server) == {"first", "second", "third"}
    (tmp_path / "graph/more.gql").unlink()
    await_fields(server, {"first", "second"})


def note(server: Server) -> set[str]:
    """The fields of a note over gRPC, as the server reflects and fills them now."""
    with ReflectingClient(server.listener("grpc")) as client:
        return set(client.call("Notes/Get", {"id": "n1"}))


def await_note(server: Server, fields: set[str]) -> None:
    end = time.monotonic() + 15
    while note(server) != fields:
        assert time.monotonic() < end, server.output
        time.sleep(0.05)


@pytest.mark.parametrize("listener", ["native", "grpcio"])
def test_protos(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: str
) -> None:
    monkeypatch.setenv("POLYMOCK_SERVER__GRPC_LISTENER", listener)
    put(tmp_path / "protos/notes.proto", NOTES % "")
    server = serve("protos", "--grpc-port", "0", "--reload", "--workers", "2")
    assert note(server) == {"id"}
    put(tmp_path / "protos/notes.proto", NOTES % "string text = 2;")
    await_note(server, {"id", "text"})
    put(tmp_path / "protos/notes.proto", NOTES % "Missing text = 2;")
    assert "notes.proto:3:31: protoc: " in server.await_output("go on being served")
    assert note(server) == {"id", "text"}
    put(tmp_path / "protos/notes.proto", NOTES % "string title = 3;")
    await_note(server, {"id", "title"})
    put(tmp_path / "protos/tally.proto", TALLY)
    end = time.monotonic() + 15
    while True:
        try:
            with ReflectingClient(server.listener("grpc")) as client:
                assert len(client.call("Tally/Ask", {})) == 3
                return
        except (KeyError, grpc.RpcError):
            assert time.monotonic() < end, server.output
            time.sleep(0.05)

"""`polymock generate`: projects of the examples and of real documents check, pass and serve."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import yaml

from end_to_end.servers import Server, polymock, start
from polymock.commands import generating as commands
from polymock.commands.context import Context
from polymock.commands.contracts import check_loaded, is_refused
from polymock.config.loading import load
from polymock_schemas.commands import CheckParams
from polymock_schemas.generating import Generated, GenerateParams

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
EXAMPLES = ("petstore", "shop")
DOCUMENTS = (
    *("openapi/adyen-binlookup-v54.json", "openapi/api-with-examples.yaml"),
    *("openapi/link-example.yaml", "openapi/museum.yaml"),
    *("openapi/petstore-separate/spec/swagger.json", "openapi/uspto.yaml"),
    *("graphql/artsy-exchange.graphql", "graphql/swapi.graphql"),
    "proto/library/google/example/library/v1/library.proto",
    "proto/route_guide/routeguide/route_guide.proto",
)
HOSTILE_TEXTS = (
    'x"; rm -rf / # ${HOME} $(id) `id`',
    "a\nb: c\n- d\n{{ .Values.x }} {% raw %}",
    "!!python/object/apply:os.system [id]",
    '"""\nraise SystemExit(1)\n""" | [x](y) <!-- --> </script>',
)


def generate(folder: Path, *specs: str, name: str = "") -> Generated:
    """Make the project `out` in a folder."""
    return commands.generate(Context(), GenerateParams(specs, str(folder / "out"), name=name))


def run_tests(project: Path) -> subprocess.CompletedProcess[str]:
    """The project's own tests, from its folder."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
    )


def assert_sound(project: Path) -> None:
    """Its YAML can be read, `polymock check` finds no error, and its tests pass."""
    for file in (project / "compose.yaml", *(project / "kubernetes").iterdir()):
        assert isinstance(yaml.safe_load(file.read_text()), dict)
    results = check_loaded(load([str(project)], environ={}))
    assert not is_refused(results, CheckParams()), results
    tested = run_tests(project)
    assert tested.returncode == 0, tested.stdout


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_project_of_an_example_is_sound(tmp_path: Path, example: str) -> None:
    source = str(ROOT / "examples" / example)
    ended = polymock("generate", source, "-o", "out", "--json", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert all((tmp_path / "out" / file).is_file() for file in told["files"])
    assert all(mock["calls"] > 0 for mock in told["mocks"])
    assert told["entities"]
    assert_sound(tmp_path / "out")
    assert polymock("check", "out", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_project_of_a_real_document_is_sound(tmp_path: Path, document: str) -> None:
    if not (CORPUS / document).exists():
        pytest.skip(f"{CORPUS / document} is not on this machine")
    (mock,) = generate(tmp_path, str(CORPUS / document)).mocks
    assert mock.calls > 0
    assert_sound(tmp_path / "out")


def served(project: Path) -> Server:
    """The project, on free ports but for those of listeners, which are told to be free too."""
    return start(project, environment={"POLYMOCK_SERVER__GRPC_PORT": "0"})


def contents(project: Path) -> dict[str, bytes]:
    """Every file that is not a server's own."""
    return {
        str(path.relative_to(project)): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and path.parent.name != "state" and path.suffix != ".log"
    }


def test_a_project_serves_writes_to_its_state_alone_and_remembers(tmp_path: Path) -> None:
    generate(tmp_path, str(ROOT / "examples" / "shop"))
    project = tmp_path / "out"
    before = contents(project)
    seeds = json.loads((project / "data" / "products.json").read_text())
    server = served(project)
    try:
        product = httpx.get(f"{server.url}/products/1", headers={"X-API-Key": "any"}).json()
        assert product["name"] == next(each["name"] for each in seeds if str(each["id"]) == "1")
        query = {"query": "{ product(id: 1) { name } }"}
        graph = httpx.post(f"{server.url}/graphql", json=query).json()
        assert graph == {"data": {"product": {"name": product["name"]}}}
        host, port = server.listener("grpc")
        with grpc.insecure_channel(f"{host}:{port}") as channel:
            answer: Any = channel.unary_unary("/shop.v1.Shop/ListProducts")
            assert product["name"].encode() in answer(b"", timeout=10)
        changed = httpx.patch(
            f"{server.url}/products/1",
            json={"name": "Lamp"},
            headers={"X-API-Key": "any", "Content-Type": "application/merge-patch+json"},
        )
        assert changed.status_code == 200
        server.await_rows(4)
    finally:
        server.end()
    assert contents(project) == before
    again = served(project)
    try:
        product = httpx.get(f"{again.url}/products/1", headers={"X-API-Key": "any"}).json()
        assert product["name"] == "Lamp"
    finally:
        again.end()
    assert run_tests(project).returncode == 0


def test_the_health_check_tells_whether_the_server_is_ready(tmp_path: Path) -> None:
    generate(tmp_path, str(ROOT / "examples" / "petstore"))
    project = tmp_path / "out"

    def healthcheck(what: str, admin_url: str) -> int:
        environment = {"POLYMOCK_SERVER__ADMIN_PORT": admin_url.rpartition(":")[2]}
        command = [sys.executable, "healthcheck.py", what]
        ended = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, check=False
        )
        return ended.returncode

    server = served(project)
    try:
        assert healthcheck("ready", server.admin_url) == 0
        assert healthcheck("live", server.admin_url) == 0
        assert healthcheck("nothing", server.admin_url) == 1
    finally:
        server.end()
    assert healthcheck("ready", server.admin_url) == 1


def hostile_document(text: str) -> dict[str, Any]:
    """An OpenAPI document with a text wherever there can be one."""
    pet = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    pet["properties"] = {"id": {"type": "string"}, text: {"type": "string", "examples": [text]}}
    content = {"application/json": {"schema": {"type": "array", "items": pet}, "example": [text]}}
    reply = {"description": text, "content": content}
    return {
        "openapi": "3.1.0",
        "info": {"title": text, "version": text, "description": text},
        "tags": [{"name": text}],
        "paths": {
            "/pets": {"get": {"summary": text, "operationId": text, "responses": {"200": reply}}},
            f"/{text.replace('{', '').replace('}', '').replace('/', '')}": {
                "get": {"responses": {"200": reply}}
            },
        },
    }


def project_of(folder: Path, name: str, text: str) -> Path:
    """The project of a document with a text everywhere, in its name too."""
    specs = folder / 'a "b" $(c) {{ d }}'
    specs.mkdir()
    (specs / f"{name}.json").write_text(json.dumps(hostile_document(text)))
    generate(folder, str(specs / f"{name}.json"), name=text)
    return folder / "out"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of a document whose texts are one plain word."""
    return project_of(tmp_path_factory.mktemp("plain"), "plain", "Plain")


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_texts_of_a_document_are_data_and_nothing_else(
    tmp_path: Path, plain: Path, text: str
) -> None:
    hostile = project_of(tmp_path, "hostile", text)
    assert_sound(hostile)
    for name in ("Dockerfile", "healthcheck.py", ".dockerignore", "requirements.txt"):
        assert (hostile / name).read_text() == (plain / name).read_text()
    for file in ("compose.yaml", "kubernetes/deployment.yaml", "kubernetes/kustomization.yaml"):
        assert shape((hostile / file).read_text()) == shape((plain / file).read_text())
    assert (hostile / "README.md").read_text().count("\n") == (
        (plain / "README.md").read_text().count("\n")
    )


def shape(text: str) -> int:
    """How many nodes a YAML document has."""

    def count(node: Any) -> int:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return 1 + sum(map(count, inner))

    return count(yaml.safe_load(text))


def test_the_generated_python_is_well_formed(tmp_path: Path) -> None:
    generate(tmp_path, str(ROOT / "examples" / "shop"))
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "."],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    example = str(ROOT / "examples" / "petstore")
    refused = polymock("generate", example, "-o", "out", cwd=tmp_path)
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    assert "--force" in refused.stderr
    assert polymock("generate", example, cwd=tmp_path).returncode == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]
    told = polymock("generate", example, "-o", "out", "--force", cwd=tmp_path)
    assert told.returncode == 0
    assert "Serve it: polymock serve out" in told.stdout

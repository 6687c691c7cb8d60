from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.generating.conftest import SHOP, Make
from polymock.config.loading import load
from polymock.errors import ConfigError
from polymock_schemas.generating import Generated

PROTO = """
syntax = "proto3";
package shop;
service Shop { rpc Hello(Text) returns (Text); }
message Text { string text = 1; }
"""
SDL = 'type Query { "x" version: String! }'
CONFIG = """
mocks:
  - {spec: shop.yaml, name: on, auth: [keys], callbacks: false}
server: {port: 0, admin_port: 8080, workers: 2, cors: false, tls: {cert: a.pem, key: a.pem}}
world: {seed: 7, store: memory, collections: {pets: {file: seeds.csv, key: id}}}
auth: {keys: {type: api-key, header: X-Key, keys: {$env: SHOP_KEYS}}}
journal: {bodies: 1KiB, redact: [x-secret]}
"""


def read(folder: Path, name: str) -> Any:
    return yaml.safe_load((folder / "out" / name).read_text())


@pytest.fixture
def project(make: Make) -> Generated:
    return make(shop_yaml=SHOP, graph_graphql=SDL, rpc_proto=PROTO, name="My shop")


def test_every_file_is_there(project: Generated, tmp_path: Path) -> None:
    assert project.name == "my-shop"
    assert set(project.files) == {
        *("polymock.yaml", "polymock.schema.json", "README.md", "Dockerfile", "compose.yaml"),
        *("requirements.txt", "requirements-test.txt", "healthcheck.py", "tests/test_mock.py"),
        *(".dockerignore", ".gitignore", "state/.gitkeep", "data/pets.json"),
        *("specs/shop/shop.yaml", "specs/graph/graph.graphql", "specs/rpc/rpc.proto"),
        *("kubernetes/deployment.yaml", "kubernetes/service.yaml"),
        *("kubernetes/autoscaler.yaml", "kubernetes/kustomization.yaml"),
    }
    assert all((tmp_path / "out" / file).is_file() for file in project.files)


def test_the_config_says_where_each_mock_is(project: Generated, tmp_path: Path) -> None:
    loaded = load([str(tmp_path / "out")], environ={})
    assert [(mock.name, mock.protocol, mock.at) for mock in loaded.config.mocks] == [
        ("shop", "openapi", "/"),
        ("graph", "graphql", "/graphql"),
        ("rpc", "grpc", "/"),
    ]
    text = (tmp_path / "out" / "polymock.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=polymock.schema.json\n")
    assert loaded.config.server.host == "127.0.0.1"


def test_every_mock_is_called(project: Generated) -> None:
    assert [mock.calls for mock in project.mocks] == [2, 1, 2]


def test_seeds_are_what_the_contracts_would_answer(project: Generated, tmp_path: Path) -> None:
    pets = json.loads((tmp_path / "out" / "data" / "pets.json").read_text())
    assert project.entities == {"pets": 5}
    assert [set(pet) for pet in pets] == [{"id", "name"}] * 5
    assert read(tmp_path, "polymock.yaml")["world"]["collections"] == {
        "pets": {"file": "data/pets.json"}
    }


def test_a_world_without_collections_has_no_data(make: Make, tmp_path: Path) -> None:
    assert make(graph_graphql=SDL).entities == {}
    assert not (tmp_path / "out" / "data").exists()
    assert "COPY data" not in (tmp_path / "out" / "Dockerfile").read_text()


def test_compose_has_one_service_that_writes_to_its_volume_alone(
    project: Generated, tmp_path: Path
) -> None:
    compose = read(tmp_path, "compose.yaml")
    service = compose["services"]["my-shop"]
    assert service["read_only"] is True
    assert service["volumes"] == ["state:/app/state"]
    assert service["ports"] == ["127.0.0.1:8080:8080", "127.0.0.1:50051:50051"]
    assert service["healthcheck"]["test"] == ["CMD", "python", "healthcheck.py", "ready"]
    assert compose["volumes"] == {"state": {}}


def test_the_image_is_made_in_stages_and_runs_as_nobody(project: Generated, tmp_path: Path) -> None:
    lines = (tmp_path / "out" / "Dockerfile").read_text().splitlines()
    assert len([line for line in lines if re.match(r"FROM python:3\.\d+-slim", line)]) == 2
    assert "USER 10001:10001" in lines
    assert "EXPOSE 8080 50051" in lines
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert '    CMD ["python", "healthcheck.py", "ready"]' in lines
    assert lines[-1] == 'CMD ["polymock", "serve"]'
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--" not in line]
    needed = {name.rstrip("*") for names in copied for name in names}
    admitted = (tmp_path / "out" / ".dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in needed} == {line for line in admitted if line.startswith("!")}


def test_kubernetes_has_the_right_kinds(project: Generated, tmp_path: Path) -> None:
    kinds = {
        name: (each["apiVersion"], each["kind"])
        for name in ("deployment", "service", "autoscaler", "kustomization")
        for each in [read(tmp_path, f"kubernetes/{name}.yaml")]
    }
    assert kinds == {
        "deployment": ("apps/v1", "Deployment"),
        "service": ("v1", "Service"),
        "autoscaler": ("autoscaling/v2", "HorizontalPodAutoscaler"),
        "kustomization": ("kustomize.config.k8s.io/v1beta1", "Kustomization"),
    }


def test_the_pod_has_few_rights_and_is_asked_from_inside(
    project: Generated, tmp_path: Path
) -> None:
    deployment = read(tmp_path, "kubernetes/deployment.yaml")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["exec"]["command"][:2] == ["python", "healthcheck.py"]
    assert set(container["resources"]) == {"requests", "limits"}
    mounts = {mount["name"] for mount in container["volumeMounts"]}
    assert mounts == {volume["name"] for volume in pod["volumes"]}
    kustomization = read(tmp_path, "kubernetes/kustomization.yaml")
    (settings,) = kustomization["configMapGenerator"]
    assert container["envFrom"] == [{"configMapRef": {"name": settings["name"]}}]
    assert "POLYMOCK_SERVER__HOST=0.0.0.0" in settings["literals"]
    service = read(tmp_path, "kubernetes/service.yaml")
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    ports = {port["targetPort"] for port in service["spec"]["ports"]}
    assert ports == {port["name"] for port in container["ports"]}


def test_what_a_config_says_stays(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEYS", "a-secret")
    monkeypatch.setenv("POLYMOCK_WORLD__SEED", "99")
    seeds = "id,name\n1,Rex\n"
    result = make("polymock.yaml", polymock_yaml=CONFIG, shop_yaml=SHOP, seeds_csv=seeds)
    config = read(tmp_path, "polymock.yaml")
    assert config["mocks"][0] == {
        "spec": "specs/on/shop.yaml",
        "name": "on",
        "protocol": "openapi",
        "at": "/",
        "auth": ["keys"],
        "callbacks": False,
    }
    assert config["server"] == {
        "host": "127.0.0.1",
        "port": 8082,
        "grpc_port": 50051,
        "admin_port": 8080,
        "workers": 2,
        "cors": False,
    }
    assert config["world"] == {
        "seed": 7,
        "store": "memory",
        "collections": {"pets": {"file": "data/pets.csv", "key": "id"}},
    }
    assert config["auth"]["keys"]["keys"] == {"$env": "SHOP_KEYS"}
    assert config["journal"]["redact"] == ["x-secret"]
    assert (tmp_path / "out" / "data" / "pets.csv").read_text() == seeds
    assert any("tls" in note for note in result.notes)


def test_secrets_stay_in_the_environment(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEYS", "a-secret")
    result = make("polymock.yaml", polymock_yaml=CONFIG, shop_yaml=SHOP, seeds_csv="id,name\n")
    for file in result.files:
        assert "a-secret" not in (tmp_path / "out" / file).read_text()
    (service,) = read(tmp_path, "compose.yaml")["services"].values()
    assert service["environment"] == {"SHOP_KEYS": None}
    pod = read(tmp_path, "kubernetes/deployment.yaml")["spec"]["template"]["spec"]
    (variable,) = pod["containers"][0]["env"]
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "out-secrets", "key": "SHOP_KEYS"}
    assert "create secret generic out-secrets" in (tmp_path / "out" / "README.md").read_text()


def test_a_folder_in_use_is_refused_and_nothing_is_written(make: Make, tmp_path: Path) -> None:
    make(shop_yaml=SHOP)
    with pytest.raises(ConfigError, match="is not empty"):
        make(shop_yaml=SHOP)
    (tmp_path / "out" / "mine.txt").write_text("mine")
    (tmp_path / "out" / "README.md").write_text("edited")
    make(shop_yaml=SHOP, force=True)
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
    assert (tmp_path / "out" / "README.md").read_text() != "edited"


def test_the_same_specs_make_the_same_project(make: Make, tmp_path: Path) -> None:
    result = make(shop_yaml=SHOP, graph_graphql=SDL)
    first = {file: (tmp_path / "out" / file).read_bytes() for file in result.files}
    make(shop_yaml=SHOP, graph_graphql=SDL, force=True)
    assert first == {file: (tmp_path / "out" / file).read_bytes() for file in result.files}

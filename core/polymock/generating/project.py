"""A project out of specs: brought together in a folder aside, tried, and put in place whole."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from polymock.app import build_snapshot
from polymock.config.loading import LoadedConfig, listener_port
from polymock.config.settings import ENV_KEY
from polymock.generating.calls import find_calls
from polymock.generating.config_file import SCHEMA_FILE, config_text, for_trial
from polymock.generating.containers import compose, dockerfile, dockerignore, healthcheck
from polymock.generating.facts import CONFIG_FILE, STATE, Facts, HttpCall, MockFacts, RpcCall
from polymock.generating.kubernetes import kubernetes_files
from polymock.generating.names import is_variable
from polymock.generating.packages import requirements, requirements_of_tests
from polymock.generating.readme_file import readme_text
from polymock.generating.seeds import bring_data, write_seeds
from polymock.generating.specs import bring_specs
from polymock.generating.tests_file import FILE as TESTS_FILE
from polymock.generating.tests_file import tests_text
from polymock.generating.texts import text
from polymock.snapshot import Snapshot
from polymock.testing import Polymock
from polymock_schemas.config import Config, JournalConfig, PluginChoice, ServerConfig
from polymock_schemas.published import published_schema

JOURNAL = f"{STATE}/polymock.duckdb"
WORLD = {"type": "sqlite", "path": f"{STATE}/world.db"}
RETAIN = "7d"
FIRST_PORT = 50052
"""For listeners that have no port of their own by the config."""


class Project(NamedTuple):
    """A project whose files are in the stage, and what was decided on the way."""

    facts: Facts
    notes: tuple[str, ...]


def build_project(loaded: LoadedConfig, stage: Path, name: str) -> Project:
    """Write all files of a project into an empty folder.

    Raises SpecError, ConfigError, PluginError where the mocks cannot be served from there.
    """
    mocks = bring_specs(loaded, stage)
    world = bring_data(
        replace(loaded.config.world, store=_store(loaded.config.world.store)), loaded.folder, stage
    )
    config = replace(
        loaded.config,
        mocks=mocks,
        world=world,
        server=_server(loaded.config.server),
        journal=_journal(loaded.config.journal),
    )
    snapshot = _snapshot(config, stage)
    config, listeners = _with_addresses(config, snapshot)
    entities: Mapping[str, int] = {}
    notes = tuple(_notes(loaded.config, snapshot))
    if snapshot.world is not None:
        seeded = write_seeds(config.world, snapshot.world, stage)
        config = replace(config, world=seeded.config)
        entities, notes = seeded.entities, (*notes, *seeded.notes)
    http_calls, rpc_calls = _try(config, stage)
    facts = Facts(
        name=name,
        version=version("polymock"),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        config=config,
        mocks=tuple(_mock_facts(config, snapshot)),
        listeners=listeners,
        variables=tuple(sorted(set(_variables(config)))),
        entities=entities,
        http_calls=http_calls,
        rpc_calls=rpc_calls,
    )
    _write(stage, _files(facts))
    return Project(facts, notes)


def _files(facts: Facts) -> dict[str, str]:
    """The texts of all files but specs and data, by their names in the project."""
    return {
        CONFIG_FILE: config_text(facts.config),
        SCHEMA_FILE: published_schema(SCHEMA_FILE),
        "README.md": readme_text(facts),
        "requirements.txt": requirements(facts.config),
        "requirements-test.txt": requirements_of_tests(),
        TESTS_FILE: tests_text(facts),
        "Dockerfile": dockerfile(facts),
        ".dockerignore": dockerignore(),
        "compose.yaml": compose(facts),
        "healthcheck.py": healthcheck(facts),
        ".gitignore": text("gitignore"),
        f"{STATE}/.gitkeep": "",
        **kubernetes_files(facts),
    }


def _write(stage: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


def _snapshot(config: Config, stage: Path) -> Snapshot:
    return build_snapshot(for_trial(config), stage)


def _try(config: Config, stage: Path) -> tuple[tuple[HttpCall, ...], tuple[RpcCall, ...]]:
    """Serve the project in this process, and look for calls that succeed."""
    snapshot = _snapshot(config, stage)
    (stage / CONFIG_FILE).write_text(config_text(for_trial(config)), "utf-8")
    with Polymock(stage) as served:
        return find_calls(served, snapshot)


def _store(choice: PluginChoice) -> PluginChoice:
    """Where the world is kept: a file of SQLite in the project, where nothing else is chosen."""
    settings = {"type": choice} if isinstance(choice, str) else choice
    return {**settings, **WORLD} if settings["type"] == WORLD["type"] else choice


def _server(server: ServerConfig) -> ServerConfig:
    """Fixed ports on this machine, without TLS: private keys are not copied."""
    default = ServerConfig()
    taken = [server.port, server.admin_port]
    return replace(
        server,
        host=default.host,
        port=server.port or _free(default.port, taken),
        grpc_port=server.grpc_port or default.grpc_port,
        admin_host=default.admin_host,
        admin_port=server.admin_port or _free(default.admin_port, taken),
        tls=None,
    )


def _free(port: int, taken: Sequence[int]) -> int:
    return port + 2 if port in taken else port


def _journal(journal: JournalConfig) -> JournalConfig:
    return replace(journal, path=JOURNAL, retain=journal.retain or RETAIN)


def _with_addresses(config: Config, snapshot: Snapshot) -> tuple[Config, dict[str, int]]:
    """The config with each mock's prefix and each listener's port; those ports by protocol."""
    mocks = tuple(
        replace(mock, at=served.prefix or "/")
        for mock, served in zip(config.mocks, snapshot.mocks, strict=True)
    )
    listeners: dict[str, int] = {}
    ports = dict(config.server.ports)
    for number, protocol in enumerate(snapshot.listeners):
        port = listener_port(config.server, protocol)
        if not port:
            port = ports[protocol] = FIRST_PORT + number
        listeners[protocol] = port
    return replace(config, mocks=mocks, server=replace(config.server, ports=ports)), listeners


def _mock_facts(config: Config, snapshot: Snapshot) -> Iterator[MockFacts]:
    for mock, served in zip(config.mocks, snapshot.mocks, strict=True):
        yield MockFacts(
            name=served.name,
            protocol=served.contract.protocol,
            title=served.contract.title,
            spec=mock.spec,
            at=mock.at or "/",
            operations=len(served.contract.operations),
        )


def _notes(config: Config, snapshot: Snapshot) -> Iterator[str]:
    yield from snapshot.notes
    if config.server.tls is not None:
        yield "server.tls was left out, as private keys are not copied."


def _variables(config: Config) -> Iterator[str]:
    """The environment variables that settings of plugins refer to."""
    waiting: list[Any] = [config.auth, config.world.store, *(each.options for each in config.mocks)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            name = value.get(ENV_KEY)
            if isinstance(name, str) and is_variable(name):
                yield name
            waiting.extend(value.values())
        elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
            waiting.extend(value)

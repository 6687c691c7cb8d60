"""polymock.yaml of a project."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from polymock.generating.yaml_text import Path, to_yaml
from polymock_schemas.config import Config, MockConfig

SCHEMA_FILE = "polymock.schema.json"
HEAD = f"yaml-language-server: $schema={SCHEMA_FILE}"
COMMENTS: dict[Path, str] = {
    ("mocks",): "What is served: each spec at its HTTP prefix.",
    ("server",): "In a container POLYMOCK_SERVER__HOST opens the ports to others.",
    ("server", "admin_port"): "Health, the journal in SQL, the world: for this machine alone.",
    ("world",): "What answers are made from: the same seed gives the same answers.",
    ("world", "store"): "What was written stays here when the server ends.",
    ("world", "collections"): "Entities to begin with; an edited file counts from the next start.",
    ("auth",): "Who may call; $env names an environment variable.",
    ("journal",): "Every exchange, for `polymock logs sql`.",
}


def config_text(config: Config) -> str:
    """A config as a file: what it must say, and what differs from the defaults."""
    mocks = [_differing(mock, ("spec", "name", "protocol", "at")) for mock in config.mocks]
    document: dict[str, Any] = {
        "mocks": mocks,
        "server": _differing(config.server, ("host", "port", "grpc_port", "admin_port", "workers")),
        "world": _differing(config.world, ("seed", "store")),
        "auth": dict(config.auth),
        "journal": _differing(config.journal, ("path", "bodies", "retain")),
    }
    document |= {
        name: value for name, value in _differing(config, ()).items() if name not in document
    }
    return to_yaml({key: value for key, value in document.items() if value}, COMMENTS, HEAD)


def for_trial(config: Config) -> Config:
    """The config for calls that are only tried: nothing is kept, and nobody is called back."""
    mocks: list[MockConfig] = [
        msgspec.structs.replace(mock, callbacks=False) for mock in config.mocks
    ]
    world = msgspec.structs.replace(config.world, store="memory")
    return msgspec.structs.replace(config, mocks=tuple(mocks), world=world)


def _differing(struct: msgspec.Struct, always: Collection[str]) -> dict[str, Any]:
    """The keys of a struct that are not as they would be anyway; those of `always` first."""
    usual = {field.name: _default(field) for field in msgspec.structs.fields(struct)}
    told: dict[str, Any] = {}
    for name in (*always, *(name for name in usual if name not in always)):
        value = getattr(struct, name)
        if name in always or value != usual[name]:
            told[name] = _plain(value)
    return {name: value for name, value in told.items() if value is not None}


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _plain(value: Any) -> Any:
    """A setting as it is written: of structs inside it what differs from the defaults."""
    if isinstance(value, msgspec.Struct):
        return _differing(value, ())
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return msgspec.to_builtins(value)

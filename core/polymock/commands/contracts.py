"""Checking contracts without serving them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from polymock.commands.context import Context
from polymock.config.certificates import find_certificates
from polymock.config.loading import LoadedConfig, Overrides, load
from polymock.contracts import compile_mock, find_protocol
from polymock.errors import SpecError
from polymock.interfaces import Worldly
from polymock.observing.building import check_observers
from polymock.plugins import guarded
from polymock.storage import build_storage
from polymock.strategies import build_strategies
from polymock.world.entities import Inference
from polymock.world.inferring import mock_names
from polymock.world.model import build_model
from polymock.world.seeds import read_seeds
from polymock_schemas.commands import CheckParams, CheckResult, Fault, Nothing
from polymock_schemas.config import MockConfig
from polymock_schemas.published import published_schema


def check(context: Context, params: CheckParams) -> tuple[CheckResult, ...]:
    """What is wrong with what a config or specs say. Raises ConfigError, PluginError."""
    overrides = Overrides(allow_private=params.allow_private)
    return check_loaded(load(params.specs, overrides, directory=context.folder))


def check_loaded(loaded: LoadedConfig) -> tuple[CheckResult, ...]:
    """What is wrong with each mock's contract, every operation compiled and sampled.

    A contract that cannot be compiled is a result with errors; a broken plugin raises PluginError,
    and an auth strategy or observer with wrong settings, a wrong file of `server.tls`, or what the
    config says of the world and its seeds, ConfigError. Environment variables need not be set.
    """
    environment = _Environment(os.environ)
    build_strategies(loaded.config, environment)
    build_storage(loaded.config.world.store, environment)
    check_observers(loaded.config.observers, environment)
    if loaded.config.server.tls is not None:
        find_certificates(loaded.config.server.tls, loaded.folder)
    seed = loaded.config.world.seed
    inferences: list[Inference | None] = []
    results = tuple(
        _check_mock(mock, loaded.folder, seed, inferences) for mock in loaded.config.mocks
    )
    _check_world(loaded, inferences)
    return results


def config_schema(_context: Context, _params: Nothing) -> dict[str, Any]:
    """The published JSON Schema of polymock.yaml, for editors."""
    schema: dict[str, Any] = msgspec.json.decode(published_schema("polymock.schema.json"))
    return schema


def is_refused(results: Sequence[CheckResult], params: CheckParams) -> bool:
    """Whether a contract has an error, or, where it is strict, as much as a warning."""
    levels = {"error", "warning"} if params.strict else {"error"}
    return any(fault.level in levels for result in results for fault in result.faults)


class _Environment(dict[str, str]):
    """The environment, in which every variable is set."""

    def __missing__(self, name: str) -> str:
        return name

    def get(self, name: str, default: Any = None) -> Any:
        """The variable, or its own name."""
        return self[name]


def _check_world(loaded: LoadedConfig, inferences: Sequence[Inference | None]) -> None:
    """Put the world together, and read its seeds. Raises ConfigError.

    Nothing can be said of it where a contract is missing.
    """
    config = loaded.config
    if not config.world.enabled or len(inferences) < len(config.mocks):
        return
    known = {
        name: inference
        for name, inference in zip(mock_names(config), inferences, strict=True)
        if inference is not None
    }
    read_seeds(config.world, loaded.folder, build_model(known, config.world))


def _check_mock(
    mock: MockConfig, folder: Path, seed: int, inferences: list[Inference | None]
) -> CheckResult:
    """What is wrong with one contract; what it says of the world is added to `inferences`."""
    protocol = mock.protocol or ""
    try:
        protocol = find_protocol(mock, folder)
        _, contract = compile_mock(replace(mock, protocol=protocol), folder, seed)
        with guarded(f"The protocol plugin {protocol!r} failed on {mock.spec}"):
            faults = tuple(contract.problems())
            inferences.append(contract.inference if isinstance(contract, Worldly) else None)
    except SpecError as error:
        whole = Fault("error", mock.spec, "", error.message, error.hint)
        return CheckResult(mock.spec, protocol, 0, error.faults or (whole,))
    return CheckResult(mock.spec, protocol, len(contract.operations), faults)

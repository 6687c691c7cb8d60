"""Checking contracts without serving them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from polymock.config.certificates import find_certificates
from polymock.config.loading import LoadedConfig
from polymock.contracts import compile_mock, find_protocol
from polymock.errors import SpecError
from polymock.plugins import guarded
from polymock.strategies import build_strategies
from polymock_schemas.commands import CheckResult, Fault
from polymock_schemas.config import MockConfig
from polymock_schemas.published import published_schema


def check(loaded: LoadedConfig) -> tuple[CheckResult, ...]:
    """What is wrong with each mock's contract, every operation compiled and sampled.

    A contract that cannot be compiled is a result with errors; a broken plugin raises PluginError,
    and an auth strategy with wrong settings, or a wrong file of `server.tls`, ConfigError.
    Environment variables need not be set.
    """
    build_strategies(loaded.config, _Environment(os.environ))
    if loaded.config.server.tls is not None:
        find_certificates(loaded.config.server.tls, loaded.folder)
    seed = loaded.config.world.seed
    return tuple(_check_mock(mock, loaded.folder, seed) for mock in loaded.config.mocks)


def config_schema() -> str:
    """The published JSON Schema of polymock.yaml, for editors."""
    return published_schema("polymock.schema.json")


def is_refused(results: Sequence[CheckResult], *, strict: bool) -> bool:
    """Whether a contract has an error, or, with `strict`, as much as a warning."""
    levels = {"error", "warning"} if strict else {"error"}
    return any(fault.level in levels for result in results for fault in result.faults)


class _Environment(dict[str, str]):
    """The environment, in which every variable is set."""

    def __missing__(self, name: str) -> str:
        return name

    def get(self, name: str, default: Any = None) -> Any:
        """The variable, or its own name."""
        return self[name]


def _check_mock(mock: MockConfig, folder: Path, seed: int) -> CheckResult:
    protocol = mock.protocol or ""
    try:
        protocol = find_protocol(mock, folder)
        _, contract = compile_mock(replace(mock, protocol=protocol), folder, seed)
        with guarded(f"The protocol plugin {protocol!r} failed on {mock.spec}"):
            faults = tuple(contract.problems())
    except SpecError as error:
        whole = Fault("error", mock.spec, "", error.message, error.hint)
        return CheckResult(mock.spec, protocol, 0, error.faults or (whole,))
    return CheckResult(mock.spec, protocol, len(contract.operations), faults)

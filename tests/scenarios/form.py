"""The form of a scenario file: what README.md beside this file tells, as structs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import ryaml
from msgspec import UNSET, UnsetType

from polymock_schemas.calls import Source


class Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One part of a multipart body. `base64` takes the place of `text` for bytes."""

    name: str
    text: str = ""
    base64: str = ""
    filename: str | None = None
    type: str | None = None


class Expected(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is expected of an answer, and of the exchange as it was recorded.

    In `headers` a table is a JSON Schema for the value, a list all values of a repeated field, and
    null says that there is no such field.
    """

    status: int | str
    headers: Mapping[str, str | list[str] | dict[str, Any] | None] = {}
    json: Any = UNSET
    subset: Any = UNSET
    schema: dict[str, Any] | UnsetType = UNSET
    valid: bool = False
    text: str | UnsetType = UNSET
    mentions: tuple[str, ...] = ()
    base64: str | UnsetType = UNSET
    same_as: str = ""
    differs_from: str = ""
    source: Source | UnsetType = UNSET
    operation: str | UnsetType = UNSET
    principal: str | UnsetType = UNSET
    violations: tuple[str, ...] | UnsetType = UNSET


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One call and the answer to it. At most one of the bodies is given."""

    call: str
    expect: Expected
    name: str = ""
    headers: Mapping[str, str | list[str]] = {}
    json: Any = UNSET
    form: Mapping[str, str | list[str]] | UnsetType = UNSET
    multipart: tuple[Part, ...] | UnsetType = UNSET
    text: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET

    @property
    def title(self) -> str:
        """What a report calls the step."""
        return f"{self.call} ({self.name})" if self.name else self.call


class Scenario(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A contract, and steps that are taken one after the other against one mock of it.

    `contract` is the document, or its path from the scenario's file. `files` are written beside
    it, by name. `mock` adds settings to the mock in the config, `config` sections beside it.
    `warnings` are words that stand in what `polymock check` says of the contract.
    """

    about: str
    steps: tuple[Step, ...]
    contract: dict[str, Any] | str = ""
    files: Mapping[str, Any] = {}
    mock: Mapping[str, Any] = {}
    config: Mapping[str, Any] = {}
    warnings: tuple[str, ...] | UnsetType = UNSET


def read_scenario(file: Path) -> Scenario:
    """Read a scenario's file; what is wrong with its form is an error that names the place."""
    try:
        return msgspec.convert(ryaml.loads(file.read_text("utf-8")), Scenario)
    except (ryaml.InvalidYamlError, msgspec.ValidationError) as error:
        raise ValueError(f"{file}: {error}") from error


class Installed(msgspec.Struct, frozen=True):
    """Where a scenario's config and contract are; several mocks have no one contract."""

    config: Path
    contract: Path


def install(scenario: Scenario, file: Path, folder: Path) -> Installed:
    """Write the scenario's config and documents to a folder."""
    config = dict(scenario.config)
    contract = folder / "contract.json"
    if isinstance(scenario.contract, dict):
        _write(contract, scenario.contract)
    else:
        contract = (file.parent / scenario.contract).resolve()
    config.setdefault("mocks", [{"spec": str(contract), "name": "mock", **scenario.mock}])
    for name, content in scenario.files.items():
        _write(folder / name, content)
    _write(folder / "polymock.json", config)
    return Installed(folder / "polymock.json", contract)


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else msgspec.json.encode(content).decode()
    path.write_text(text, "utf-8")

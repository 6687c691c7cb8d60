"""The form of a scenario file: what README.md beside this file tells, as structs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import ryaml
from msgspec import UNSET, UnsetType

from polymock_schemas.calls import Exchange, Source

Fields = Mapping[str, str | list[str] | dict[str, Any] | None]
"""What is expected of header fields, by name."""


class Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One part of a multipart body. `base64` takes the place of `text` for bytes."""

    name: str
    text: str = ""
    base64: str = ""
    filename: str | None = None
    type: str | None = None


class Expected(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is expected of an answer, and of the exchange as it was recorded.

    In `headers` and `trailers` a table is a JSON Schema for the value, a list all values of a
    repeated field, and null says that there is no such field.
    """

    status: int | str
    headers: Fields = {}
    trailers: Fields = {}
    json: Any = UNSET
    subset: Any = UNSET
    schema: dict[str, Any] | UnsetType = UNSET
    places: Mapping[str, dict[str, Any]] = {}
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
    recorded: Mapping[str, Any] = {}

    def __post_init__(self) -> None:
        unknown = self.recorded.keys() - set(Exchange.__struct_fields__)
        if unknown:
            raise ValueError(f"nothing is recorded as {', '.join(sorted(unknown))}")


class Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One line of a dialogue over a WebSocket; text stands for itself, anything else for its JSON.

    `send` is what the client says, `receive` what it hears next (which may have more properties),
    and `closed` the code with which the server closes. Exactly one is given.
    """

    send: Any = UNSET
    receive: Any = UNSET
    closed: int | UnsetType = UNSET

    def __post_init__(self) -> None:
        if [self.send, self.receive, self.closed].count(UNSET) != 2:
            raise ValueError("a line has one of `send`, `receive` and `closed`")


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One call and the answer to it. At most one of the bodies is given.

    A `call` of two words is a method and an address over HTTP, or over a WebSocket if the method
    is `WS`; of one word it is a method of a service, called over native gRPC.
    """

    expect: Expected
    call: str = "POST /graphql"
    name: str = ""
    headers: Mapping[str, str | list[str]] = {}
    json: Any = UNSET
    form: Mapping[str, str | list[str]] | UnsetType = UNSET
    multipart: tuple[Part, ...] | UnsetType = UNSET
    text: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET
    graphql: str | UnsetType = UNSET
    variables: Mapping[str, Any] = {}
    messages: tuple[Any, ...] | UnsetType = UNSET
    deadline: float | None = None
    dialogue: tuple[Line, ...] = ()

    @property
    def title(self) -> str:
        """What a report calls the step."""
        if self.graphql is not UNSET and not self.name:
            return " ".join(self.graphql.split())
        return f"{self.call} ({self.name})" if self.name else self.call

    @property
    def wire(self) -> Literal["http", "websocket", "grpc"]:
        """How the call travels."""
        method, space, _ = self.call.partition(" ")
        if not space:
            return "grpc"
        return "websocket" if method == "WS" else "http"


class Scenario(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A contract, and steps that are taken one after the other against one mock of it.

    `contract` is the document, the name of one of `files` (or of a folder of them), or a path from
    the scenario's file. `files` are written beside it, by name. `mock` adds settings to the mock in
    the config, `config` sections beside it. `warnings` are words that stand in what
    `polymock check` says of the contract.
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


def install(scenario: Scenario, file: Path, folder: Path, listener: str = "") -> Installed:
    """Write the scenario's config and documents to a folder.

    `listener` is who serves gRPC natively, where the scenario does not say so itself.
    """
    config = dict(scenario.config)
    for name, content in scenario.files.items():
        _write(folder / name, content)
    contract = folder / "contract.json"
    if isinstance(scenario.contract, dict):
        _write(contract, scenario.contract)
    elif scenario.contract and (folder / scenario.contract).exists():
        contract = folder / scenario.contract
    else:
        contract = (file.parent / scenario.contract).resolve()
    config.setdefault("mocks", [{"spec": str(contract), "name": "mock", **scenario.mock}])
    if listener:
        config["server"] = {"grpc_listener": listener, **config.get("server", {})}
    _write(folder / "polymock.json", config)
    return Installed(folder / "polymock.json", contract)


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else msgspec.json.encode(content).decode()
    path.write_text(text, "utf-8")

"""What is known of a project when its files are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from polymock_schemas.config import Config

CONFIG_FILE = "polymock.yaml"
SPECS = "specs"
DATA = "data"
STATE = "state"
"""The one folder that a server writes to."""


class HttpCall(msgspec.Struct, frozen=True):
    """A call over HTTP that succeeds. `path` begins with the mock's prefix and has the query."""

    mock: str
    operation: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: str | None
    status: int


class RpcCall(msgspec.Struct, frozen=True):
    """A call with an empty message over a listener beside HTTP: `protocol` is the listener's."""

    mock: str
    operation: str
    protocol: str


class MockFacts(msgspec.Struct, frozen=True):
    """One mock. `title` is the document's own; `at` its prefix, `/` for the root."""

    name: str
    protocol: str
    title: str
    spec: str
    at: str
    operations: int


class Facts(msgspec.Struct, frozen=True):
    """A project. `config` is what polymock.yaml says, with paths from the project's folder.

    `listeners` are the ports of wires beside HTTP, by protocol. `variables` are the environment
    variables that the config refers to. `entities` tells how many each collection begins with.
    """

    name: str
    version: str
    python: str
    config: Config
    mocks: Sequence[MockFacts]
    listeners: Mapping[str, int]
    variables: Sequence[str]
    entities: Mapping[str, int]
    http_calls: Sequence[HttpCall]
    rpc_calls: Sequence[RpcCall]

    @property
    def calls(self) -> Counter[str]:
        """How many calls there are of each mock."""
        http = Counter(call.mock for call in self.http_calls)
        return http + Counter(call.mock for call in self.rpc_calls)

    @property
    def has_data(self) -> bool:
        """Whether there is a folder of seeds."""
        return any(each.file is not None for each in self.config.world.collections.values())

    @property
    def ports(self) -> Mapping[str, int]:
        """The ports that others reach, by name, HTTP first."""
        return {"http": self.config.server.port, **self.listeners}

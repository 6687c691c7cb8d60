"""A snapshot: every mock of one config, compiled; replaced as a whole when files change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from polymock.engine import Engine
from polymock.errors import MethodNotAllowed, NoOperation
from polymock.interfaces import Contract, Screening
from polymock.wires import Conversing, Listening
from polymock.world.world import World
from polymock_schemas.calls import Call


class Mock(msgspec.Struct, frozen=True):
    """One contract served at one address. `prefix` has no trailing slash: "" is the root."""

    index: int
    name: str
    prefix: str
    engine: Engine
    allow_private: bool = False

    @property
    def contract(self) -> Contract:
        """What it serves."""
        return self.engine.contract

    @property
    def screening(self) -> Screening | None:
        """Its contract, if that refuses calls before their bodies have come."""
        contract = self.engine.contract
        return contract if isinstance(contract, Screening) else None


class Snapshot:
    """The mocks, and which of them a path belongs to: the one with the longest prefix.

    Several may share a prefix; then a call is the first one's that has an operation for it.
    `notes` say what was decided on the way that nobody asked for (a prefix, say). `listeners` are,
    by protocol, who brings a wire beside HTTP.
    """

    def __init__(
        self,
        mocks: Sequence[Mock],
        notes: Sequence[str] = (),
        listeners: Mapping[str, Listening] | None = None,
        world: World | None = None,
    ) -> None:
        self.mocks = tuple(mocks)
        self.notes = tuple(notes)
        self.world = world
        """What the mocks share; None where nothing is remembered."""
        self.listeners: Mapping[str, Listening] = listeners or {}
        self.screening = tuple((mock, mock.screening) for mock in mocks if mock.screening)
        """The mocks whose contracts refuse calls before their bodies have come."""
        by_prefix: dict[str, list[Mock]] = {}
        for mock in mocks:
            by_prefix.setdefault(mock.prefix, []).append(mock)
        self._longest_first = sorted(
            (group[0] for group in by_prefix.values()),
            key=lambda mock: len(mock.prefix),
            reverse=True,
        )
        self.shared: Mapping[str, tuple[Mock, ...]] = {
            prefix: tuple(group) for prefix, group in by_prefix.items() if len(group) > 1
        }
        """The mocks of each prefix that has several, in the config's order."""

    def find(self, path: str) -> Mock | None:
        """The mock that a raw path belongs to; the first of those that share its prefix."""
        for mock in self._longest_first:
            prefix = mock.prefix
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                return mock
        return None

    def choose(self, mock: Mock, call: Call) -> Mock:
        """Whose call it is, of those that share the mock's prefix; its body has been read.

        The first that has an operation for it; else the first that has one for other methods;
        else the first, which refuses it.
        """
        sharing = self.shared.get(mock.prefix)
        if sharing is None:
            return mock
        other_methods = None
        for candidate in sharing:
            if candidate.engine.remembers(call):
                return candidate
            try:
                candidate.contract.match(call)
            except NoOperation:
                continue
            except MethodNotAllowed:
                other_methods = other_methods or candidate
                continue
            except Exception:  # a plugin's code: the engine meets it again, and says so
                return candidate
            return candidate
        return other_methods or sharing[0]

    @cached_property
    def converses(self) -> bool:
        """Whether any mock talks over WebSockets."""
        return any(isinstance(mock.contract, Conversing) for mock in self.mocks)

    @property
    def files(self) -> tuple[str, ...]:
        """Every local file that the contracts were made from."""
        return tuple(
            dict.fromkeys(file for mock in self.mocks for file in mock.engine.contract.files)
        )

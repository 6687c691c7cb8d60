"""A snapshot: every mock of one config, compiled; replaced as a whole when files change."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from polymock.engine import Engine
from polymock.interfaces import Contract


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


class Snapshot:
    """The mocks, and which of them a path belongs to: the one with the longest prefix.

    `notes` say what was decided on the way that nobody asked for (a prefix, say).
    """

    def __init__(self, mocks: Sequence[Mock], notes: Sequence[str] = ()) -> None:
        self.mocks = tuple(mocks)
        self.notes = tuple(notes)
        self._longest_first = sorted(mocks, key=lambda mock: len(mock.prefix), reverse=True)

    def find(self, path: str) -> Mock | None:
        """The mock that a raw path belongs to."""
        for mock in self._longest_first:
            prefix = mock.prefix
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                return mock
        return None

    @property
    def files(self) -> tuple[str, ...]:
        """Every local file that the contracts were made from."""
        return tuple(
            dict.fromkeys(file for mock in self.mocks for file in mock.engine.contract.files)
        )

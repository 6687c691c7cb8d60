"""Examining every operation of a snapshot, one by one, to report what cannot be answered."""

from __future__ import annotations

from polymock.snapshot import Snapshot
from polymock_schemas.commands import Fault


class Examination:
    """Compiles and samples each operation once, in order."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._left = [
            (mock, operation)
            for mock in snapshot.mocks
            for operation in mock.engine.contract.operations
        ]
        self._left.reverse()

    @property
    def done(self) -> bool:
        """Whether every operation was examined."""
        return not self._left

    def step(self) -> tuple[int, tuple[Fault, ...]]:
        """Examine the next operation: its mock's index, and what is wrong with it."""
        mock, operation = self._left.pop()
        return mock.index, tuple(mock.engine.contract.examine(operation))

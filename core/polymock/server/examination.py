"""Examining every operation of a snapshot, one by one, to report what cannot be answered."""

from __future__ import annotations

from polymock.errors import UserError
from polymock.plugins import guarded
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
        contract = mock.engine.contract
        try:
            with guarded(f"The protocol plugin {contract.protocol!r} failed on {operation.name}"):
                return mock.index, tuple(contract.examine(operation))
        except UserError as error:
            return mock.index, (Fault("error", mock.name, "", error.message, error.hint),)

"""Examining every operation of a snapshot, bit by bit, to report what cannot be answered."""

from __future__ import annotations

from time import perf_counter

from polymock.snapshot import Snapshot
from polymock_schemas.commands import Fault


class Examination:
    """Compiles and samples each operation once.

    A small contract is done before its first call; a large one goes on while calls are served.
    """

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

    def step(self) -> tuple[Fault, ...]:
        """Examine the next operation; what is wrong with it."""
        mock, operation = self._left.pop()
        return tuple(mock.engine.contract.examine(operation))

    def begin(self, seconds: float) -> dict[int, list[Fault]]:
        """Examine operations until the time is over; the faults by the mock's index."""
        found: dict[int, list[Fault]] = {}
        end = perf_counter() + seconds
        while self._left and perf_counter() < end:
            found.setdefault(self._left[-1][0].index, []).extend(self.step())
        return found

"""Keys of the items of a list: each item has one of its own, on whichever page it stands."""

from __future__ import annotations

from typing import Any

from protobuf import DescMessage

from polymock_grpc.answering.samples import Samples

MAX_LISTS = 64
"""Lists whose keys are remembered; beyond it all are forgotten and found again."""
MAX_COMPARED = 2000
"""Items of one list whose keys are compared with those before; later ones rarely agree."""
_TRIES = 4


class _Known:
    """The keys of one list, as far as anybody asked for them."""

    __slots__ = ("in_order", "seen")

    def __init__(self) -> None:
        self.in_order: list[Any] = []
        self.seen: set[Any] = set()


class ListKeys:
    """The keys of the items of one type, for every list of them."""

    def __init__(self, samples: Samples, item: DescMessage) -> None:
        self._samples = samples
        self._item = item
        self._lists: dict[str, _Known] = {}

    def key(self, said: str, number: int) -> Any:
        """The key of an item of the list that a request asks for; None where items have none.

        `said` is what tells lists apart, `number` counts the items from 0 over all pages. Raises
        Unsatisfiable.
        """
        if number >= MAX_COMPARED:
            return self._made(said, number, 0)
        known = self._lists.get(said)
        if known is None:
            if len(self._lists) >= MAX_LISTS:
                self._lists.clear()
            known = self._lists[said] = _Known()
        while len(known.in_order) <= number:
            made = self._next(said, known)
            known.in_order.append(made)
            known.seen.add(made)
        return known.in_order[number]

    def _next(self, said: str, known: _Known) -> Any:
        """The key of the item behind those that are known."""
        number = len(known.in_order)
        made = None
        for attempt in range(_TRIES):
            made = self._made(said, number, attempt)
            if made not in known.seen:
                return made
        return f"{made}-{number + 1}" if isinstance(made, str) else made

    def _made(self, said: str, number: int, attempt: int) -> Any:
        return self._samples.key_of(self._item, f"{said}/{number}/{attempt}")

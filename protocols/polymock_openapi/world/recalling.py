"""The world's answers to REST calls, by the role of the operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from polymock.interfaces import Answer
from polymock.samples import Sampler
from polymock.world.entities import Binding, Role
from polymock.world.writing import Writer
from polymock_openapi.answering.answers import Answerer
from polymock_openapi.model import Reading
from polymock_openapi.world.desk import Desk
from polymock_openapi.world.getting import get

_Does = Callable[[Desk, Reading, Writer], Answer | None]
_READS = frozenset({"get", "list"})


class Recaller:
    """Answers the calls of one contract from the world. `serve` gives an operation's answerer."""

    def __init__(self, sampler: Sampler, serve: Callable[[str], Answerer]) -> None:
        self._sampler = sampler
        self._serve = serve
        self._desks: dict[str, tuple[Binding, Desk | None, _Does]] = {}

    def recall(self, reading: Reading, world: Writer) -> Answer | None:
        """The world's answer; None where the contract alone answers."""
        binding = world.domain.bindings.get(reading.endpoint.name)
        if binding is None:
            return None
        known = self._desks.get(binding.operation)
        if known is None or known[0] is not binding:
            known = (binding, self._desk(binding, reading, world), _doing(binding.role))
            self._desks[binding.operation] = known
        _, desk, does = known
        if desk is None or (binding.role not in _READS and _asks_for_other(reading)):
            return None
        return does(desk, reading, world)

    def _desk(self, binding: Binding, reading: Reading, world: Writer) -> Desk | None:
        collection = world.model.collections.get(binding.collection)
        kind = collection.kind(world.domain.mock, binding.kind) if collection else None
        if collection is None or kind is None:
            return None
        return Desk(reading.endpoint, binding, collection, kind, self._sampler, self._serve)


def _doing(role: Role) -> _Does:
    """What answers the calls of a role: all but a read is imported when it is first asked for."""
    if role == "get":
        return get
    if role == "list":
        from polymock_openapi.world.lists import list_

        return list_
    if role == "create":
        from polymock_openapi.world.creating import create

        return create
    from polymock_openapi.world.changing import delete, replace, update

    changes: Mapping[str, _Does] = {"delete": delete, "replace": replace, "update": update}
    return changes[role]


def _asks_for_other(reading: Reading) -> bool:
    """Whether a caller asks that a write fails, or answers with a certain example: then nothing is
    written."""
    wish = reading.preferences
    return wish.example is not None or (wish.code is not None and wish.code >= 300)

"""The entities in a document's examples, for a world that begins with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

from polymock.errors import SpecError
from polymock.world.entities import Binding, EntityKind
from polymock.world.names import fold
from polymock_openapi.model import Endpoint

MAX_DEPTH = 3
"""Objects and lists around an entity."""
MAX_EXAMPLES = 10_000

Told = tuple[str, Mapping[str, Any]]
"""The name of a kind, and an entity of it."""


class Examples(Sequence[Told]):
    """Found when they are first asked for: most worlds do not begin with them.

    Those of single entities come first, as they say most.
    """

    def __init__(
        self,
        kinds: Sequence[EntityKind],
        bindings: Sequence[Binding],
        compile_: Callable[[str], Endpoint],
    ) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._bindings = bindings
        self._compile = compile_

    @cached_property
    def _found(self) -> list[Told]:
        found: list[Told] = []
        for role in ("get", "list"):
            for binding in self._bindings:
                kind = self._kinds.get(binding.kind)
                if binding.why and binding.role == role and kind is not None:
                    found.extend((kind.name, each) for each in self._of(binding, kind))
        return found[:MAX_EXAMPLES]

    def _of(self, binding: Binding, kind: EntityKind) -> Iterator[Mapping[str, Any]]:
        try:
            endpoint = self._compile(binding.operation)
        except SpecError:
            return
        for response in endpoint.responses:
            if response.status[:1] == "2":
                for media in response.content.values():
                    for value in media.examples.values():
                        yield from _entities(value, fold(kind.key), MAX_DEPTH)

    @overload
    def __getitem__(self, index: int) -> Told: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Told]: ...

    def __getitem__(self, index: int | slice) -> Told | Sequence[Told]:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)


def _entities(value: Any, key: str, depth: int) -> Iterator[Mapping[str, Any]]:
    """The outermost objects that have the key."""
    if isinstance(value, dict) and any(fold(name) == key for name in value):
        yield value
    elif depth and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _entities(inner, key, depth - 1)

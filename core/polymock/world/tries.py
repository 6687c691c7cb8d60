"""One try to turn a value into the terms of a schema: how much is done, and what was found out.

Schemas refer to one another, and entities tell of entities: without bounds, what one of them tells
would have no end, and each part would be asked for again in every way of telling what is around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from polymock.world.gaps import Others, known_by
from polymock.world.relating import Relation

if TYPE_CHECKING:
    from polymock.world.adapting import Adapter

MAX_STEPS = 50_000
"""Values inside one that are looked at."""
MAX_ENTITIES = 50
"""Entities inside others that are told whole; as many again further than NEAR inside."""
NEAR = 3
"""Entities inside one another that many look at: what is further inside takes nothing of theirs."""


class Try:
    """Whether gaps are filled, and what cannot be told is left out; what was told of each part.

    `plain` is the same without filling; all that is looked at counts. It goes on from what
    `before`, a plain try of the same value, found out.
    """

    __slots__ = (
        "_entities",
        "_entities_left",
        "_further",
        "_known",
        "_level",
        "_steps_left",
        "fills",
        "forgives",
        "others",
        "plain",
    )

    def __init__(
        self,
        others: Others | None = None,
        before: Try | None = None,
        *,
        fills: bool = False,
        forgives: bool = False,
    ) -> None:
        self._steps_left = [MAX_STEPS]
        self._entities_left = [MAX_ENTITIES, MAX_ENTITIES]
        self._known: dict[tuple[Any, ...], tuple[Any, Any]] = {}
        self._entities: dict[tuple[Any, ...], Any] = {}
        self._level = 0
        self._further: Try | None = None
        self.others = others
        self.fills = fills
        self.forgives = forgives
        self.plain: Try = self
        if fills:
            self.plain = Try()
            self.plain._steps_left = self._steps_left
            if before is not None and before._steps_left[0] >= 0:  # it never gave up
                self.plain._known = before._known

    @property
    def further(self) -> Try:
        """The same inside an entity that an object embeds."""
        if not self.fills:
            return self
        if self._further is None:
            made = Try(self.others, fills=True, forgives=self.forgives)
            made.plain, made._level = self.plain, self._level + 1
            made._steps_left, made._entities_left = self._steps_left, self._entities_left
            self._further = made
        return self._further

    def is_over(self) -> bool:
        """Whether too much was looked at; counts one more."""
        self._steps_left[0] -= 1
        return self._steps_left[0] < 0

    def recall(
        self, way: Callable[[Adapter, Any, Try, int], Any], adapter: Adapter, value: Any, depth: int
    ) -> Any:
        """What an adapter tells of a value in one way, or told before."""
        place = (way, id(adapter), id(value), depth)
        known = self._known.get(place)
        if known is None:  # the value is kept as well, lest another one gets its id
            known = self._known[place] = (value, way(adapter, value, self, depth))
        return known[1]

    def whole(self, relation: Relation, held: Any) -> Any:
        """Objects of which little but the key is said, as the entities that they are.

        Too far inside others they are told as nobody where that may be, else as they stand. Of a
        key alone it is always the same object.
        """
        if self.others is None:
            return held
        if isinstance(held, list):
            return [self.whole(relation, each) for each in held]
        is_far = self._is_far()
        name, key = next(iter(held.items())) if len(held) == 1 else ("", None)
        if key is None or isinstance(key, dict | list):
            return held if is_far else known_by(relation, held, self.others)
        if is_far and not relation.many and relation.adapter.is_valid(None):
            return None
        place = (id(relation), is_far, name, type(key), key)
        if place not in self._entities:
            told = held if is_far else known_by(relation, held, self.others)
            self._entities[place] = told
        return self._entities[place]

    def _is_far(self) -> bool:
        if not self._level:  # what it is in is no entity itself
            return False
        place = self._level > NEAR
        self._entities_left[place] -= 1
        return self._entities_left[place] < 0

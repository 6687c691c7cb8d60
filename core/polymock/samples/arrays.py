"""Makes lists: `prefixItems`, `items`, `contains`, sizes and distinct members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from polymock.errors import Unsatisfiable
from polymock.samples.recipe import (
    MAX_ITEMS,
    MISSING,
    Node,
    Part,
    Planner,
    Run,
    Spot,
    frozen,
    pointer,
    window,
)
from polymock.samples.seeds import Stream, derive, salt

_LENGTH, _ITEM, _AGAIN = salt("length"), salt("item"), salt("again")
_USUAL_LENGTHS = (2, 2, 3, 1)
_DISTINCT_ATTEMPTS = 200
_CRAMPED = 4
"""Below this room a list is as short as it may be."""


class ArrayRecipe:
    """Lists of one schema: a node for each place, and one for all places behind them."""

    simple = False

    def __init__(self, parts: Sequence[Part], name: str, entity: str, planner: Planner) -> None:
        self.path = parts[0].path if parts else ""
        self.low, self.high = window(parts, "minItems", "maxItems", MAX_ITEMS)
        self.unique = any(_keyword(part, "uniqueItems", False) is True for part in parts)
        prefix = max((len(_keyword(part, "prefixItems", ())) for part in parts), default=0)
        places = [_place(parts, index) for index in range(min(prefix, MAX_ITEMS))]
        tail = _place(parts, prefix)
        self.open = not any(part.schema is False for part in tail)
        wanted = _contained(parts)
        reserved = sum(least for _, least, _ in wanted)
        if reserved > MAX_ITEMS:
            raise Unsatisfiable(self.path, f"minContains {reserved} is above the limit of {MAX_ITEMS}")
        start = prefix if self.open else max(prefix - reserved, 0)
        for part, least, most in wanted:
            others = [] if most is None else [Part({"not": part.schema}, part.path, False)]
            places.extend(list(tail) for _ in range(start + least - len(places)))
            for index, place in enumerate(places):
                place.extend([part] if start <= index < start + least else others)
            tail = [*tail, *others]
            start += least
        singular = name
        self.prefix = [planner.node(place, singular, entity) for place in places]
        self.tail = planner.node(tail, singular, entity)
        self._settle_sizes(parts, reserved, prefix)

    def _settle_sizes(self, parts: Sequence[Part], reserved: int, prefix: int) -> None:
        for index, node in enumerate(self.prefix):
            if node.impossible:
                del self.prefix[index:]
                self.open = False
                break
        if not self.open:
            self.high = min(len(self.prefix), MAX_ITEMS if self.high is None else self.high)
        self.low = max(self.low, len(self.prefix) if reserved else 0)
        self.bounded = any("prefixItems" in _keys(part) for part in parts) and prefix > 0
        if self.high is not None and self.low > self.high:
            raise Unsatisfiable(
                self.path, f"at least {self.low} items are asked for, but only {self.high} admitted"
            )

    def required(self) -> Sequence[Node]:
        return [self._node(index) for index in range(min(self.low, len(self.prefix) + 1))]

    def make(self, run: Run, spot: Spot) -> Any:
        """Make a list. Raises Unsatisfiable."""
        length = self._length(run, spot)
        simple = self.tail.simple and all(node.simple for node in self.prefix)
        room = spot.room if simple else (spot.room - 1) // max(length, 1)
        made: list[Any] = []
        seen: set[Any] = set()
        for index in range(length):
            optional = index >= self.low
            inner = Spot(derive(spot.seed, _ITEM + index), spot.owner, room, spot.depth + 1, optional)
            value = self._member(run, self._node(index), inner, index, seen)
            if value is MISSING:
                break
            made.append(value)
        return made

    def _node(self, index: int) -> Node:
        return self.prefix[index] if index < len(self.prefix) else self.tail

    def _length(self, run: Run, spot: Spot) -> int:
        if run.lean or spot.room < _CRAMPED:
            return self.low
        usual = Stream(derive(spot.seed, _LENGTH)).pick(_USUAL_LENGTHS)
        if self.bounded or len(self.prefix) > usual:
            usual = len(self.prefix)
        length = max(self.low, usual)
        return length if self.high is None else min(length, self.high)

    def _member(self, run: Run, node: Node, spot: Spot, index: int, seen: set[Any]) -> Any:
        # Members see persons and places of their own, not those of the list's owner.
        spot = spot._replace(owner=spot.seed)
        try:
            value = node.make(run, spot)
        except Unsatisfiable:
            if spot.optional:
                return MISSING
            raise
        if not self.unique or value is MISSING:
            return value
        key = frozen(value)
        if key not in seen:
            seen.add(key)
            return value
        return self._distinct(run, node, spot, index, seen)

    def _distinct(self, run: Run, node: Node, spot: Spot, index: int, seen: set[Any]) -> Any:
        """Another value than those before: examples are given up, then seeds changed."""
        examples, run.examples = run.examples, False
        try:
            for attempt in range(_DISTINCT_ATTEMPTS):
                seed = derive(spot.seed, _AGAIN + attempt)
                place = index + attempt
                value = node.another(run, spot._replace(seed=seed, owner=seed), place)
                key = frozen(value)
                if value is not MISSING and key not in seen:
                    seen.add(key)
                    return value
        finally:
            run.examples = examples
        if spot.optional:
            return MISSING
        raise Unsatisfiable(
            self.path, f"uniqueItems: only {len(seen)} different items were found, {self.low} needed"
        )


def _keys(part: Part) -> dict[str, Any]:
    return part.schema if isinstance(part.schema, dict) else {}


def _keyword(part: Part, keyword: str, default: Any) -> Any:
    return _keys(part).get(keyword, default)


def _place(parts: Sequence[Part], index: int) -> list[Part]:
    """What the item at an index has to satisfy, from all of the parts."""
    found: list[Part] = []
    evaluated = False
    for part in parts:
        prefix = _keyword(part, "prefixItems", ())
        if index < len(prefix):
            found.append(Part(prefix[index], pointer(part.path, "prefixItems", index)))
            evaluated = True
        elif "items" in _keys(part):
            found.append(Part(_keys(part)["items"], pointer(part.path, "items")))
            evaluated = True
    if not evaluated:
        found.extend(
            Part(_keys(part)["unevaluatedItems"], pointer(part.path, "unevaluatedItems"))
            for part in parts
            if "unevaluatedItems" in _keys(part) and "contains" not in _keys(part)
        )
    return found


def _contained(parts: Sequence[Part]) -> list[tuple[Part, int, int | None]]:
    """What `contains` asks for: the schema, how often at least, how often at most."""
    found = []
    for part in parts:
        keywords = _keys(part)
        if "contains" not in keywords:
            continue
        least, most = int(keywords.get("minContains", 1)), keywords.get("maxContains")
        if most is not None and least > most:
            reason = f"minContains {least} is above maxContains {most}"
            raise Unsatisfiable(part.path, reason)
        inner = Part(keywords["contains"], pointer(part.path, "contains"), False)
        found.append((inner, least, None if most is None else int(most)))
    return found

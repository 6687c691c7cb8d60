"""Makes lists: `prefixItems`, `items`, `contains`, sizes and distinct members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

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
_LAYOUT = salt("layout")
_USUAL_LENGTHS = (2, 2, 3, 1)
_DISTINCT_ATTEMPTS = 200
_MAX_STARTS = 12
"""Places that `contains` is tried at."""
_CRAMPED = 4
"""Below this room a list is as short as it may be."""


class Contained(NamedTuple):
    """One `contains`: what it asks for, how often at least, and how often at most."""

    part: Part
    least: int
    most: int | None


class Layout:
    """One way to arrange the members: a node for each of the first places, one for the rest."""

    def __init__(self, places: list[Node], tail: Node, low: int, high: int | None) -> None:
        closed = next((i for i, node in enumerate(places) if node.impossible), None)
        self.places = places if closed is None else places[:closed]
        self.tail = tail
        self.low = low
        if closed is not None or tail.impossible:
            high = len(self.places) if high is None else min(high, len(self.places))
        self.high = high

    def node(self, index: int) -> Node:
        """The node of the member at an index."""
        return self.places[index] if index < len(self.places) else self.tail

    @property
    def fits(self) -> bool:
        """Whether its least length is allowed."""
        return self.high is None or self.low <= self.high

    @property
    def simple(self) -> bool:
        """Whether no member holds other values."""
        return self.tail.simple and all(node.simple for node in self.places)


class ArrayRecipe:
    """Lists of one schema. Where `contains` may stand anywhere, several layouts are tried."""

    simple = False

    def __init__(self, parts: Sequence[Part], name: str, entity: str, planner: Planner) -> None:
        self.path = parts[0].path if parts else ""
        low, high = window(parts, "minItems", "maxItems", MAX_ITEMS)
        self.unique = any(_keyword(part, "uniqueItems", False) is True for part in parts)
        prefix = max((len(_keyword(part, "prefixItems", ())) for part in parts), default=0)
        self.prefixed = prefix > 0
        found = [
            Layout(
                [planner.node(place, name, entity) for place in places],
                planner.node(tail, name, entity),
                max(low, needed),
                high,
            )
            for places, tail, needed in _arranged(parts, prefix, _contained(parts))
        ]
        self.layouts = [layout for layout in found if layout.fits]
        if not self.layouts:
            reason = f"at least {found[0].low} items are needed, but only {found[0].high} allowed"
            raise Unsatisfiable(self.path, reason)

    def required(self) -> Sequence[Node]:
        layout = self.layouts[0]
        return [layout.node(index) for index in range(min(layout.low, len(layout.places) + 1))]

    def make(self, run: Run, spot: Spot) -> Any:
        """Make a list. Raises Unsatisfiable."""
        contradiction: Unsatisfiable | None = None
        turn = Stream(derive(spot.seed, _LAYOUT)).below(len(self.layouts)) if run.careful else 0
        for layout in (*self.layouts[turn:], *self.layouts[:turn]):
            try:
                return self._filled(run, spot, layout)
            except Unsatisfiable as error:
                contradiction = contradiction or error
                if run.steps < 0:
                    break
        raise contradiction or Unsatisfiable(self.path, "no list was found")

    def _filled(self, run: Run, spot: Spot, layout: Layout) -> Any:
        length = self._length(run, spot, layout)
        room = spot.room if layout.simple else (spot.room - 1) // max(length, 1)
        made: list[Any] = []
        seen: set[Any] = set()
        for index in range(length):
            optional = index >= layout.low
            # Members see persons and places of their own, not those of the list's owner.
            seed = derive(spot.seed, _ITEM + index)
            inner = Spot(seed, seed, room, spot.depth + 1, optional, spot.turn + index)
            value = self._member(run, layout.node(index), inner, index, seen)
            if value is MISSING:
                break
            made.append(value)
        return made

    def _length(self, run: Run, spot: Spot, layout: Layout) -> int:
        if run.lean or spot.room < _CRAMPED:
            return layout.low
        usual = Stream(derive(spot.seed, _LENGTH)).pick(_USUAL_LENGTHS)
        if self.prefixed or len(layout.places) > usual:
            usual = len(layout.places)
        length = max(layout.low, usual)
        return length if layout.high is None else min(length, layout.high)

    def _member(self, run: Run, node: Node, spot: Spot, index: int, seen: set[Any]) -> Any:
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
            self.path,
            f"uniqueItems: only {len(seen)} different items were found, more are needed",
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


def _contained(parts: Sequence[Part]) -> list[Contained]:
    found = []
    for part in parts:
        keywords = _keys(part)
        if "contains" not in keywords:
            continue
        least, most = int(keywords.get("minContains", 1)), keywords.get("maxContains")
        if most is not None and least > most:
            reason = f"minContains {least} is above maxContains {most}"
            raise Unsatisfiable(part.path, reason)
        if least > MAX_ITEMS:
            reason = f"minContains {least} is larger than the limit of {MAX_ITEMS}"
            raise Unsatisfiable(part.path, reason)
        inner = Part(keywords["contains"], pointer(part.path, "contains"), False)
        found.append(Contained(inner, least, None if most is None else int(most)))
    return found


def _arranged(
    parts: Sequence[Part], prefix: int, wanted: Sequence[Contained]
) -> Iterator[tuple[list[list[Part]], list[Part], int]]:
    """The ways to place what `contains` asks for: places, what follows them, the least length.

    First behind `prefixItems`, then ever further in front, side by side or on the same places.
    """
    starts = range(prefix, -1, -1) if wanted else (prefix,)
    for start in list(starts)[:_MAX_STARTS]:
        for stacked in (False, True) if len(wanted) > 1 else (False,):
            places = [_place(parts, index) for index in range(prefix)]
            tail = _place(parts, prefix)
            at, needed = start, 0
            for part, least, most in wanted:
                others = [] if most is None else [Part({"not": part.schema}, part.path, False)]
                places.extend(list(tail) for _ in range(at + least - len(places)))
                for index, place in enumerate(places):
                    place.extend([part] if at <= index < at + least else others)
                tail = [*tail, *others]
                needed = max(needed, at + least if least else 0)
                at += 0 if stacked else least
            yield places, tail, needed

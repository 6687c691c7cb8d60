"""Makes integers and numbers: exact arithmetic on the grid that `multipleOf` spans."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Any, NamedTuple

from polymock.errors import Unsatisfiable
from polymock.samples.draws import Draw
from polymock.samples.names import kind_of, words
from polymock.samples.quantities import MOMENTS, NUMBERS
from polymock.samples.recipe import Node, Part, Run, Spot, meeting
from polymock.samples.seeds import Stream

_USUAL = 1000
"""How far numbers go where only one side is bounded, or none."""
_FORMAT_BOUNDS = {
    "int8": (-(1 << 7), (1 << 7) - 1),
    "uint8": (0, (1 << 8) - 1),
    "int16": (-(1 << 15), (1 << 15) - 1),
    "uint16": (0, (1 << 16) - 1),
    "int32": (-(1 << 31), (1 << 31) - 1),
    "uint32": (0, (1 << 32) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1),
    "uint64": (0, (1 << 64) - 1),
}
_KNOWN = MOMENTS | {"age", "latitude", "longitude"}
"""Kinds that the owner tells of, whichever property asks."""
_MILLISECONDS = frozenset({"ms", "millis", "milliseconds"})


class Edge(NamedTuple):
    """A bound of a number, with the keyword and the path of the schema that set it."""

    value: Fraction
    keyword: str
    path: str


class NumberRecipe:
    """Numbers `step * k` for k from `low` to `high`, by preference from a narrower window."""

    simple = True

    def __init__(self, parts: Sequence[Part], name: str, entity: str, *, integer: bool) -> None:
        self.integer = integer
        self.entity = entity
        self.name = name
        self.kind = _kind(name, integer=integer)
        bottom, top = _bottom(parts), _top(parts)
        step = _step(parts, integer=integer)
        self.step = step[0] if step else self._free_step(bottom, top)
        self.low = _first(bottom, self.step)
        self.high = _last(top, self.step)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise _contradiction(bottom, top, step, integer=integer)
        self.window = self._window()

    def required(self) -> Sequence[Node]:
        return ()

    def make(self, run: Run, spot: Spot) -> Any:
        """Make a number."""
        told = self._told(spot)
        if told is not None:
            return told
        low, high = self.window
        return self._value(Stream(spot.seed).between(low, high))

    def count(self) -> int | None:
        """How many different values there are; None for more than can be counted."""
        if self.low is None or self.high is None:
            return None
        return self.high - self.low + 1

    def nth(self, place: int) -> Any:
        """The value at a place counted from the lowest one; only where `count` is known."""
        return self._value((self.low or 0) + place)

    def _free_step(self, bottom: Edge | None, top: Edge | None) -> Fraction:
        """The coarsest decimal grid that leaves room between the bounds."""
        usual = NUMBERS.get(self.kind, (0, 0, 2))[2]
        for decimals in (usual, 2, 4, 8, 16, 32, 400):
            step = Fraction(1, 10**decimals)
            low, high = _first(bottom, step), _last(top, step)
            if low is None or high is None or low <= high:
                return step
        return Fraction(1, 10**400)

    def _window(self) -> tuple[int, int]:
        """The usual values of the name's kind; else some near the bounds or near zero."""
        low, high = self.low, self.high
        if self.kind in NUMBERS:
            usual_low, usual_high, _ = NUMBERS[self.kind]
            least = ceil(usual_low / self.step)
            most = floor(usual_high / self.step)
            least = least if low is None else max(least, low)
            most = most if high is None else min(most, high)
            if least <= most:
                return least, most
        span = max(floor(_USUAL / self.step), 10)
        if low is None and high is None:
            return (1 if self.integer or self.step >= 1 else 0), span
        if low is None:
            return (min(1, high) if high > 0 else high - span, high) if high is not None else (0, 0)
        if high is None:
            return (low, low + span) if low > 1 or low < -span else (min(max(low, 1), span), span)
        if low <= 0 <= high and high > 0:
            low = min(max(low, 1), high)
        return low, min(high, low + span)

    def _told(self, spot: Spot) -> Any:
        """What is known of the owner: a time, its person's age, where its city lies; None where
        that is out of bounds."""
        if self.kind not in _KNOWN:
            return None
        draw = Draw(spot.seed, spot.owner, self.entity)
        for known in self._known(draw):
            index = floor(known / self.step)
            if (self.low is None or index >= self.low) and (
                self.high is None or index <= self.high
            ):
                return self._value(index)
        return None

    def _known(self, draw: Draw) -> tuple[Fraction, ...]:
        if self.kind == "age":
            return (Fraction(draw.age),)
        if self.kind == "latitude":
            return (Fraction(repr(draw.place.latitude)),)
        if self.kind == "longitude":
            return (Fraction(repr(draw.place.longitude)),)
        seconds = Fraction(int(draw.moment(self.kind).timestamp()))
        if _MILLISECONDS & set(words(self.name)):
            return seconds * 1000, seconds
        return seconds, seconds * 1000

    def _value(self, index: int) -> Any:
        exact = self.step * index
        if self.integer:
            return exact.numerator
        if exact.denominator == 1 and (self.step >= 1 or abs(exact) >= 1 << 53):
            return exact.numerator
        return exact.numerator / exact.denominator


def _kind(name: str, *, integer: bool) -> str:
    """The kind that a name promises; an integer `amount` is one of cents."""
    kind = kind_of(name)
    return "cents" if integer and kind == "price" and words(name)[-1] == "amount" else kind


def _exact(number: int | float) -> Fraction:
    """A number as its JSON text says it: 0.1 is a tenth, not the binary number next to it."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def _bottom(parts: Sequence[Part]) -> Edge | None:
    found: Edge | None = None
    for value, keyword, path in _values(parts, ("minimum", "exclusiveMinimum"), 0):
        stricter = found is None or value > found.value
        if stricter or (found and value == found.value and keyword == "exclusiveMinimum"):
            found = Edge(value, keyword, path)
    return found


def _top(parts: Sequence[Part]) -> Edge | None:
    found: Edge | None = None
    for value, keyword, path in _values(parts, ("maximum", "exclusiveMaximum"), 1):
        stricter = found is None or value < found.value
        if stricter or (found and value == found.value and keyword == "exclusiveMaximum"):
            found = Edge(value, keyword, path)
    return found


def _values(parts: Sequence[Part], keywords: Sequence[str], side: int) -> list[Edge]:
    """The bounds on one side, from the keywords and from the format's range (as `format`)."""
    found: list[Edge] = []
    for schema, path, _ in parts:
        if isinstance(schema, bool):
            continue
        found.extend(Edge(_exact(schema[k]), k, path) for k in keywords if k in schema)
        bounds = _FORMAT_BOUNDS.get(str(schema.get("format")))
        if bounds:
            found.append(Edge(Fraction(bounds[side]), "format", path))
    return found


def _step(parts: Sequence[Part], *, integer: bool) -> tuple[Fraction, str] | None:
    step: Fraction | None = Fraction(1) if integer else None
    path = ""
    for schema, at, _ in parts:
        if isinstance(schema, dict) and "multipleOf" in schema:
            step, path = _common_multiple(step, _exact(schema["multipleOf"])), at
    return None if step is None else (step, path)


def _common_multiple(first: Fraction | None, second: Fraction) -> Fraction:
    if first is None:
        return second
    scale = lcm(first.denominator, second.denominator)
    return Fraction(lcm(int(first * scale), int(second * scale)), scale)


def _first(bottom: Edge | None, step: Fraction) -> int | None:
    if bottom is None:
        return None
    index = ceil(bottom.value / step)
    return (
        index + 1
        if bottom.keyword == "exclusiveMinimum" and index * step == bottom.value
        else index
    )


def _last(top: Edge | None, step: Fraction) -> int | None:
    if top is None:
        return None
    index = floor(top.value / step)
    return index - 1 if top.keyword == "exclusiveMaximum" and index * step == top.value else index


def _contradiction(
    bottom: Edge | None, top: Edge | None, step: tuple[Fraction, str] | None, *, integer: bool
) -> Unsatisfiable:
    if bottom is None or top is None:
        return Unsatisfiable("", "its bounds contradict each other")
    path = meeting(bottom.path, top.path)
    low = f"{bottom.keyword} {_shown(bottom.value)}"
    high = f"{top.keyword} {_shown(top.value)}"
    if bottom.value > top.value:
        return Unsatisfiable(path, f"{low} is above {high}")
    if step and step[0] != 1:
        return Unsatisfiable(
            path, f"no multiple of {_shown(step[0])} lies between {low} and {high}"
        )
    kind = "integer" if integer else "number"
    return Unsatisfiable(path, f"no {kind} lies between {low} and {high}")


def _shown(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else repr(float(number))

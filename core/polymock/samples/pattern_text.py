"""Makes strings that match a regular expression and are of a wanted length."""

from __future__ import annotations

from functools import lru_cache

from polymock.jsonschema import Validator
from polymock.samples.pattern_reader import PatternError, parse
from polymock.samples.patterns import (
    UNBOUNDED,
    Ahead,
    Chars,
    Either,
    Group,
    Mark,
    Node,
    Ranges,
    Reference,
    Repeat,
    Sequenced,
)
from polymock.samples.seeds import Stream

EXTRA = 6
"""How far an unbounded repetition goes beyond its least count when the length leaves it free."""
_PRINTABLE = ((97, 122), (48, 57), (65, 90), (32, 126))
"""Preferred characters, best first: lower-case letters, digits, capitals, the rest of ASCII."""


@lru_cache(maxsize=2048)
def matcher(pattern: str) -> Validator:
    """Checks strings against one pattern, in bounded time."""
    return Validator({"pattern": pattern}, {})


@lru_cache(maxsize=2048)
def tree(pattern: str) -> Node | None:
    """The pattern's tree; None where it cannot be read."""
    try:
        return parse(pattern)
    except PatternError:
        return None


def make(node: Node, stream: Stream, low: int, high: int) -> str:
    """A string that very likely matches, of `low` to `high` characters where the pattern admits it.

    Look-arounds, word boundaries and gaps in the possible lengths are met by chance or not at all:
    the caller verifies, and tries again with another stream.
    """
    return _Writer(stream).text(node, low, high)


def lengths(node: Node) -> tuple[int, int]:
    """The shortest and longest strings that match, anywhere in a text unless anchored."""
    start, end = anchored(node)
    return node.shortest, node.longest if start and end else UNBOUNDED


def anchored(node: Node) -> tuple[bool, bool]:
    """Whether every match starts at the start of the text, and ends at its end."""
    if isinstance(node, Mark):
        return node.kind == "^", node.kind == "$"
    if isinstance(node, Group):
        return anchored(node.part)
    if isinstance(node, Either):
        sides = [anchored(option) for option in node.options]
        return all(start for start, _ in sides), all(end for _, end in sides)
    if isinstance(node, Sequenced) and node.parts:
        parts = [part for part in node.parts if not isinstance(part, Ahead)]
        if parts:
            return anchored(parts[0])[0], anchored(parts[-1])[1]
    return False, False


class _Writer:
    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.groups: dict[str, str] = {}

    def text(self, node: Node, low: int, high: int) -> str:
        start, end = anchored(node)
        inner_low = low if start and end else 0
        made = self.write(node, max(node.shortest, inner_low), min(node.longest, high))
        missing = low - len(made)
        if missing > 0 and not (start and end):
            filler = "".join(self.char(((97, 122),)) for _ in range(missing))
            made = made + filler if not end else filler + made
        return made

    def write(self, node: Node, low: int, high: int) -> str:
        if isinstance(node, Chars):
            return self.char(node.ranges)
        if isinstance(node, Sequenced):
            return self.sequence(node, low, high)
        if isinstance(node, Repeat):
            return self.repeat(node, low, high)
        if isinstance(node, Either):
            fitting = [o for o in node.options if o.shortest <= high and o.longest >= low]
            return self.write(self.stream.pick(fitting or node.options), low, high)
        if isinstance(node, Group):
            made = self.write(node.part, low, high)
            for key in node.keys:
                self.groups[key] = made
            return made
        if isinstance(node, Reference):
            return self.groups.get(node.key, "")
        return ""

    def sequence(self, node: Sequenced, low: int, high: int) -> str:
        written: list[str] = []
        rest_short = sum(part.shortest for part in node.parts)
        rest_long = sum(part.longest for part in node.parts)
        wanted: list[tuple[int, Node]] = []
        size = 0
        for part in node.parts:
            rest_short -= part.shortest
            rest_long -= part.longest
            if isinstance(part, Ahead):
                if part.positive:
                    wanted.append((size, part.part))
                continue
            least = max(part.shortest, low - size - rest_long)
            most = min(part.longest, high - size - rest_short)
            written.append(self.write(part, least, max(most, least)))
            size += len(written[-1])
        made = "".join(written)
        return self.overlay(made, wanted) if wanted else made

    def repeat(self, node: Repeat, low: int, high: int) -> str:
        part = node.part
        fewest, most = node.least, node.most
        if part.longest and low > 0:
            fewest = max(fewest, -(-low // part.longest))
        if part.shortest:
            most = min(most, max(high, 0) // part.shortest)
        roomy = max(fewest, min(most, max(node.least, fewest, 1) + EXTRA))
        count = self.stream.between(fewest, max(fewest, roomy))
        if part.longest == 1 and isinstance(part, Chars):
            return "".join(self.char(part.ranges) for _ in range(count))
        written: list[str] = []
        size = 0
        for left in range(count - 1, -1, -1):
            least = max(part.shortest, low - size - left * part.longest)
            room = max(least, high - size - left * part.shortest)
            written.append(self.write(part, least, min(part.longest, room)))
            size += len(written[-1])
        return "".join(written)

    def overlay(self, made: str, wanted: list[tuple[int, Node]]) -> str:
        """Write what look-aheads ask for over a text, each at a place of its own if it can."""
        chars = list(made)
        free = self.stream.shuffled(range(len(chars)))
        for start, node in wanted:
            leading, rest = _split_filler(node)
            piece = self.write(rest, rest.shortest, max(rest.shortest, min(rest.longest, 4)))
            if not leading:
                chars[start : start + len(piece)] = piece
            elif len(piece) == 1 and any(place >= start for place in free):
                place = next(place for place in free if place >= start)
                free.remove(place)
                chars[place] = piece
            elif len(piece) < len(chars):
                chars[len(chars) - len(piece) :] = piece
        return "".join(chars)

    def char(self, ranges: Ranges) -> str:
        """One character of the ranges, a readable one where there is any."""
        for low, high in _PRINTABLE:
            cut = [(max(a, low), min(b, high)) for a, b in ranges if a <= high and b >= low]
            # A class such as [0-9A-F] is drawn from as a whole: no part of it is preferred.
            if cut:
                narrow = sum(b - a + 1 for a, b in ranges) <= 128
                return self.draw(ranges if narrow and _ascii(ranges) else tuple(cut))
        return self.draw(ranges) if ranges else ""

    def draw(self, ranges: Ranges) -> str:
        place = self.stream.below(sum(high - low + 1 for low, high in ranges))
        for low, high in ranges:
            if place <= high - low:
                code = low + place
                return chr(code) if not 0xD800 <= code <= 0xDFFF else "\ufffd"
            place -= high - low + 1
        return ""


def _ascii(ranges: Ranges) -> bool:
    return all(low >= 32 and high <= 126 for low, high in ranges)


def _split_filler(node: Node) -> tuple[bool, Node]:
    """Take a leading `.*` off a look-ahead: it may then be met anywhere."""
    if isinstance(node, Group):
        return _split_filler(node.part)
    if isinstance(node, Sequenced) and len(node.parts) > 1:
        first = node.parts[0]
        if isinstance(first, Repeat) and first.longest >= UNBOUNDED and first.least <= 1:
            rest = node.parts[1:]
            if len(rest) == 1:
                return True, rest[0]
            shortest = sum(part.shortest for part in rest)
            return True, Sequenced(rest, shortest, min(sum(p.longest for p in rest), UNBOUNDED))
    return False, node

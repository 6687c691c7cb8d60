"""Makes strings: by pattern, format or the promise of a property's name, of the right length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from polymock.errors import Unsatisfiable
from polymock.samples import formats, kinds, pattern_text
from polymock.samples.draws import Draw
from polymock.samples.kinds import Maker
from polymock.samples.names import kind_of, owner_in_name
from polymock.samples.patterns import UNBOUNDED
from polymock.samples.recipe import MAX_LENGTH, Node, Part, Run, Spot, window
from polymock.samples.seeds import Stream, derive

_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz ", "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "-_.!#%&")
_ATTEMPTS = 40
"""Strings tried for one value before its schema counts as unsatisfiable."""
_NAMED_ATTEMPTS = 2
"""Of them, how many come from the property's name where a pattern has to match as well."""


class TextRecipe:
    """Strings of one schema. What it makes satisfies length, patterns and known formats."""

    simple = True

    def __init__(self, parts: Sequence[Part], name: str, entity: str) -> None:
        self.path = parts[0].path if parts else ""
        self.entity = _entity(name, entity)
        self.low, self.high = window(parts, "minLength", "maxLength", MAX_LENGTH)
        self.patterns = tuple(
            dict.fromkeys(str(_keywords(p)["pattern"]) for p in parts if "pattern" in _keywords(p))
        )
        self.formats = tuple(dict.fromkeys(f for p in parts for f in _formats(p)))
        self.format_maker, self.format = self._format(name)
        kind = kind_of(name)
        self.name_maker: Maker = kinds.text(kind) or (lambda draw: draw.words(1))
        self.codes = kinds.codes(kind)
        self.prose = kind in ("", "sentence", "paragraph", "title", "heading", "word", "words")
        self.denied = any("not" in _keywords(part) for part in parts)
        self._check_lengths()

    def required(self) -> Sequence[Node]:
        return ()

    def make(self, run: Run, spot: Spot) -> str:
        """Make a string. Raises Unsatisfiable when none was found."""
        if run.careful and self.denied:
            return self.spelled(run, spot)
        return self._usual(spot)

    def _usual(self, spot: Spot) -> str:
        for value in self._candidates(spot):
            if self._fits(value):
                return value
        raise Unsatisfiable(self.path, f"no string was found {self._wishes()}")

    def spelled(self, run: Run, spot: Spot) -> str:
        """A string of characters of one sort, where the usual ones are forbidden or used up."""
        stream = Stream(derive(spot.seed, 2))
        alphabet = stream.pick(_ALPHABETS)
        high = max(self.low, 1) + 7 if self.high is None else min(self.high, self.low + 8)
        value = "".join(stream.pick(alphabet) for _ in range(stream.between(self.low, high)))
        return value if self._fits(value) else self._usual(spot)

    def _format(self, name: str) -> tuple[Maker | None, str]:
        for known in self.formats:
            maker = formats.maker(known, name)
            if maker:
                return maker, known
        return None, ""

    def _check_lengths(self) -> None:
        for pattern in self.patterns:
            tree = pattern_text.tree(pattern)
            if tree is None:
                continue
            shortest, longest = pattern_text.lengths(tree)
            shown = f"pattern {_shown(pattern)}"
            if self.high is not None and shortest > self.high:
                reason = f"{shown} needs {shortest} characters, above maxLength {self.high}"
                raise Unsatisfiable(self.path, reason)
            if longest < self.low:
                reason = f"{shown} admits {longest} characters, below minLength {self.low}"
                raise Unsatisfiable(self.path, reason)
            if shortest > MAX_LENGTH:
                raise Unsatisfiable(self.path, f"{shown} is longer than the limit")

    def _candidates(self, spot: Spot) -> Iterator[str]:
        if self.format_maker:
            named = 1 if not self.patterns else _ATTEMPTS // 2
            yield from self._made(self.format_maker, spot, named)
        elif not self.patterns:
            yield self.name_maker(Draw(spot.seed, spot.owner, self.entity))
            yield from self._coded(spot)
            yield self._resized(self.name_maker(Draw(spot.seed, spot.owner, self.entity)), spot)
        else:
            yield from self._made(self.name_maker, spot, _NAMED_ATTEMPTS)
            yield from self._coded(spot)
        if self.patterns:
            yield from self._matching(spot)
        yield self._resized("", spot)

    def _coded(self, spot: Spot) -> Iterator[str]:
        """The codes of what the name promises: `DE` where there is no room for `Germany`."""
        return (code(Draw(spot.seed, spot.owner, self.entity)) for code in self.codes)

    def _matching(self, spot: Spot) -> Iterator[str]:
        """Strings made from each pattern, and from all of them one after another."""
        trees = [tree for p in self.patterns if (tree := pattern_text.tree(p)) is not None]
        high = UNBOUNDED if self.high is None else self.high
        for attempt in range(_ATTEMPTS if trees else 0):
            stream = Stream(derive(spot.seed, attempt))
            made = [pattern_text.make(tree, stream, self.low, high) for tree in trees]
            yield from made
            if len(trees) > 1:
                made = [pattern_text.make(tree, stream, 0, high) for tree in trees]
                yield "".join(made)
                yield "".join(reversed(made))

    def _made(self, maker: Maker, spot: Spot, attempts: int) -> Iterator[str]:
        for attempt in range(attempts):
            seed = derive(spot.seed, attempt) if attempt else spot.seed
            value = maker(Draw(seed, spot.owner, self.entity))
            yield formats.resize(self.format, value, self.low, self.high)

    def _resized(self, value: str, spot: Spot) -> str:
        """Cut, or filled with words, to a length between the bounds."""
        if self.high is not None and len(value) > self.high:
            if not self.prose:
                value = "".join(value.split())
            cut = value[: self.high].rstrip()
            value = cut if len(cut) >= self.low else value[: self.high]
        if len(value) >= self.low and value:
            return value
        draw = Draw(derive(spot.seed, len(value)), spot.owner)
        wanted = self.low if self.low or value else min(8, 8 if self.high is None else self.high)
        pieces, size = [value] if value else [], len(value)
        while size < wanted:
            pieces.append(draw.words(1))
            size += len(pieces[-1]) + 1
        filled = (" " if self.prose else "").join(pieces)
        filled = filled.ljust(self.low, "a")
        if self.high is not None and len(filled) > self.high:
            filled = filled[: self.high]
        return filled if not filled.endswith(" ") else filled[:-1] + "a"

    def _fits(self, value: str) -> bool:
        if len(value) < self.low or (self.high is not None and len(value) > self.high):
            return False
        return all(pattern_text.matcher(p).is_valid(value) for p in self.patterns) and (
            not self.formats or all(formats.checker(f).is_valid(value) for f in self.formats)
        )

    def _wishes(self) -> str:
        wishes = [f"of format {f}" for f in self.formats]
        wishes += [f"matching pattern {_shown(p)}" for p in self.patterns]
        if self.low:
            wishes.append(f"of minLength {self.low}")
        if self.high is not None:
            wishes.append(f"of maxLength {self.high}")
        return " and ".join(wishes)


def _keywords(part: Part) -> dict[str, object]:
    return part.schema if isinstance(part.schema, dict) else {}


def _formats(part: Part) -> list[str]:
    keywords = _keywords(part)
    found = [keywords["format"]] if isinstance(keywords.get("format"), str) else []
    encoding = keywords.get("contentEncoding")
    if isinstance(encoding, str) and encoding.lower() in ("base64", "base64url"):
        found.append(encoding.lower())
    return [str(name) for name in found]


def _entity(name: str, entity: str) -> str:
    """`ownerName` tells of an owner, whatever object it stands in."""
    return owner_in_name(name) or entity if kind_of(name) in ("name", "id") else entity


def _shown(pattern: str) -> str:
    return repr(pattern if len(pattern) <= 100 else pattern[:100] + "...")

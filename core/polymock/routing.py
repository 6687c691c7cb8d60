"""Find what answers at a method and a path: path templates, compiled once into a tree per method.

How paths compare, and what a template can say, is `polymock.templates`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from polymock.templates import Pattern, Segment, parse_template, split_path

T = TypeVar("T")

MAX_PATH = 8192
"""Characters of a path; what is longer matches nothing."""
MAX_SEGMENTS = 128
"""Segments of a path; what has more matches nothing."""


class Router(Generic[T]):
    """Routes of (method, path template, value), compiled; it never changes afterwards.

    A template is literal text with expressions in braces. `{name}` stands for one or more
    characters of one segment, beside literal text and other expressions if need be
    (`/a/{b}.json`, `/{from}-{to}`); where a text can be split in several ways the earlier capture
    is the shorter one. Of RFC 6570 it takes the operators that make sense in a path: `{+name}` and
    `{name*}` may span slashes, `{/name}` is `/{name}`, `{.name}` is `.{name}`, and `{?name}`,
    `{&name}` and `{#name}` match nothing of it. A query or fragment of a template is ignored.

    The most static template wins, segment by segment from the left: literal before mixed (more
    literal text first) before `{name}` before what spans, which takes as few segments as it can.
    Of two routes that match alike the first wins. A trailing slash more or less is forgiven where
    nothing matches exactly. A template that has dot segments or is beyond the limits above never
    matches.
    """

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        self._trees: dict[str, _Node[T]] = {}
        self._static: dict[str, dict[str, T]] = {}
        for method, template, value in routes:
            segments = parse_template(template)
            if len(segments) <= MAX_SEGMENTS:
                self._add(method.upper(), segments, value)
        for tree in self._trees.values():
            _sort(tree)

    def find(self, method: str, path: str) -> tuple[T, dict[str, str]] | None:
        """The value of the route that answers, and its captures by name, still percent-encoded.

        `method` is upper-case, `path` raw and without its query. None where nothing answers. Where
        a template repeats a name, its last capture counts.
        """
        tree = self._trees.get(method)
        if tree is None or len(path) > MAX_PATH:
            return None
        static = self._static[method]
        if path in static:
            return static[path], {}
        segments = split_path(path)
        if len(segments) > MAX_SEGMENTS:
            return None
        captured: list[str] = []
        walk: _Walk[T] = _Walk(segments, captured)
        leaf = walk.from_node(tree, 0)
        if leaf is None:
            segments = segments[:-1] if segments[-1] == "" else [*segments, ""]
            leaf = _Walk[T](segments, captured).from_node(tree, 0)
        return None if leaf is None else (leaf.value, dict(zip(leaf.names, captured, strict=True)))

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods for which `find` finds something at this path: upper-case, sorted."""
        return tuple(method for method in sorted(self._trees) if self.find(method, path))

    def _add(self, method: str, segments: list[Segment], value: T) -> None:
        node = self._trees.setdefault(method, _Node())
        static = self._static.setdefault(method, {})
        if not any(segment.names for segment in segments):
            static.setdefault("".join("/" + segment.texts[0] for segment in segments), value)
        for segment in segments:
            node = node.child(segment)
        if node.leaf is None:
            names = tuple(name for segment in segments for name in segment.names)
            node.leaf = _Leaf(names, value)


class _Leaf(Generic[T]):
    """Where a route ends: the names of its captures in path order, and its value."""

    __slots__ = ("names", "value")

    def __init__(self, names: tuple[str, ...], value: T) -> None:
        self.names = names
        self.value = value


class _Node(Generic[T]):
    """What can follow a prefix of segments. Names of parameters do not tell nodes apart."""

    __slots__ = ("leaf", "literals", "mixed", "parameter", "spanning")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.mixed: dict[Pattern, _Node[T]] = {}
        self.parameter: _Node[T] | None = None
        self.spanning: dict[Pattern, _Node[T]] = {}
        self.leaf: _Leaf[T] | None = None

    def child(self, segment: Segment) -> _Node[T]:
        """The node behind a segment, made where it is new."""
        if not segment.names:
            return self.literals.setdefault(segment.texts[0], _Node())
        if segment.spans:
            return self.spanning.setdefault(Pattern(segment.texts), _Node())
        if segment.texts != ("", ""):
            return self.mixed.setdefault(Pattern(segment.texts), _Node())
        if self.parameter is None:
            self.parameter = _Node()
        return self.parameter


class _Walk(Generic[T]):
    """One search through a tree, depth first; `captured` holds the captures of the way so far.

    Each pair of node and position is visited once: by itself in a tree without spanning
    parameters, by remembering dead ends behind those.
    """

    __slots__ = ("captured", "dead", "segments")

    def __init__(self, segments: list[str], captured: list[str]) -> None:
        self.segments = segments
        self.captured = captured
        self.dead: set[tuple[int, int]] = set()

    def from_node(self, node: _Node[T], index: int) -> _Leaf[T] | None:
        """The leaf that the segments from `index` on lead to."""
        if index == len(self.segments):
            return node.leaf
        segment = self.segments[index]
        literal = node.literals.get(segment)
        if literal is not None:
            found = self.from_node(literal, index + 1)
            if found is not None:
                return found
        if segment:
            for pattern, child in node.mixed.items():
                captures = pattern.match(segment)
                if captures is not None:
                    found = self._behind(captures, child, index + 1)
                    if found is not None:
                        return found
            if node.parameter is not None:
                found = self._behind([segment], node.parameter, index + 1)
                if found is not None:
                    return found
        return self._spanning(node, index) if node.spanning else None

    def _behind(self, captures: list[str], child: _Node[T], index: int) -> _Leaf[T] | None:
        kept = len(self.captured)
        self.captured += captures
        found = self.from_node(child, index)
        if found is None:
            del self.captured[kept:]
        return found

    def _spanning(self, node: _Node[T], index: int) -> _Leaf[T] | None:
        for pattern, child in node.spanning.items():
            text = self.segments[index]
            for end in range(index + 1, len(self.segments) + 1):
                captures = None if (id(child), end) in self.dead else pattern.match(text)
                if captures is not None:
                    found = self._behind(captures, child, end)
                    if found is not None:
                        return found
                    self.dead.add((id(child), end))
                if end < len(self.segments):
                    text += "/" + self.segments[end]
        return None


def _sort(tree: _Node[T]) -> None:
    """Put the patterns of every node below into the order in which they are tried."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        node.mixed = dict(sorted(node.mixed.items(), key=lambda item: item[0].rank()))
        node.spanning = dict(sorted(node.spanning.items(), key=lambda item: item[0].rank()))
        waiting += [*node.literals.values(), *node.mixed.values(), *node.spanning.values()]
        if node.parameter is not None:
            waiting.append(node.parameter)

"""Ways to properties in a message: `lines[].sku`, `labels.*`, and trees to find them by.

A step is a property's name, `[]` for the elements of a list, or `*` for the values of a map. A name
that could be taken for something else is written as a JSON string: `"a.b".c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

ELEMENTS = "[]"
VALUES = "*"
MAX_DEPTH = 64
"""Levels of a message that are looked at."""

_PLAIN = re.compile(r"[^.\[\]*\"\\\s]+\Z")
_STEP = re.compile(r"\[\]|\"(?:[^\"\\]|\\.)*\"|[^.\[\]]+")


def way(steps: Sequence[str]) -> str:
    """The steps as one text."""
    written = ""
    for step in steps:
        if step == ELEMENTS:
            written += step
        elif written:
            written += f".{step}"
        else:
            written = step
    return written


def named(name: str) -> str:
    """A property's name as a step."""
    return name if _PLAIN.match(name) else msgspec.json.encode(name).decode()


def steps(text: str) -> list[str]:
    """The steps of a way."""
    return _STEP.findall(text)


class Tree:
    """The ways that there are in a message, as a tree of steps."""

    __slots__ = ("children", "way")

    def __init__(self) -> None:
        self.children: dict[str, Tree] = {}
        self.way = ""
        """Of the part that stands here; "" where none does."""

    def add(self, text: str, aliases: Iterable[str] = ()) -> None:
        """Let a way lead somewhere; its last step is known by the aliases too."""
        node = self
        taken = steps(text)
        for step in taken[:-1]:
            node = node._child(_key(step))
        last = node._child(_key(taken[-1])) if taken else node
        last.way = text
        for alias in aliases:
            node.children.setdefault(alias, last)

    def _child(self, key: str) -> Tree:
        child = self.children.get(key)
        if child is None:
            child = self.children[key] = Tree()
        return child

    def met(self, shape: Any) -> set[str]:
        """The ways that lead somewhere in a value (or in its shape, see `looking`)."""
        found: set[str] = set()
        waiting: list[tuple[Tree, Any, int]] = [(self, shape, 0)]
        while waiting:
            node, value, depth = waiting.pop()
            if node.way:
                found.add(node.way)
            if depth < MAX_DEPTH and node.children:
                waiting.extend((child, inner, depth + 1) for child, inner in _inside(node, value))
        return found


_ELEMENTS_KEY = "\0[]"
_VALUES_KEY = "\0*"


def _key(step: str) -> str:
    """What a step is found by: no property's name can be taken for `[]` or `*`."""
    if step == ELEMENTS:
        return _ELEMENTS_KEY
    if step == VALUES:
        return _VALUES_KEY
    return str(msgspec.json.decode(step)) if step.startswith('"') else step


def _inside(node: Tree, value: Any) -> Iterator[tuple[Tree, Any]]:
    children = node.children
    if isinstance(value, dict):
        rest = children.get(_VALUES_KEY)
        for name, inner in value.items():
            child = children.get(name, rest)
            if child is not None:
                yield child, inner
    elif isinstance(value, list):
        child = children.get(_ELEMENTS_KEY)
        if child is not None:
            for inner in value:
                yield child, inner

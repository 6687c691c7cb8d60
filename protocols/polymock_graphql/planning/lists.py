"""Windows over lists: what arguments ask for, which items that is, and cursors."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    get_named_type,
)

from polymock.world.names import fold
from polymock_graphql.planning.entities import Entity
from polymock_graphql.planning.errors import wrong_argument
from polymock_graphql.planning.words import (
    LIMITS,
    OFFSETS,
    PAGES,
    PAGING,
    PAGING_INPUTS,
)

_CURSOR = "cursor:"
_MAX_CURSOR = 100
_MAX_KEYED_CURSOR = 4000
_MAX_DIGITS = 12


Locate = Callable[[str, Any], int | None]
"""(`after` or `before`, cursor) -> its place in the list; None for a cursor of nobody."""


class Window(msgspec.Struct, frozen=True, gc=False):
    """Items `start` to `stop` (without it) of a list; `size` is how many were asked for."""

    start: int
    stop: int
    size: int
    has_next: bool
    has_previous: bool


class Paging:
    """The arguments of one field that choose a window, and those that do not."""

    def __init__(self, field: GraphQLField) -> None:
        self._places: dict[str, tuple[str, ...]] = {}
        """Where the value of each word stands: the argument, or a member of it."""
        self._names: set[str] = set()
        for name, argument in field.args.items():
            named = get_named_type(argument.type)
            for word, place in _words(name, named):
                self._places.setdefault(word, place)
                self._names.add(name)

    def __bool__(self) -> bool:
        return bool(self._places)

    def others(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that tell of the items, without null."""
        return {
            name: value
            for name, value in arguments.items()
            if value is not None and name not in self._names
        }

    @property
    def names(self) -> frozenset[str]:
        """The arguments that choose a window."""
        return frozenset(self._names)

    def is_asked(self, arguments: Mapping[str, Any]) -> bool:
        """Whether any of them is given."""
        return any(_at(arguments, place) is not None for place in self._places.values())

    def window(
        self,
        arguments: Mapping[str, Any],
        total: int,
        default: int,
        locate: Locate | None = None,
    ) -> Window:
        """The window that is asked for; `default` items where no argument says how many. `locate`
        finds the place of a cursor, which is one less for `after` where its item is gone.

        Cursors, `first` and `last` as the Relay Cursor Connections specification says, section 4.4
        and 5.1. Raises GraphQLError for negative numbers and wrong cursors.
        """
        if not self._places:
            stop = min(default, total)
            return Window(0, stop, default, stop < total, False)
        asked = {word: _at(arguments, place) for word, place in self._places.items()}
        first = next((_count(w, asked) for w in _ORDERED_LIMITS if asked.get(w) is not None), None)
        last = _count("last", asked)
        after, before = (self._index(word, asked, total, locate) for word in ("after", "before"))
        start = 0 if after is None else after + 1
        stop = total if before is None else before
        if first is None and last is None:
            first = default
        size = first if first is not None else (last or 0)
        offset = next((_count(w, asked) for w in OFFSETS if asked.get(w) is not None), None)
        page = next((_count(w, asked) for w in PAGES if asked.get(w) is not None), None)
        start += (offset or 0) + max((page or 1) - 1, 0) * size
        return _cut(min(start, total), stop, first, last, size, total, before is not None)

    def _index(
        self, word: str, asked: Mapping[str, Any], total: int, locate: Locate | None
    ) -> int | None:
        """The place in the list that a cursor stands for."""
        cursor = asked.get(word)
        if cursor is None:
            return None
        index = read_cursor(cursor) if locate is None else locate(word, cursor)
        if index is None or (locate is None and index >= total):
            raise wrong_argument(
                f"Argument '{self._places[word][-1]}' is no cursor of this list: "
                "give one that an edge or pageInfo told."
            )
        return index


def keyed_cursor(index: int, item: Entity) -> str:
    """The opaque cursor of an entity, which stands at an index as long as nothing is deleted."""
    key = next(iter(item.said.values()), "")
    return b64encode(f"{_CURSOR}{index}:{key}".encode()).decode()


def read_keyed_cursor(text: Any) -> tuple[int, str] | None:
    """The index and the key that a cursor stands for; None where it is none of ours."""
    if not isinstance(text, str) or len(text) > _MAX_KEYED_CURSOR:
        return None
    try:
        plain = b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    number, colon, key = plain.removeprefix(_CURSOR).partition(":")
    is_ours = plain.startswith(_CURSOR) and colon and number.isascii() and number.isdecimal()
    return (int(number), key) if is_ours and len(number) <= _MAX_DIGITS else None


def cursor(index: int) -> str:
    """The opaque cursor of the item at an index."""
    return b64encode(f"{_CURSOR}{index}".encode()).decode()


def read_cursor(text: Any) -> int | None:
    """The index that a cursor stands for; None where it is none of ours."""
    if not isinstance(text, str) or len(text) > _MAX_CURSOR:
        return None
    try:
        plain = b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    number = plain.removeprefix(_CURSOR)
    is_ours = plain != number and number.isdecimal() and cursor(int(number)) == text
    return int(number) if is_ours else None


_ORDERED_LIMITS = tuple(sorted(LIMITS, key=lambda word: (word != "first", word)))


def _cut(
    start: int,
    stop: int,
    first: int | None,
    last: int | None,
    size: int,
    total: int,
    is_before: bool,
) -> Window:
    """Apply `first` and `last` to the edges between the cursors."""
    low, high = start, max(stop, start)
    has_next = is_before and high < total
    has_previous = low > 0
    if first is not None:
        has_next = high - low > first
        high = min(high, low + first)
    if last is not None:
        has_previous = high - low > last
        low = max(low, high - last)
    return Window(low, high, size, has_next, has_previous)


def _count(word: str, asked: Mapping[str, Any]) -> int | None:
    number = asked.get(word)
    if number is None:
        return None
    if number < 0:
        raise wrong_argument(f"Argument '{word}' must not be negative, but is {number}.")
    return int(number)


def _at(arguments: Mapping[str, Any], place: tuple[str, ...]) -> Any:
    value: Any = arguments
    for name in place:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _words(name: str, named: GraphQLNamedType) -> Iterator[tuple[str, tuple[str, ...]]]:
    folded = fold(name)
    if folded in PAGING and _suits(folded, named):
        yield folded, (name,)
    elif folded in PAGING_INPUTS and isinstance(named, GraphQLInputObjectType):
        for inner, field in named.fields.items():
            if fold(inner) in PAGING and _suits(fold(inner), get_named_type(field.type)):
                yield fold(inner), (name, inner)


def _suits(word: str, named: GraphQLNamedType) -> bool:
    """Numbers are Ints; cursors are of any scalar."""
    return word in ("after", "before") or named.name == "Int"

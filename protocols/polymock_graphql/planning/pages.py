"""The fields of connections and pages: items, edges, cursors, and what tells of the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLField, GraphQLNonNull, get_named_type

from polymock.world.names import fold
from polymock_graphql.planning.entities import Page
from polymock_graphql.planning.lists import cursor, keyed_cursor
from polymock_graphql.planning.words import (
    BEFORE,
    LIMITS,
    MORE,
    NEXT,
    OFFSETS,
    PAGE_COUNTS,
    PAGES,
    PREVIOUS,
    TOTALS,
)

Tell = Callable[[Page], Any]


def teller(name: str, field: GraphQLField) -> Tell | None:
    """What a leaf field of a page, or of the object that describes it, tells of the window.

    None where its name promises nothing of that kind.
    """
    folded = fold(name)
    scalar = get_named_type(field.type).name
    if folded in ("startcursor", "endcursor") and scalar in ("String", "ID"):
        return _cursors(folded == "startcursor", isinstance(field.type, GraphQLNonNull))
    if scalar == "Boolean":
        return _BOOLEANS.get(folded)
    return _numbers(folded) if scalar == "Int" else None


def _numbers(folded: str) -> Tell | None:
    if folded in TOTALS:
        return lambda page: page.total
    if folded in PAGE_COUNTS:
        return lambda page: -(-page.total // max(page.size, 1))
    if folded in PAGES:
        return _number
    if folded in OFFSETS:
        return lambda page: page.start
    if folded in NEXT:
        return lambda page: _number(page) + 1 if page.has_next else None
    if folded in PREVIOUS:
        return lambda page: _number(page) - 1 if page.has_previous else None
    return (lambda page: page.size) if folded in LIMITS else None


def _number(page: Page) -> int:
    """Which page it is, from 1."""
    return page.start // max(page.size, 1) + 1


def _cursors(is_start: bool, is_required: bool) -> Tell:
    def tell(page: Page) -> Any:
        if page.start >= page.stop:
            return "" if is_required else None
        index = page.start if is_start else page.stop - 1
        if page.items is None:
            return cursor(index)
        return keyed_cursor(index, page.items[index - page.start])

    return tell


_BOOLEANS: dict[str, Tell] = {
    **dict.fromkeys(MORE, lambda page: page.has_next),
    **dict.fromkeys(BEFORE, lambda page: page.has_previous),
}

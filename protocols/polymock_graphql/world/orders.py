"""Arguments that sort: `orderBy: NAME_ASC`, `{name: asc}`, `[{field: NAME, direction: DESC}]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from polymock.world.names import fold
from polymock.world.queries import Order, read_order
from polymock_graphql.planning.words import (
    is_order,
)

MAX_ORDERS = 20
_WAYS = ("direction", "dir", "order", "sort", "sortorder", "orderdirection", "sortdirection")
_FIELDS = ("field", "by", "key", "property", "column", "name", "sortby", "orderby", "attribute")


def read_orders(arguments: Mapping[str, Any], known: Mapping[str, str]) -> tuple[Order, ...]:
    """The order that arguments ask for; `known` are the properties by their folded names.

    A direction that stands in an argument of its own counts for all that say none.
    """
    found: list[Order] = []
    falls = False
    for name, value in arguments.items():
        folded = fold(name)
        if value is None or folded in known or folded.endswith("id"):
            continue
        if folded in ("reverse", "descending", "desc") and isinstance(value, bool):
            falls = falls or value
        elif is_order(folded):
            if _is_way(value):
                falls = falls or _descends(value)
            else:
                found.extend(_orders(value, known))
    if falls:
        found = [Order(each.path, not each.descending) for each in found]
    return tuple(found[:MAX_ORDERS])


def _orders(value: Any, known: Mapping[str, str]) -> Iterator[Order]:
    if isinstance(value, list):
        for each in value[:MAX_ORDERS]:
            yield from _orders(each, known)
    elif isinstance(value, str):
        yield from _named(value, known)
    elif isinstance(value, Mapping):
        folded = {fold(name): held for name, held in value.items() if held is not None}
        field = next((folded[n] for n in _FIELDS if isinstance(folded.get(n), str)), None)
        if field is not None and not _is_way(field):
            way = next((folded[n] for n in _WAYS if n in folded), None)
            for order in _named(field, known):
                yield Order(order.path, _descends(way)) if way is not None else order
        else:
            for name, held in folded.items():
                if isinstance(held, Mapping):
                    inner = next((v for n, v in held.items() if fold(n) in _WAYS), None)
                    if inner is None:
                        yield from (Order((name, *o.path), o.descending) for o in _inner(held))
                        continue
                    held = inner
                if name in known and _is_way(held):
                    yield Order((name,), _descends(held))


def _inner(value: Mapping[str, Any]) -> Iterator[Order]:
    for name, held in value.items():
        if _is_way(held):
            yield Order((fold(name),), _descends(held))


def _named(text: str, known: Mapping[str, str]) -> Iterator[Order]:
    """A property, and perhaps a direction, in one word or text."""
    for order in read_order(text):
        word, falls = fold(order.path[0]), order.descending
        for ending in ("ascending", "descending", "asc", "desc"):
            stem = word.removesuffix(ending)
            if stem != word and word not in known and stem in known:
                word, falls = stem, ending.startswith("desc")
                break
        if word in known:
            yield Order((word, *order.path[1:]), falls)


def _is_way(value: Any) -> bool:
    return isinstance(value, str) and fold(value).startswith(("asc", "desc")) and len(value) < 24


def _descends(value: Any) -> bool:
    return isinstance(value, str) and fold(value).startswith("desc")

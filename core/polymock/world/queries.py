"""What a list is asked for: filters, an order and a page, neutral of how a protocol writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cmp_to_key
from typing import Any, Literal

import msgspec

from polymock.world.names import fold, words

Operator = Literal[
    "eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "contains", "starts", "ends", "exists"
]

MAX_LIMIT = 1000
"""Entities of one page, whatever is asked for."""


class Where(msgspec.Struct, frozen=True):
    """A condition on an entity's document. `path` are names of properties, inner ones behind outer
    ones, in any spelling; of a list any item will do. `value` is a sequence for `in`, `not_in`."""

    path: tuple[str, ...]
    value: Any
    operator: Operator = "eq"


class Order(msgspec.Struct, frozen=True):
    """One property to sort by, in any spelling."""

    path: tuple[str, ...]
    descending: bool = False


class Of(msgspec.Struct, frozen=True):
    """Only the entities that refer to the one of a key, by the reference of this name (a
    document's property)."""

    reference: str
    key: str


class Query(msgspec.Struct, frozen=True):
    """Which entities of a collection, and in which order.

    `shown` is how many of those that nobody wrote the list holds at most. `limit` None asks for
    all. `text` is searched for in every text of a document. `keeps` is a condition on documents
    that `where` cannot say.
    """

    where: tuple[Where, ...] = ()
    order: tuple[Order, ...] = ()
    of: tuple[Of, ...] = ()
    text: str = ""
    offset: int = 0
    limit: int | None = None
    shown: int = 25
    keeps: Callable[[Mapping[str, Any]], bool] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it asks for nothing but a page."""
        return not (self.where or self.order or self.text or self.keeps)


def matches(document: Mapping[str, Any], query: Query) -> bool:
    """Whether a document keeps all conditions."""
    if query.text and not _holds_text(document, query.text.lower()):
        return False
    if query.keeps is not None and not query.keeps(document):
        return False
    return all(_holds(document, where) for where in query.where)


def in_order(documents: Iterable[Any], order: Sequence[Order], value: Any) -> list[Any]:
    """Things sorted by the document that `value` gives of each; null goes last, as does what is
    absent. Those that are equal keep their order."""

    def compare(a: Any, b: Any) -> int:
        for each in order:
            x, y = (next(iter(_at(value(thing), each.path)), None) for thing in (a, b))
            if x is None or y is None:
                if (x is None) != (y is None):
                    return 1 if x is None else -1
                continue
            result = _compare(x, y)
            if result:
                return -result if each.descending else result
        return 0

    return sorted(documents, key=cmp_to_key(compare))


def read_order(text: str, *, direction: str = "") -> tuple[Order, ...]:
    """An order as callers write it: `-createdAt,name`, `name desc`, `name:desc`, `+name`.

    `direction` is what another parameter says for all of them.
    """
    found: list[Order] = []
    descending = direction.lower().startswith(("desc", "-"))
    for part in text.split(","):
        word = part.strip()
        if not word:
            continue
        falls = descending != word.startswith("-")
        word = word.lstrip("+-").strip()
        for mark in (" ", ":", "|"):
            name, separator, way = word.rpartition(mark)
            if separator and way.strip().lower() in ("asc", "desc", "ascending", "descending"):
                word, falls = name.strip(), way.strip().lower().startswith("desc")
        found.append(Order(tuple(word.split(".")), falls))
    return tuple(found)


_BOUNDS: Mapping[str, Operator] = {
    "min": "gte",
    "minimum": "gte",
    "from": "gte",
    "since": "gte",
    "after": "gt",
    "gte": "gte",
    "gt": "gt",
    "max": "lte",
    "maximum": "lte",
    "to": "lte",
    "until": "lte",
    "before": "lt",
    "lte": "lte",
    "lt": "lt",
    "contains": "contains",
    "like": "contains",
    "eq": "eq",
    "ne": "ne",
    "in": "in",
}


def condition(name: str, value: Any, known: Mapping[str, str]) -> Where | None:
    """The condition that a parameter of this name stands for; None where it is about no property.

    `known` are the properties by their folded names. `status`, `status[]`; `minPrice`,
    `price_max`, `createdAfter`, `created_at_gte`: bounds of `price` and of `createdAt`; a list
    asks for any of its values.
    """
    folded = fold(name.removesuffix("[]"))
    if folded in known:
        if isinstance(value, list):
            return Where((folded,), tuple(value), "in")
        return Where((folded,), value)
    parts = words(name)
    for word, rest in ((parts[-1:], parts[:-1]), (parts[:1], parts[1:])):
        operator = _BOUNDS.get(word[0]) if word and rest else None
        if operator is None:
            continue
        stem = "".join(rest)
        for candidate in (stem, stem + "at", stem + "date", stem + "time", stem + "on"):
            if candidate in known:
                return Where((candidate,), value, operator)
    return None


def _holds(document: Mapping[str, Any], where: Where) -> bool:
    found = list(_at(document, where.path))
    if where.operator == "exists":
        return bool(found and found[0] is not None) == bool(where.value)
    if where.operator in ("ne", "not_in"):
        choices = where.value if where.operator == "not_in" else (where.value,)
        return not any(_same(value, choice, where) for value in found for choice in choices)
    return any(_keeps(value, where) for value in found)


def _same(value: Any, asked: Any, where: Where) -> bool:
    return equal(value, asked, where.path[-1] if where.path else "")


def _keeps(value: Any, where: Where) -> bool:
    asked = where.value
    match where.operator:
        case "eq":
            return _same(value, asked, where)
        case "in":
            return any(_same(value, choice, where) for choice in asked)
        case "contains":
            return isinstance(value, str) and str(asked).lower() in value.lower()
        case "starts":
            return isinstance(value, str) and value.lower().startswith(str(asked).lower())
        case "ends":
            return isinstance(value, str) and value.lower().endswith(str(asked).lower())
        case "lt" | "lte" | "gt" | "gte":
            if value is None or asked is None:
                return False
            result = _compare(value, asked)
            if where.operator == "lt":
                return result < 0
            if where.operator == "lte":
                return result <= 0
            return result > 0 if where.operator == "gt" else result >= 0
    return False


def equal(a: Any, b: Any, name: str = "") -> bool:
    """Whether two values are the same, whatever contract spells them: `7` and `"7"`, `PAID` and
    `paid`; of a property called `status` also `ORDER_STATUS_PAID` and `PAID`."""
    if a == b:
        return isinstance(a, bool) == isinstance(b, bool) or isinstance(a, str)
    if isinstance(a, bool) or isinstance(b, bool):
        return str(a).lower() == str(b).lower()
    if isinstance(a, int | float | str) and isinstance(b, int | float | str):
        x, y = str(a), str(b)
        if x == y:
            return True
        if isinstance(a, float) or isinstance(b, float):
            return _number(a) == _number(b)
        if isinstance(a, str) and isinstance(b, str) and _is_word(a) and _is_word(b):
            return fold(x) == fold(y) or _is_prefixed(x, y, name) or _is_prefixed(y, x, name)
    return False


def _is_prefixed(longer: str, shorter: str, name: str) -> bool:
    """Whether an enum's value has its type's name before it, as protobuf's style has it."""
    if not name or not longer.lower().endswith("_" + shorter.lower()):
        return False
    return fold(longer[: -len(shorter)]).endswith(fold(name))


def _is_word(text: str) -> bool:
    return text.isidentifier() and (text.isupper() or text.islower())


def _compare(a: Any, b: Any) -> int:
    if isinstance(a, str) != isinstance(b, str):
        x, y = _number(a), _number(b)
        if x is not None and y is not None:
            return (x > y) - (x < y)
        a, b = str(a), str(b)
    elif isinstance(a, str):
        a, b = a.lower(), b.lower()
    try:
        return int(a > b) - int(a < b)
    except TypeError:
        return (str(a) > str(b)) - (str(a) < str(b))


def _number(value: Any) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _at(value: Any, path: Sequence[str]) -> Iterable[Any]:
    """The values at a path; of a list those of its items."""
    if isinstance(value, list):
        return [found for item in value for found in _at(item, path)]
    if not path:
        return [value]
    if not isinstance(value, Mapping):
        return []
    if path[0] in value:
        return _at(value[path[0]], path[1:])
    wanted = fold(path[0])
    for name, inner in value.items():
        if fold(name) == wanted:
            return _at(inner, path[1:])
    return []


def _holds_text(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return text in value.lower()
    if isinstance(value, Mapping):
        return any(_holds_text(inner, text) for inner in value.values())
    if isinstance(value, list):
        return any(_holds_text(inner, text) for inner in value)
    return False

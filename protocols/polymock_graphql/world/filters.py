"""Arguments that choose among entities: filters by name, operators, and text to search for.

`status: PAID`, `priceMin: 5`, `where: {price: {gte: 5}, OR: [{name: {contains: "x"}}]}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from polymock.world.collections import Collection
from polymock.world.keys import key_text
from polymock.world.names import fold, reference_stem
from polymock.world.queries import Of, Operator, Query, Where, condition, matches
from polymock_graphql.planning.words import (
    is_order,
)

MAX_DEPTH = 6
"""Filters inside one another."""
MAX_CONDITIONS = 500
_TEXTS = frozenset(
    {
        *("search", "query", "q", "text", "term", "keyword", "keywords", "searchterm", "fulltext"),
        *("searchtext", "searchquery", "filter", "find"),
    }
)
_OPERATORS: Mapping[str, Operator] = {
    **dict.fromkeys(("eq", "equals", "equal", "is", "equalto", "iseq"), "eq"),
    **dict.fromkeys(("ne", "neq", "not", "isnot", "notequals", "notequal", "notequalto"), "ne"),
    **dict.fromkeys(("in", "oneof", "anyof"), "in"),
    **dict.fromkeys(("nin", "notin", "noneof"), "not_in"),
    **dict.fromkeys(("lt", "lessthan", "before"), "lt"),
    **dict.fromkeys(("lte", "le", "lessthanorequal", "lessthanorequalto", "max"), "lte"),
    **dict.fromkeys(("gt", "greaterthan", "after"), "gt"),
    **dict.fromkeys(("gte", "ge", "greaterthanorequal", "greaterthanorequalto", "min"), "gte"),
    **dict.fromkeys(("contains", "like", "ilike", "includes", "matches", "has"), "contains"),
    **dict.fromkeys(("startswith", "beginswith", "starts"), "starts"),
    **dict.fromkeys(("endswith", "ends"), "ends"),
    "exists": "exists",
}
_PAIRS: Mapping[str, Operator] = {"from": "gte", "to": "lte", "start": "gte", "end": "lte"}

Holds = Callable[[Mapping[str, Any]], bool]
"""Whether a document keeps a condition."""


class Asked(msgspec.Struct):
    """What a list is asked for, but for its order and page.

    `where`, `of` and `text` are what a query of the world takes; `rest` are conditions beyond
    that. `keys`: only those.
    """

    where: list[Where] = []
    of: list[Of] = []
    rest: list[Holds] = []
    text: str = ""
    keys: list[Any] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether everything is asked for."""
        return not (self.where or self.of or self.rest or self.text) and self.keys is None

    def holds(self, document: Mapping[str, Any]) -> bool:
        """Whether a document keeps all conditions, but for `of` and `keys`."""
        query = Query(where=tuple(self.where), text=self.text)
        return matches(document, query) and all(each(document) for each in self.rest)


class Filters:
    """Reads the filters on one collection; `key_names` are what callers call its keys, folded."""

    def __init__(self, collection: Collection, key_names: frozenset[str]) -> None:
        self._collection = collection
        self._key_names = key_names

    def read(self, arguments: Mapping[str, Any]) -> Asked:
        """What arguments ask for; what is about nothing that entities have is passed over."""
        asked = Asked()
        self._collect(arguments, asked, MAX_DEPTH)
        return asked

    def _collect(self, said: Mapping[str, Any], asked: Asked, depth: int) -> None:
        for name, value in list(said.items())[:MAX_CONDITIONS]:
            if value is None:
                continue
            folded = fold(name)
            if folded in ("and", "all") and isinstance(value, list | dict):
                for each in _all(value):
                    self._nested(each, asked, depth)
            elif folded in ("or", "any") and isinstance(value, list):
                branches = [self._branch(each, depth) for each in _all(value)]
                if branches:
                    asked.rest.append(_any(branches))
            elif folded in ("not", "nor") and isinstance(value, dict | list):
                for each in _all(value):
                    asked.rest.append(_not(self._branch(each, depth)))
            else:
                self._one(name, folded, value, asked, depth)

    def _nested(self, said: Mapping[str, Any], asked: Asked, depth: int) -> None:
        if depth:
            self._collect(said, asked, depth - 1)

    def _branch(self, said: Mapping[str, Any], depth: int) -> Holds:
        """One of several alternatives, as a condition of its own."""
        inner = Asked()
        self._nested(said, inner, depth)
        inner.where += [Where((each.reference,), each.key) for each in inner.of]
        if inner.keys is not None:
            inner.where.append(Where((self._collection.key,), inner.keys, "in"))
        return inner.holds

    def _one(self, name: str, folded: str, value: Any, asked: Asked, depth: int) -> None:
        if folded in self._key_names and self._by_key(value, asked):
            return
        if self._by_reference(name, folded, value, asked):
            return
        known = self._collection.names
        if isinstance(value, Mapping):
            if folded in known:
                self._operators((folded,), value, asked, depth)
            elif not is_order(folded):
                self._nested(value, asked, depth)
            return
        found = condition(name, value, known)
        if found is not None:
            asked.where.append(found)
        elif folded in _TEXTS and isinstance(value, str):
            asked.text = value.strip()

    def _by_key(self, value: Any, asked: Asked) -> bool:
        if isinstance(value, Mapping):
            folded = {fold(name): held for name, held in value.items()}
            value = next((folded[n] for n in ("eq", "equals", "in") if n in folded), None)
            if value is None or len(folded) > 1:
                return False
        if isinstance(value, list):
            keys = [each for each in value if isinstance(each, str | int | float)]
        elif isinstance(value, str | int | float):
            keys = [value]
        else:
            return False
        asked.keys = keys if asked.keys is None else [k for k in asked.keys if k in keys]
        return True

    def _by_reference(self, name: str, folded: str, value: Any, asked: Asked) -> bool:
        """`customerId: 5`, `customer: 5`, `customer: {id: 5}`, `customerIds: [5, 6]`."""
        collection = self._collection
        names = (folded, folded.removesuffix("s"), reference_stem(name))
        found = (collection.reference(each) for each in names if each)
        reference = next((each for each in found if each is not None), None)
        if reference is None:
            return False
        if isinstance(value, Mapping):
            operators = {fold(each): held for each, held in value.items()}
            if len(operators) != 1:
                return False
            ((operator, held),) = operators.items()
            if operator not in ("id", "eq", "equals", "is", "in", fold(reference.name)):
                return False
            return self._by_reference(name, folded, held, asked)
        if isinstance(value, list):
            keys = [key_text(each) for each in value if isinstance(each, str | int | float)]
            asked.where.append(Where((reference.name,), keys, "in"))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            asked.of.append(Of(reference.name, key_text(value)))
        else:
            return False
        return True

    def _operators(
        self, path: tuple[str, ...], said: Mapping[str, Any], asked: Asked, depth: int
    ) -> None:
        """`{gte: 5, lt: 9}` of one property, or further properties inside it."""
        for name, value in list(said.items())[:MAX_CONDITIONS]:
            if value is None and fold(name) not in ("eq", "ne", "is", "equals", "not"):
                continue
            folded = fold(name)
            operator = _OPERATORS.get(folded) or _PAIRS.get(folded)
            if folded == "isnull":
                asked.where.append(Where(path, not value, "exists"))
            elif operator in ("eq", "ne") and value is None:
                asked.where.append(Where(path, operator == "ne", "exists"))
            elif operator == "ne" and isinstance(value, Mapping):
                inner = Asked()
                self._operators(path, value, inner, depth - 1)
                asked.rest.append(_not(inner.holds))
            elif operator in ("in", "not_in"):
                values = value if isinstance(value, list) else [value]
                asked.where.append(Where(path, values, operator))
            elif operator is not None and not isinstance(value, Mapping):
                if operator == "contains" and isinstance(value, str):
                    value = value.strip("%")
                asked.where.append(Where(path, value, operator))
            elif isinstance(value, Mapping) and depth:
                self._operators((*path, folded), value, asked, depth - 1)
            elif depth and not isinstance(value, list):
                asked.where.append(Where((*path, folded), value))


def _all(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items[:MAX_CONDITIONS] if isinstance(item, Mapping)]


def _any(branches: list[Holds]) -> Holds:
    return lambda document: any(branch(document) for branch in branches)


def _not(branch: Holds) -> Holds:
    return lambda document: not branch(document)

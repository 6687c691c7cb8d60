"""What the query parameters of a list ask for: conditions, an order, words to search for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec

from polymock.world.adapting import properties_of
from polymock.world.collections import Collection
from polymock.world.entities import EntityKind
from polymock.world.keys import key_text
from polymock.world.names import fold, reference_stem, words
from polymock.world.queries import Of, Order, Where, condition, read_order
from polymock.world.view import View
from polymock_openapi.model import Endpoint
from polymock_openapi.world.paging import plain, spans
from polymock_openapi.world.shapes import naming

_SORT = frozenset({"sort", "sortby", "orderby", "order", "ordering", "sorting", "sortfield"})
_WAY = frozenset({"order", "sortorder", "sortdirection", "direction", "dir", "sortdir", "orderdir"})
_WAYS = frozenset({"asc", "desc", "ascending", "descending"})
_TEXT = frozenset({"q", "search", "query", "searchterm", "keyword", "keywords", "text", "term"})
_HOLDERS = frozenset({"filter", "filters", "where"})
"""Names of parameters, folded."""
_CALLED = ("name", "slug", "key", "code", "title", "label", "value", "id")
"""What tells objects inside an entity apart, the first that there is."""
_UNITS = frozenset({"cents", "amount", "minor", "value", "units", "micros"})
MAX_CONDITIONS = 64
MAX_SORT = 1000
"""Characters of an order."""


class Asked(msgspec.Struct, frozen=True):
    """What a call asks of a list, beside its page. `of` are conditions on references."""

    where: tuple[Where, ...] = ()
    of: tuple[Of, ...] = ()
    order: tuple[Order, ...] = ()
    text: str = ""


class Filters:
    """Reads the query of the calls of one operation."""

    def __init__(self, endpoint: Endpoint, collection: Collection, kind: EntityKind) -> None:
        self._endpoint = endpoint
        self._collection = collection
        self._kind = kind
        self.paging: Mapping[str, str] = spans(endpoint)
        self._passed_over = frozenset(self.paging.values())

    @cached_property
    def is_search(self) -> bool:
        """Whether a list cannot be had without a condition: then it searches more than it shows."""
        return any(
            parameter.required and fold(plain(parameter.name)) in self._collection.names
            for parameter in self._endpoint.parameters
            if parameter.location == "query"
        )

    def read(self, query: Mapping[str, Any], view: View) -> Asked:
        """What a query asks for; parameters that are about no property ask for nothing."""
        where: list[Where] = []
        of: list[Of] = []
        text, sort, way = "", "", ""
        names = self._collection.names
        for name, value in query.items():
            if name in self._passed_over or value is None or value == "":
                continue
            folded = fold(plain(name))
            if folded in _WAY and isinstance(value, str) and value.lower() in _WAYS:
                way = value
            elif folded in _TEXT and folded not in names:
                text = str(value)
            elif folded in _SORT and folded not in names:
                sort = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            else:
                for found in self._conditions(name, value):
                    referred = self._referring(found, view)
                    if referred is None:
                        where.append(found)
                    else:
                        of.append(referred)
        order = tuple(self._order(sort, way)) if sort else ()
        return Asked(tuple(where[:MAX_CONDITIONS]), tuple(of[:MAX_CONDITIONS]), order, text)

    def _referring(self, where: Where, view: View) -> Of | None:
        """A condition on a reference that names one entity, and so asks for its own; None for any
        other."""
        reference = self._collection.reference(where.path[0])
        value = where.value
        if where.operator == "in" and len(value) == 1:
            value = value[0]
        elif where.operator != "eq":
            return None
        if reference is None or isinstance(value, bool | dict | list | None):
            return None
        key = key_text(value)
        return Of(reference.name, key) if view.exists(reference.collection, key) else None

    def _order(self, sort: str, way: str) -> Iterator[Order]:
        """What to sort by, of what entities have."""
        for each in read_order(sort[:MAX_SORT], direction=way):
            units = self._units(each.path[0])
            first = units.get(fold(each.path[0]), each.path[0])
            if fold(first) in self._collection.names:
                yield msgspec.structs.replace(each, path=(first, *each.path[1:]))

    def _conditions(self, name: str, value: Any) -> Iterator[Where]:
        if isinstance(value, dict):
            for inner, item in value.items():
                own = inner if fold(name) in _HOLDERS else f"{name}_{inner}"
                if not isinstance(item, dict):
                    yield from self._conditions(own, item)
            return
        asked = plain(name)
        stem = reference_stem(asked)
        if fold(asked) not in self._collection.names and self._collection.reference(stem):
            asked = stem  # `categoryId`, where products hold a whole `category`
        units = self._units(asked)
        found = condition(
            asked, value, {**self._collection.names, **units} if units else self._collection.names
        )
        if found is None:
            return
        if found.path[0] in units:
            found = msgspec.structs.replace(found, path=(fold(units[found.path[0]]),))
        if found.operator == "in" and not isinstance(found.value, list | tuple):
            if isinstance(value, bool):  # `inStock`: whether there is any
                yield Where(found.path, 0, "gt" if value else "lte")
            return
        yield self._into(found)

    def _into(self, where: Where) -> Where:
        """A condition on an object, or on a list of them, is about what these are called; of
        entities documents hold the keys."""
        if self._collection.reference(where.path[0]):
            return where
        definitions = self._kind.definitions
        _, body = naming(self._schemas.get(where.path[0]), definitions)
        if body.get("type") == "array":
            _, body = naming(body.get("items"), definitions)
        inner = {fold(name) for name in properties_of(body, definitions)}
        name = next((each for each in _CALLED if each in inner), None)
        if name is None or len(where.path) > 1:
            return where
        return msgspec.structs.replace(where, path=(*where.path, name))

    @cached_property
    def _schemas(self) -> Mapping[str, Any]:
        own = properties_of(self._kind.schema, self._kind.definitions)
        return {fold(name): schema for name, schema in own.items()}

    def _units(self, asked: str) -> dict[str, str]:
        """Properties that a parameter names without their unit: `price` where that is
        `priceCents`."""
        known, said = self._collection.names, words(asked)
        return {
            parts[0]: spelt
            for spelt in known.values()
            if len(parts := words(spelt)) == 2
            and parts[1] in _UNITS
            and parts[0] in said
            and parts[0] not in known
        }

"""Lists that keep to the call: filters and owners in the items, the limit, the page and totals.

`GET /customers/7/orders?status=paid&page=2&limit=1` gets one order of customer 7, which is paid,
on page 2. Every value still satisfies its schema, as `is_valid` tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from polymock.world.names import fold
from polymock_openapi.answering.echo import (
    IsValid,
    as_type_of,
    overlay,
)
from polymock_openapi.model import Reading

PAGE = frozenset({"page", "pagenumber", "pageno", "pagenum", "currentpage"})
OFFSET = frozenset({"offset", "skip", "startindex"})
LIMIT = frozenset(
    {
        *("limit", "perpage", "pagesize", "size", "maxresults", "pagelimit"),
        *("itemsperpage", "resultsperpage"),
    }
)
TOTAL = frozenset(
    {
        *("total", "count", "totalcount", "totalitems", "totalresults", "totalelements"),
        *("totalrecords", "itemcount"),
    }
)
PAGES = frozenset({"totalpages", "pagecount", "numpages", "lastpage", "pages"})
MORE = frozenset({"hasmore", "hasnext", "hasnextpage"})
BEFORE = frozenset({"hasprevious", "haspreviouspage", "hasprev"})
_OF_PAGE = PAGE | OFFSET | LIMIT
_TOLD = _OF_PAGE | TOTAL | PAGES | MORE | BEFORE
"""Words for pages, folded: `page_size` and `pageSize` are one."""
_IDENTITIES = frozenset({"id", "uuid", "guid", "key", "slug", "name", "code"})
_UNIQUE = frozenset({"id", "uuid", "guid"})
_MAX_ITEMS = 200
"""Items of a list that filters are said back in."""
_PARENT = re.compile(r"/([^/{}]+)/\{([^/{}]+)\}(?=/)")
"""A collection and the parameter behind it, where the path goes on: `/customers/{id}/…`."""

Change = Callable[[list[Any]], list[Any]]


class _Span(NamedTuple):
    """The page that was asked for; a page and an offset that were not sent are the first, those
    that are not declared, and a limit that is neither sent nor a default, None."""

    page: int | None
    offset: int | None
    limit: int | None

    @property
    def before(self) -> int:
        """How many items stand on the pages before."""
        return self.offset or max((self.page or 1) - 1, 0) * (self.limit or 0)


def fit_page(value: Any, reading: Reading, is_valid: IsValid) -> Any:
    """A sampled answer that holds a list, made to keep to the query and the path of its call."""
    place = _list_place(value)
    if place is None:
        return value
    asked = {
        fold(name): given
        for name, given in reading.query.items()
        if isinstance(given, str | int | float | list)
    }
    span = _span(asked, reading)
    items = _at(value, place)
    changes = list(_changes(items, span, asked, reading))
    if changes:
        items = _changed(items, changes, lambda new: is_valid(_put(value, place, new)))
        value = _put(value, place, items)
    if isinstance(value, dict):
        value = overlay(value, _told(value, asked, span, len(items)), is_valid)
    return value


def _list_place(value: Any) -> tuple[str, ...] | None:
    """Where the list stands that the answer is about: the answer, a member, or a member's member.

    A list of objects goes before one of other values.
    """
    if isinstance(value, list):
        return ()
    if not isinstance(value, dict):
        return None
    places: list[tuple[str, ...]] = [(name,) for name in value if isinstance(value[name], list)]
    if not places:
        places = [
            (name, inner)
            for name, member in value.items()
            if isinstance(member, dict)
            for inner in member
            if isinstance(member[inner], list)
        ]
    of_objects = (p for p in places if any(isinstance(item, dict) for item in _at(value, p)))
    return next(of_objects, places[0] if places else None)


def _at(value: Any, place: Sequence[str]) -> Any:
    for name in place:
        value = value[name]
    return value


def _put(value: Any, place: Sequence[str], new: Any) -> Any:
    """A copy of the value with another one at a place."""
    if not place:
        return new
    return {**value, place[0]: _put(value[place[0]], place[1:], new)}


def _span(asked: Mapping[str, Any], reading: Reading) -> _Span:
    declared = {fold(p.name) for p in reading.endpoint.parameters if p.location == "query"}

    def number(names: frozenset[str], first: int | None) -> int | None:
        found = (given for name, given in asked.items() if name in names and _is_integer(given))
        return next((n for n in found if n >= 0), first if names & declared else None)

    return _Span(page=number(PAGE, 1), offset=number(OFFSET, 0), limit=number(LIMIT, None))


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _changes(
    items: Sequence[Any], span: _Span, asked: Mapping[str, Any], reading: Reading
) -> Iterator[Change]:
    """What the call asks of the items, one by one."""
    limit = span.limit
    if limit is not None and len(items) > limit:
        yield _first(limit)
    shape = next((item for item in items if isinstance(item, dict)), None)
    if shape is None:
        return
    folded = {fold(name): name for name in shape}
    for key, given in {**asked, **_owners(reading)}.items():
        name = folded.get(key)
        if name is None or key in _OF_PAGE:
            continue
        choices = given if isinstance(given, list) else [given]
        if not choices or any(isinstance(choice, list | dict) for choice in choices):
            continue
        if key in _UNIQUE:
            yield _first(len(choices))
        yield _filter(name, choices)


def _owners(reading: Reading) -> dict[str, Any]:
    """The owners that the path names, by the property that an item knows them by, folded."""
    owners: dict[str, Any] = {}
    for collection, parameter in _PARENT.findall(reading.endpoint.path):
        given = reading.path.get(parameter)
        if not isinstance(given, str | int | float):
            continue
        key = fold(parameter)
        if key in _IDENTITIES:
            key = fold(_singular(collection)) + key
        owners[key] = given
    return owners


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")


def _first(count: int) -> Change:
    return lambda items: items[:count]


def _filter(name: str, choices: Sequence[Any]) -> Change:
    """The change that gives each item one of the values that were asked for."""

    def filtered(items: list[Any]) -> list[Any]:
        return [_chosen(item, name, choices, index) for index, item in enumerate(items)]

    return filtered


def _chosen(item: Any, name: str, choices: Sequence[Any], index: int) -> Any:
    if not isinstance(item, dict) or name not in item or index >= _MAX_ITEMS:
        return item
    old = item[name]
    if isinstance(old, dict | list) or old in choices:
        return item
    return {**item, name: as_type_of(old, choices[index % len(choices)])}


def _changed(
    items: list[Any], changes: Sequence[Change], fits: Callable[[list[Any]], bool]
) -> list[Any]:
    """The items with all changes, or with those of them that fit one after another."""
    whole = items
    for change in changes:
        whole = change(whole)
    if whole == items or fits(whole):
        return whole
    for change in changes:
        tried = change(items)
        if tried != items and fits(tried):
            items = tried
    return items


def _told(
    value: Mapping[str, Any], asked: Mapping[str, Any], span: _Span, shown: int
) -> dict[str, Any]:
    """The members that tell of the page, and the objects that hold such members, as they should
    be. Only numbers and booleans are changed."""
    told = _page_members(value, asked, span, shown)
    for name, member in value.items():
        if isinstance(member, dict):
            inner = _page_members(member, asked, span, shown)
            if inner:
                told[name] = {**member, **inner}
    return told


def _page_members(
    members: Mapping[str, Any], asked: Mapping[str, Any], span: _Span, shown: int
) -> dict[str, Any]:
    """The members of one object that tell of the page, as they should be."""
    known = {
        name: key
        for name, old in members.items()
        if isinstance(old, int | float) and (key := fold(name)) in _TOLD
    }
    if not known:
        return {}
    is_paged = any(key in _OF_PAGE | PAGES for key in known.values())
    known = {n: key for n, key in known.items() if is_paged or isinstance(members[n], int)}
    totals = [name for name, key in known.items() if key in TOTAL]
    counted = next((n for n in totals if known[n] == "count"), None) if len(totals) > 1 else None
    least = span.before + shown
    total = max((max(int(members[n]), least) for n in totals if n != counted), default=None)
    limit = span.limit
    if limit is None:
        limit = next((int(members[n]) for n, key in known.items() if key in LIMIT), None)
    told: dict[str, Any] = {}
    for name, key in known.items():
        new = asked.get(key) if key in _OF_PAGE else None
        if not _is_integer(new):
            new = shown if name == counted else _derived(key, span, total, limit)
        if new is not None and isinstance(members[name], bool) == isinstance(new, bool):
            told[name] = new
    return told


def _derived(key: str, span: _Span, total: int | None, limit: int | None) -> int | bool | None:
    """A member worked out from the others; None where they do not tell."""
    if key in LIMIT:
        return span.limit
    if key in PAGE:
        return span.page
    if key in OFFSET:
        return span.offset
    if key in TOTAL:
        return total
    if key in BEFORE:
        return span.before > 0 or (span.page or 1) > 1
    if total is None or limit is None or limit < 1:
        return None
    return -(-total // limit) if key in PAGES else span.before + limit < total

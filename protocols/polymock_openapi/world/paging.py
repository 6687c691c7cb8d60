"""Pages of lists: what is asked for, the members that tell of it, and links to the others."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote_plus

from polymock.world.names import fold
from polymock_openapi.answering.pages import BEFORE, LIMIT, MORE, OFFSET, PAGE, PAGES, TOTAL
from polymock_openapi.model import Endpoint, Reading

LIMITS = LIMIT | {"top", "max", "count", "take", "first", "rows"}
OFFSETS = OFFSET | {"start"}
CURSORS = frozenset(
    {
        *("cursor", "after", "startingafter", "pagetoken", "nexttoken", "continuationtoken"),
        *("continuation", "nextcursor", "pagecursor", "startafter", "marker", "pageafter"),
    }
)
"""Parameters of pages, folded."""
USUAL_SIZE = 20
"""Items of a page where nothing says how many."""
MOST = 10**15
"""Larger numbers of items are taken for this one."""
MAX_MEMBERS = 64
"""Members of an envelope that are looked at."""
_LINKS = frozenset({"next", "nexturl", "nextlink", "nextpageurl", "nextpage"})
_BACK = frozenset({"prev", "previous", "prevurl", "previousurl", "prevlink", "previouspage"})
_FIRST, _LAST, _SELF = frozenset({"first"}), frozenset({"last"}), frozenset({"self"})
_TOKENS = frozenset(
    {
        *("nextcursor", "nextpagetoken", "nexttoken", "endcursor", "cursor", "continuationtoken"),
        *("pagetoken", "startingafter", "after", "nextpagecursor"),
    }
)


class Span(NamedTuple):
    """The page that a call asks for. `names` are the parameters as the contract spells them."""

    offset: int
    limit: int | None
    page: int | None
    cursor: str | None
    names: Mapping[str, str]

    @property
    def is_paged(self) -> bool:
        """Whether the operation has pages at all."""
        return bool(self.names)

    @property
    def leads_on(self) -> bool:
        """Whether what is not on a page can be had by another call."""
        return any(word in self.names for word in ("page", "offset", "cursor"))


def spans(endpoint: Endpoint) -> Mapping[str, str]:
    """The paging parameters that an operation declares: `limit`, `offset`, `page`, `cursor`."""
    found: dict[str, str] = {}
    for parameter in endpoint.parameters:
        if parameter.location != "query":
            continue
        name = fold(plain(parameter.name))
        for word, names in (
            ("page", PAGE),
            ("limit", LIMITS),
            ("offset", OFFSETS),
            ("cursor", CURSORS),
        ):
            if name in names:
                found.setdefault(word, parameter.name)
    return found


def plain(name: str) -> str:
    """`page[size]` as one word; `filter[status]` as the property that it is about."""
    outer, bracket, inner = name.partition("[")
    inner = inner.rstrip("]")
    if not bracket or not inner:
        return outer
    return inner if fold(outer) in ("filter", "filters", "where") else outer + inner


def span_of(reading: Reading, names: Mapping[str, str], most: int | None) -> Span:
    """The page that a call asks for; `most` is how many items its list may hold."""

    def number(word: str) -> int | None:
        held = reading.query.get(names.get(word, ""))
        if isinstance(held, bool) or not isinstance(held, int | float | str):
            return None
        text = str(int(held)) if isinstance(held, float) else str(held)
        if not text.isascii() or not text.isdecimal():
            return None
        return int(text) if len(text) < len(str(MOST)) else MOST

    limit = number("limit")
    page = number("page")
    if limit is None and ("page" in names and "limit" not in names):
        limit = USUAL_SIZE
    if page is not None and limit is None:
        limit = USUAL_SIZE
    if most is not None and (limit is None or limit > most):
        limit = most
    cursor = reading.query.get(names.get("cursor", ""))
    offset = number("offset") or 0
    if page is not None and limit is not None:
        offset = min(offset + max(page - 1, 0) * limit, MOST)
    elif "page" in names and page is None:
        page = 1
    return Span(offset, limit, page, str(cursor) if cursor else None, names)


def write_cursor(offset: int, last: str) -> str:
    """Where the next page begins: behind the entity of a key, which stood there then."""
    return base64.urlsafe_b64encode(f"{offset}:{last}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[int, str] | None:
    """The offset and the key in a cursor; None where it is none of ours."""
    if len(text) > 2000:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        offset, colon, last = base64.urlsafe_b64decode(padded).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    is_number = offset.isascii() and offset.isdecimal() and len(offset) < 16
    return (int(offset), last) if colon and is_number else None


class Turned(NamedTuple):
    """A page that was found: what its envelope and its header fields tell of it."""

    span: Span
    offset: int
    shown: int
    total: int
    first: str
    last: str
    url: str

    @property
    def has_next(self) -> bool:
        """Whether there is more behind it."""
        return self.offset + self.shown < self.total and self.shown > 0

    @property
    def size(self) -> int | None:
        """How many items a page has."""
        return self.span.limit

    def link(self, relation: str) -> str | None:
        """The URL of another page; None where there is none."""
        size = self.size
        if relation == "self":
            return self.url
        if not self.span.is_paged or not size:
            return self.url if relation in ("first", "last") else None
        if relation == "next":
            return self._at(self.offset + self.shown, self.last) if self.has_next else None
        if relation == "prev":
            return self._at(max(self.offset - size, 0), "") if self.offset > 0 else None
        if relation == "first":
            return self._at(0, "")
        return self._at(max(self.total - 1, 0) // size * size, "")

    def _at(self, offset: int, last: str) -> str | None:
        names, size = self.span.names, self.size or 1
        if "page" in names:
            return _with(self.url, {names["page"]: str(offset // size + 1)})
        if "offset" in names:
            return _with(self.url, {names["offset"]: str(offset)})
        if "cursor" in names:
            if offset == 0:
                return _with(self.url, {names["cursor"]: None})
            return _with(self.url, {names["cursor"]: self.cursor(offset, last)}) if last else None
        return None

    def cursor(self, offset: int, last: str) -> str:
        """What the cursor parameter of the next page holds."""
        if fold(self.span.names.get("cursor", "")) in ("startingafter", "startafter"):
            return last
        return write_cursor(offset, last)

    def links(self) -> str:
        """The value of `Link` (RFC 8288)."""
        found = ((name, self.link(name)) for name in ("next", "prev", "first", "last"))
        return ", ".join(f'<{url}>; rel="{name}"' for name, url in found if url)


def _with(url: str, changed: Mapping[str, str | None]) -> str:
    """The URL with parameters of its query changed; those that become None are taken out."""
    base, _, query = url.partition("?")
    pairs = [pair for pair in query.split("&") if pair]
    kept = [pair for pair in pairs if unquote_plus(pair.partition("=")[0]) not in changed]
    kept += [
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in changed.items()
        if value is not None
    ]
    return base + ("?" + "&".join(kept) if kept else "")


def members(
    value: Any, turned: Turned, place: tuple[str, ...], is_valid: Callable[[Any], bool]
) -> Any:
    """The envelope of a list with the members that tell of the page as they should be."""
    if not isinstance(value, dict):
        return value
    value = _told(value, turned, place[:1], is_valid)
    for name, inner in list(value.items())[:MAX_MEMBERS]:
        if isinstance(inner, dict):
            fits = _within(value, name, is_valid)
            value = {**value, name: _told(inner, turned, place[1:2], fits)}
    return value


def _within(
    holder: Mapping[str, Any], name: str, is_valid: Callable[[Any], bool]
) -> Callable[[Any], bool]:
    return lambda inner: is_valid({**holder, name: inner})


def _told(
    holder: dict[str, Any],
    turned: Turned,
    kept: tuple[str, ...],
    is_valid: Callable[[Any], bool],
) -> dict[str, Any]:
    totals = [name for name, old in holder.items() if _is_count(old) and fold(name) in TOTAL]
    proposed = {
        name: choices
        for name, old in holder.items()
        if name not in kept and (choices := _choices(fold(name), old, turned, len(totals)))
    }
    whole = {**holder, **{name: choices[0] for name, choices in proposed.items()}}
    if is_valid(whole):
        return whole
    for name, choices in proposed.items():
        for choice in choices:
            changed = {**holder, name: choice}
            if is_valid(changed):
                holder = changed
                break
        else:
            without = {key: item for key, item in holder.items() if key != name}
            if choices[0] is None and is_valid(without):
                holder = without
    return holder


def _is_count(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _choices(name: str, old: Any, turned: Turned, totals: int) -> tuple[Any, ...]:
    """What a member may say of the page, best first; () where it says nothing of it."""
    size = turned.size or max(turned.shown, 1)
    if isinstance(old, bool):
        if name in MORE:
            return (turned.has_next,)
        return (turned.offset > 0,) if name in BEFORE else ()
    if isinstance(old, dict | list):
        return ()
    if _is_count(old):
        if name in TOTAL:
            return (turned.shown if name == "count" and totals > 1 else turned.total,)
        if name in PAGE:
            return (turned.offset // size + 1,)
        if name in OFFSET:
            return (turned.offset,)
        if name in LIMIT:
            return (turned.size if turned.size is not None else max(turned.shown, 1),)
        if name in PAGES:
            return (-(-turned.total // size), 1)
        if name in _LINKS:
            return (turned.offset // size + 2,) if turned.has_next else (None,)
        return ()
    if name in _TOKENS:
        return (
            (turned.cursor(turned.offset + turned.shown, turned.last),)
            if turned.has_next
            else (None, "")
        )
    for names, relation in (
        (_LINKS, "next"),
        (_BACK, "prev"),
        (_FIRST, "first"),
        (_LAST, "last"),
        (_SELF, "self"),
    ):
        if name in names:
            url = turned.link(relation)
            return (url,) if url is not None else (None, "")
    return ()

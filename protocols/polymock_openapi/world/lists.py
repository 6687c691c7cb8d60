"""Lists of entities: filters, order and pages by the parameters that the contract declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from polymock.interfaces import Answer
from polymock.world.collections import Collection
from polymock.world.integrity import keys_in, normalised
from polymock.world.names import fold
from polymock.world.queries import MAX_LIMIT, Of, Query, Where
from polymock.world.view import Entity, Page, View
from polymock_openapi.answering.choices import Shape
from polymock_openapi.model import Reading
from polymock_openapi.world.desk import Desk, telling, wants_canned
from polymock_openapi.world.frames import Frame
from polymock_openapi.world.getting import below_parent
from polymock_openapi.world.paging import (
    Span,
    Turned,
    members,
    read_cursor,
    span_of,
)

PAGED = 25
"""Entities that nobody wrote, of a list that has pages."""


def list_(desk: Desk, reading: Reading, view: View) -> Answer | None:
    """The entities that a call asks for; None where the contract alone answers.

    Raises NotFound, NotAcceptable, NoAnswer.
    """
    if wants_canned(reading.preferences):
        return None
    if desk.notes.parents:
        desk.check_parents(reading, view)
    collection = desk.collection
    is_written = view.is_written(collection.name)
    example = desk.answerer.example(reading)
    if example is not None and not is_written and collection.imagines:
        return example
    shape = desk.answerer.shape(reading)
    frame = desk.frame(shape)
    if frame is None or not frame.many:
        return None
    body = desk.answerer.body(reading, shape)
    verbatim = _verbatim(desk, frame, example, shape)
    return _Listing(desk, reading, view, frame, shape).answer(body, verbatim)


def _verbatim(
    desk: Desk, frame: Frame, example: Answer | None, shape: Shape
) -> dict[str, dict[str, Any]] | None:
    """The items of the contract's example by key; None where it has none."""
    if example is None or not isinstance(example.shape, Shape):
        return None
    if example.shape.status != shape.status:
        return None
    items = frame.take(example.value)
    if not isinstance(items, list):
        return None
    found: dict[str, dict[str, Any]] = {}
    for item in items[:MAX_LIMIT]:
        key = desk.collection.key_in(item) if isinstance(item, dict) else None
        if key is not None:
            found[key] = item
    return found


class _Listing:
    """One call for a list."""

    def __init__(
        self, desk: Desk, reading: Reading, view: View, frame: Frame, shape: Shape
    ) -> None:
        self._desk = desk
        self._reading = reading
        self._view = view
        self._frame = frame
        self._shape = shape
        self._collection: Collection = desk.collection
        most = MAX_LIMIT if frame.most is None else min(frame.most, MAX_LIMIT)
        self._span: Span = span_of(reading, desk.filters.paging, most)
        self._asked = desk.filters.read(reading.query, view)

    def answer(self, body: Any, verbatim: Mapping[str, dict[str, Any]] | None) -> Answer:
        sampled = self._frame.take(body)
        count = len(sampled) if isinstance(sampled, list) else 0
        is_cut = self._span.is_paged or self._desk.filters.is_search
        shown = PAGED if is_cut else max(count, self._frame.least)
        query = self._query(shown)
        base = self._referring(self._base(verbatim, shown))
        page = self._page(query, base)
        if not self._span.leads_on:
            page = self._with_written(page, query, base)
        page = self._padded(page, shown)
        items = [self._item(entity, verbatim) for entity in page.items]
        value = self._frame.put(body, items)
        last = page.items[-1].key if page.items else ""
        turned = Turned(
            self._span,
            page.offset,
            len(items),
            max(page.total, len(items)),
            page.items[0].key if page.items else "",
            last,
            self._reading.url,
        )
        value = members(value, turned, self._frame.place, self._is_valid)
        shape = telling(self._shape, links=turned.links(), total=turned.total)
        return Answer(value, "world" if page.is_written else "sample", shape)

    def _is_valid(self, value: Any) -> bool:
        return self._desk.answerer.is_valid(self._shape, value)

    def _item(
        self, entity: Entity, verbatim: Mapping[str, dict[str, Any]] | None
    ) -> dict[str, Any]:
        if verbatim and not entity.is_written and entity.key in verbatim:
            return verbatim[entity.key]
        value = self._frame.portrayer.portray(self._view, entity)
        if not entity.is_written and self._desk.notes.parents:
            return below_parent(self._desk, self._frame, value, self._reading, self._view)
        return value

    def _query(self, shown: int) -> Query:
        asked = self._asked
        scoped = (Where((fold(name),), value) for name, value in self._scopes().items())
        above = self._desk.parent(self._reading, self._view)
        return Query(
            where=(*asked.where, *scoped),
            order=asked.order,
            of=((Of(above[0].name, above[1]),) if above is not None else ()) + asked.of,
            text=asked.text,
            offset=self._span.offset,
            limit=self._span.limit,
            shown=shown,
        )

    def _scopes(self) -> Mapping[str, Any]:
        return self._desk.scopes(self._reading)

    # What there is

    def _base(
        self, verbatim: Mapping[str, dict[str, Any]] | None, shown: int
    ) -> Sequence[Entity] | None:
        """What stands in the place of what nobody wrote; None for that itself."""
        collection, collections = self._collection, self._view.model.collections
        if not collection.imagines:
            return None
        scopes = self._scopes()
        if verbatim is not None:
            return [
                Entity(
                    collection.name,
                    key,
                    {
                        **normalised(collection, collections, item),
                        **scopes,
                        collection.key: collection.typed_key(key),
                    },
                )
                for key, item in verbatim.items()
            ]
        if not scopes or self._desk.parent(self._reading, self._view) is not None:
            return None
        keys = (collection.keys.at(index) for index in range(shown))
        found = (self._view.find(collection.name, key) for key in keys)
        return [
            msgspec.structs.replace(entity, value={**entity.value, **scopes})
            for entity in found
            if entity is not None and not entity.is_written
        ]

    def _referring(self, base: Sequence[Entity] | None) -> Sequence[Entity] | None:
        """Those that refer to whom the call asks for."""
        if not base or not self._asked.of:
            return base
        references = {each.name: each for each in self._collection.references}
        return [
            entity
            for entity in base
            if all(
                of.key in keys_in(entity.value, references[of.reference]) for of in self._asked.of
            )
        ]

    def _with_written(self, page: Page, query: Query, base: Sequence[Entity] | None) -> Page:
        """The only page that there is: what somebody wrote must be on it, and takes the place of
        what nobody wrote."""
        limit = query.limit
        if limit is None or not page.is_written or page.total <= limit:
            return page
        is_window = query.is_plain and not query.of and base is None
        more = msgspec.structs.replace(query, limit=limit + query.shown if is_window else None)
        whole = self._view.page(self._collection.name, more, base)
        unwritten = sum(not entity.is_written for entity in whole.items)
        free = max(limit - (whole.total - unwritten), 0)
        items: list[Entity] = []
        for entity in whole.items:
            if not entity.is_written:
                free -= 1
            if entity.is_written or free >= 0:
                items.append(entity)
        return Page(items[:limit], page.total, page.offset, page.is_written)

    def _page(self, query: Query, base: Sequence[Entity] | None) -> Page:
        """The page; behind a cursor, from where the entity that it names stands now."""
        view, name = self._view, self._collection.name
        cursor = self._span.cursor
        if cursor is None:
            return view.page(name, query, base)
        offset, last = read_cursor(cursor) or (0, cursor)
        if offset > 0:
            moved = msgspec.structs.replace(query, offset=offset, limit=query.limit)
            before = msgspec.structs.replace(query, offset=offset - 1, limit=1)
            known = view.page(name, before, base).items
            if known and known[0].key == last:
                return view.page(name, moved, base)
        everything = view.page(name, msgspec.structs.replace(query, offset=0, limit=None), base)
        place = next((n for n, e in enumerate(everything.items, 1) if e.key == last), offset)
        end = None if query.limit is None else place + query.limit
        return Page(everything.items[place:end], everything.total, place, everything.is_written)

    def _padded(self, page: Page, shown: int) -> Page:
        """A page of as many as the list must hold: with entities that nobody wrote, if need be."""
        least = self._frame.least
        collection = self._collection
        if len(page.items) >= least or not collection.imagines:
            return page
        items = list(page.items)
        seen = {entity.key for entity in items}
        for index in range(shown + 4 * min(least, MAX_LIMIT)):
            if len(items) >= min(least, MAX_LIMIT):
                break
            entity = self._view.find(collection.name, collection.keys.at(index))
            if entity is not None and entity.key not in seen:
                items.append(entity)
                seen.add(entity.key)
        return Page(items, max(page.total, len(items)), page.offset, page.is_written)

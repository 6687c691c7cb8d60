"""One list of entities, as it was asked for: what is in it, and which part of that is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from polymock.world.integrity import imagined_children
from polymock.world.keys import Keys, key_text
from polymock.world.queries import Of, Order, Query, in_order
from polymock.world.view import Entity as Known
from polymock_graphql.planning.entities import Arguments, Entity, Run
from polymock_graphql.planning.lists import Paging, Window, read_keyed_cursor
from polymock_graphql.world.collected import Collected, is_written, world_of
from polymock_graphql.world.filters import Asked

MAX_UNASKED = 100
"""Entities that come where no argument says how many, and somebody wrote some."""
MAX_LOOKED = 5000
"""Entities among which the one of a cursor is looked for in all."""
STEP = 200
"""Entities among which the one of a cursor is looked for at a time."""


class Listed(msgspec.Struct, frozen=True):
    """A part of a list, and where it stands in it."""

    items: Sequence[Entity]
    window: Window
    total: int


class Choice:
    """One list, as it was asked for: everything in it is known, or counted."""

    def __init__(
        self,
        target: Collected,
        paging: Paging,
        arguments: Arguments,
        asked: Asked,
        query: Query,
        usual: int | None,
        keys: Sequence[str] | None,
        run: Run,
    ) -> None:
        self._target = target
        self._paging = paging
        self._arguments = arguments
        self._asked = asked
        self._query = query
        self._usual = usual
        """How many come where no argument says it; None for all."""
        self._keys = keys
        """Of those that an object names; None where it names none."""
        self._run = run

    def listed(self) -> Listed:
        """The part of the list that the arguments choose."""
        target, run, query = self._target, self._run, self._query
        asked = self._asked
        is_plain = asked.keys is None and not (asked.where or asked.rest or asked.text)
        if is_plain and not query.order:
            keys = self._imagined_keys() if self._keys is None else self._present(self._keys)
            if keys is not None:
                return self._cut(keys, _same, lambda key: target.find(key, run))
            if not query.of:
                return self._counted()
        found = matching(target, asked, query.order, query, self._keys, run)
        run.touched = run.touched or is_written(run, target.collection.name)
        return self._cut(found, _key_of, lambda known: target.shown(known, run))

    def _present(self, keys: Sequence[str]) -> Sequence[str]:
        """The keys of those that are still there."""
        keys = list(dict.fromkeys(keys))
        if not self._target.is_changed(self._run):
            return keys
        world, name = world_of(self._run), self._target.collection.name
        return [key for key in keys if world.find(name, key) is not None]

    def _imagined_keys(self) -> Sequence[str] | None:
        """The keys of all entities, where they are plainly those that nobody wrote."""
        target, query = self._target, self._query
        collection, world = target.collection, world_of(self._run)
        if not collection.imagines or target.is_changed(self._run) or len(query.of) > 1:
            return None
        if not query.of:
            return [collection.keys.at(index) for index in range(query.shown)]
        (of,) = query.of
        reference = next(each for each in collection.references if each.name == of.reference)
        keys = imagined_children(world, collection, reference, of.key, query.shown)
        return keys or None

    def _counted(self) -> Listed:
        """A page of a collection, without looking at what is on others."""
        world, name = world_of(self._run), self._target.collection.name
        query = msgspec.structs.replace(self._query, limit=0)
        total = world.page(name, query).total
        self._run.touched = self._run.touched or is_written(self._run, name)

        def at(start: int, stop: int) -> Sequence[Known]:
            asked = msgspec.structs.replace(query, offset=start, limit=stop - start)
            return world.page(name, asked).items

        def locate(word: str, text: Any) -> int | None:
            return _located(word, text, total, at, _key_of, self._numbers)

        window = self._window(total, locate)
        size = max(window.stop - window.start, 0)
        if size > self._run.left:
            self._run.spend(size)  # refuses before they are fetched
        items = at(window.start, window.stop) if size else ()
        return Listed([self._target.shown(each, self._run) for each in items], window, total)

    @property
    def _numbers(self) -> Keys | None:
        """What tells the order of the list; None where it has another one."""
        is_sorted = self._query.order or self._keys is not None or self._asked.keys is not None
        return None if is_sorted else self._target.collection.keys

    def _cut(
        self,
        found: Sequence[Any],
        key: Callable[[Any], str],
        show: Callable[[Any], Entity | None],
    ) -> Listed:
        def locate(word: str, text: Any) -> int | None:
            at = lambda start, stop: found[start:stop]  # noqa: E731
            return _located(word, text, len(found), at, key, self._numbers)

        window = self._window(len(found), locate)
        shown = (show(each) for each in found[window.start : window.stop])
        return Listed([each for each in shown if each is not None], window, len(found))

    def _window(self, total: int, locate: Callable[[str, Any], int | None]) -> Window:
        default = self._usual
        if default is None or not self._paging or self._asked.keys is not None:
            default = total
        elif is_written(self._run, self._target.collection.name):
            default = max(default, min(total, MAX_UNASKED))
        return self._paging.window(self._arguments, total, default, locate)


def matching(
    target: Collected,
    asked: Asked,
    orders: Sequence[Order],
    query: Query,
    among: Sequence[str] | None,
    run: Run,
) -> Sequence[Known]:
    """All entities that keep the conditions, in order; only those of some keys, where `among`, or
    what is asked for, has any."""
    world, name = world_of(run), target.collection.name
    keys = None if asked.keys is None else [key_text(key) for key in asked.keys]
    if among is not None:
        keys = [key for key in among if keys is None or key in keys]
    if keys is not None:
        keys = list(dict.fromkeys(keys))
        run.spend(len(keys))
        found: Sequence[Known] = [
            each
            for key in keys
            if (each := world.find(name, key)) is not None
            and all(_refers(each, of) for of in asked.of)
            and asked.holds(each.value)
        ]
        return in_order(found, orders, _value_of) if orders else found
    query = msgspec.structs.replace(
        query, where=tuple(asked.where), text=asked.text, of=tuple(asked.of), order=tuple(orders)
    )
    found = world.page(name, query).items
    if asked.rest:
        return [each for each in found if all(rest(each.value) for rest in asked.rest)]
    return found


def _refers(known: Known, of: Of) -> bool:
    held = known.value.get(of.reference)
    return any(key_text(v) == of.key for v in (held if isinstance(held, list) else [held]))


def _same(key: str) -> str:
    return key


def _key_of(known: Known) -> str:
    return known.key


def _value_of(known: Known) -> Mapping[str, Any]:
    return known.value


def _located(
    word: str,
    text: Any,
    total: int,
    at: Callable[[int, int], Sequence[Any]],
    key: Callable[[Any], str],
    numbers: Keys | None,
) -> int | None:
    """The place of a cursor: where its entity is now, or where it was before it went."""
    read = read_keyed_cursor(text)
    if read is None:
        return None
    index, wanted = read
    stop = min(index + 1, total)
    place = _last(at, stop, lambda item: key(item) == wanted)
    if place is not None:
        return place
    number = None if numbers is None else numbers.index(wanted)
    if numbers is not None and number is not None:
        before = _last(at, stop, lambda item: _is_below(numbers.index(key(item)), number))
        index = 0 if before is None else before + 1
    index = min(index, total)
    return index - 1 if word == "after" else index


def _last(
    at: Callable[[int, int], Sequence[Any]], stop: int, holds: Callable[[Any], bool]
) -> int | None:
    """The place of the last item before `stop` that something holds of. What was deleted before an
    item has moved it towards the start, and hardly ever far."""
    end = max(stop - MAX_LOOKED, 0)
    while stop > end:
        start = max(stop - STEP, end)
        items = at(start, stop)
        for nth in range(len(items) - 1, -1, -1):
            if holds(items[nth]):
                return start + nth
        stop = start
    return None


def _is_below(number: int | None, limit: int) -> bool:
    return number is not None and number < limit

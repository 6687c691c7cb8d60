"""The rows of one collection in memory, in their order and by their links."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping

from polymock.stores import FIRST_POSITION, Row

Place = tuple[int, str]
"""Where a row stands: its position and, where these are equal, its key."""
NO_LINKS: Mapping[str, str] = {}


class Order:
    """The places of some rows, sorted: of all of them, and of those that are no tombstones."""

    def __init__(self, all_of_them: Iterable[Place] = (), live: Iterable[Place] = ()) -> None:
        self.all = list(all_of_them)
        self.live = list(live)

    def add(self, row: Row) -> None:
        """Put a row in its place; at the end, where it mostly goes, without a search."""
        place = (row.position, row.key)
        _put(self.all, place)
        if row.value is not None:
            _put(self.live, place)

    def remove(self, row: Row) -> None:
        """Take a row out that is there."""
        place = (row.position, row.key)
        _take(self.all, place)
        if row.value is not None:
            _take(self.live, place)

    def keys(self, after: int, skip: int, limit: int, *, live: bool) -> list[str]:
        """The keys of a page."""
        places = self.live if live else self.all
        start = bisect_left(places, (after + 1, "")) + skip
        return [key for _, key in places[start : start + limit]]

    def copy(self) -> Order:
        """Another one with the same places."""
        return Order(self.all, self.live)


class Collection:
    """Rows by key."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.order = Order()
        self.links: dict[str, Mapping[str, str]] = {}
        self.linked: dict[tuple[str, str], Order] = {}

    @property
    def next_position(self) -> int:
        """Behind all rows."""
        places = self.order.all
        return max(FIRST_POSITION, places[-1][0] + 1) if places else FIRST_POSITION

    def write(self, row: Row, links: Mapping[str, str]) -> None:
        """Put a row in, in the place of the one that its key has."""
        old = self.rows.get(row.key)
        old_links = self.links.get(row.key, NO_LINKS)
        self.rows[row.key] = row
        if (
            old is not None
            and old.position == row.position
            and (old.value is None) is (row.value is None)
            and old_links == links
        ):
            return
        if old is not None:
            self._forget(old)
        self.order.add(row)
        if links:
            self.links[row.key] = dict(links)
            for link in links.items():
                self.linked.setdefault(link, Order()).add(row)

    def erase(self, key: str) -> None:
        """Take a row away that is there."""
        self._forget(self.rows.pop(key))

    def page(
        self, after: int, skip: int, limit: int, *, live: bool, link: tuple[str, str] | None
    ) -> list[Row]:
        """Rows in the order of their places."""
        order = self.order if link is None else self.linked.get(link)
        if order is None:
            return []
        rows = self.rows
        return [rows[key] for key in order.keys(after, skip, limit, live=live)]

    def copy(self) -> Collection:
        """Another one with the same rows."""
        other = Collection()
        other.rows = dict(self.rows)
        other.order = self.order.copy()
        other.links = dict(self.links)
        other.linked = {link: order.copy() for link, order in self.linked.items()}
        return other

    def _forget(self, row: Row) -> None:
        """Take a row out of the orders, with the links that it had."""
        self.order.remove(row)
        for link in self.links.pop(row.key, NO_LINKS).items():
            order = self.linked[link]
            order.remove(row)
            if not order.all:
                del self.linked[link]


def _put(places: list[Place], place: Place) -> None:
    if not places or places[-1] < place:
        places.append(place)
    else:
        insort(places, place)


def _take(places: list[Place], place: Place) -> None:
    if places[-1] == place:
        places.pop()
    else:
        del places[bisect_right(places, place) - 1]

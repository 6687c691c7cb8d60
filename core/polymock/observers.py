"""What observers implement: plugins that are told of events, and never hold anybody up.

A plugin of the group `polymock.observers` builds an `Observer`. Each runs in a thread and an event
loop of its own: one that waits, computes or hangs holds up nobody else. What it does not take in
time waits in a bounded queue; what has no room there is dropped and counted.

    start(place)    before the first event
    receive(events) again and again, whenever there are any
    stop()          after the last one

An observer may also implement `Delivering` (its deliveries are listed, tried and replayed by
commands) and `Exposing` (it has a page on the admin port).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from polymock_schemas.events import Event
from polymock_schemas.observers import DeadLetter, Delivery, Figures, Page, Replayed


class ObserverPlace(msgspec.Struct, frozen=True):
    """Where an observer works.

    `name` is its own in the config; `folder` is the config's, where relative paths start; `state`
    is a folder for what it has to keep, made when it is needed. `figures` tells what the server can
    be measured by; it may be called from any thread.
    """

    name: str
    folder: Path
    state: Path
    figures: Callable[[], Figures]


class Observer(Protocol):
    """Told of events. Its methods are called one after another, on one event loop."""

    @property
    def events(self) -> frozenset[str]:
        """The names of the events that it is told of (see `polymock_schemas.events`)."""
        ...

    async def start(self, place: ObserverPlace) -> None:
        """Get ready. Raises UserError where that cannot be: then it is told of nothing."""
        ...

    async def receive(self, events: Sequence[Event]) -> None:
        """Take events, in the order in which they happened. What it raises counts as failed."""
        ...

    async def stop(self) -> None:
        """Finish what was taken, and let go of everything. It has some seconds for it."""
        ...

    def health(self) -> str:
        """Why it is not well; "" where it is. Asked for several times a second."""
        ...


@runtime_checkable
class Delivering(Protocol):
    """An observer that sends messages somewhere, and keeps what could not be delivered.

    All of it is called on its own event loop, but `history` and `dead_letters` on any thread.
    """

    def counts(self) -> tuple[int, int]:
        """Of the events that `receive` took: how many were delivered so far, and how many not."""
        ...

    def waiting(self) -> int:
        """How many of them are still to be delivered."""
        ...

    def keep(self, events: Sequence[Event]) -> None:
        """Keep events as dead letters that there is no time to deliver. Called before `stop`."""
        ...

    def history(self, limit: int) -> Sequence[Delivery]:
        """The last deliveries, the newest first."""
        ...

    def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """The messages that could not be delivered, the newest first."""
        ...

    def dead_letter_count(self) -> int:
        """How many there are."""
        ...

    async def test(self) -> Delivery:
        """Deliver a message that says that it is a test, once."""
        ...

    async def replay(self, ids: Sequence[str]) -> Replayed:
        """Deliver dead letters again, all of them where no ids are named; what arrives is one no
        longer. Raises CommandError where an id is unknown."""
        ...


@runtime_checkable
class Exposing(Protocol):
    """An observer with a page on the admin port, for those who fetch rather than are told."""

    @property
    def path(self) -> str:
        """Where: `/metrics`."""
        ...

    def expose(self, figures: Figures, accept: str) -> Page:
        """The page; `accept` is the Accept header. Called from any thread."""
        ...

"""Observers and health, printed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from polymock.output import print_lines, print_table
from polymock_schemas.events import instant
from polymock_schemas.observers import DeadLetter, Delivery, Health, ObserverInfo, Replayed


def show_observers(found: Sequence[ObserverInfo], _params: msgspec.Struct) -> None:
    """A line for each."""
    if not found:
        print_lines(["The config names no observers."])
        return
    columns = ("name", "type", "state", "waiting", "delivered", "failed", "dropped")
    rows = [
        (
            *(each.name, each.type, each.state),
            *(each.waiting, each.delivered, each.failed, each.dropped),
            "" if each.dead_letters is None else each.dead_letters,
            ", ".join(each.events),
            each.reason,
        )
        for each in found
    ]
    print_table((*columns, "dead letters", "events", "why not ok"), rows)


def show_delivery(delivery: Delivery, _params: msgspec.Struct) -> None:
    """What came of one."""
    print_lines([_outcome(delivery), *([delivery.response] if delivery.response else [])])


def show_history(found: Sequence[Delivery], _params: msgspec.Struct) -> None:
    """A line for each."""
    if not found:
        print_lines(["Nothing was delivered so far."])
        return
    rows = [
        (
            *(instant(each.ts), each.type, each.events, "yes" if each.delivered else "no"),
            *(each.attempts, each.status or "", each.elapsed_ms, each.error, each.id),
        )
        for each in found
    ]
    columns = ("when", "type", "events", "delivered", "attempts", "status", "ms", "error", "id")
    print_table(columns, rows)


def show_dead_letters(found: Sequence[DeadLetter], _params: msgspec.Struct) -> None:
    """A line for each."""
    if not found:
        print_lines(["There are no dead letters."])
        return
    rows = [(instant(each.ts), each.type, each.events, each.error, each.id) for each in found]
    print_table(("when", "type", "events", "error", "id"), rows)


def show_replayed(replayed: Replayed, _params: msgspec.Struct) -> None:
    """How many were delivered, and why others were not."""
    print_lines([f"{replayed.delivered} delivered.", *(_outcome(each) for each in replayed.failed)])


def show_health(health: Health, _params: msgspec.Struct) -> None:
    """A line for each part."""
    print_lines(["ready" if health.ready else "not ready"])
    rows = [(p.name, p.state, "" if p.reason == p.state else p.reason) for p in health.parts]
    print_table(("part", "state", "why"), rows)


def _outcome(delivery: Delivery) -> str:
    attempts = "1 attempt" if delivery.attempts == 1 else f"{delivery.attempts} attempts"
    took = f"{attempts}, {delivery.elapsed_ms} ms"
    if delivery.delivered:
        return f"{delivery.id} was delivered: HTTP {delivery.status}, {took}."
    return f"{delivery.id} was not delivered: {delivery.error} ({took})."

"""Observers of a running server: looked at, tried, and helped to deliver again."""

from __future__ import annotations

from polymock.commands.context import Context
from polymock_schemas.commands import Nothing
from polymock_schemas.observers import (
    DeadLetter,
    Delivery,
    DeliveryQuery,
    ObserverInfo,
    OfObserver,
    Replay,
    Replayed,
)

TEST_SECONDS = 60.0


def list_(context: Context, _params: Nothing) -> tuple[ObserverInfo, ...]:
    """How each observer does."""
    return context.server.observers.infos()


def test(context: Context, params: OfObserver) -> Delivery:
    """What came of a test message. Raises CommandError."""
    running, observer = context.server.observers.delivering(params.name)
    return running.ask(observer.test, TEST_SECONDS)


def history(context: Context, params: DeliveryQuery) -> tuple[Delivery, ...]:
    """The last deliveries, the newest first. Raises CommandError."""
    _, observer = context.server.observers.delivering(params.name)
    return tuple(observer.history(params.limit))


def dead_letters(context: Context, params: DeliveryQuery) -> tuple[DeadLetter, ...]:
    """What could not be delivered, the newest first. Raises CommandError."""
    _, observer = context.server.observers.delivering(params.name)
    return tuple(observer.dead_letters(params.limit))


def replay(context: Context, params: Replay) -> Replayed:
    """Deliver dead letters again. Raises CommandError."""
    running, observer = context.server.observers.delivering(params.name)
    return running.ask(lambda: observer.replay(params.ids), params.wait)


def is_undelivered(delivery: Delivery, _params: OfObserver) -> bool:
    """Whether a test did not arrive."""
    return not delivery.delivered


def is_incomplete(replayed: Replayed, _params: Replay) -> bool:
    """Whether any of the dead letters failed again."""
    return bool(replayed.failed)

"""Observers of a running server: how they do, what they delivered, and what they could not."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
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

LIST = Command(
    name="observers.list",
    summary="List the observers: what they are told of, and how they keep up.",
    params=Nothing,
    result=tuple[ObserverInfo, ...],
    run="polymock.commands.observers:list_",
    place="server",
    route=Route("GET", "/observers"),
    terminal=Terminal(show="polymock.cli.showing.observers:show_observers"),
)
TEST = Command(
    name="observers.test",
    summary="Have an observer deliver a test message, once.",
    params=OfObserver,
    result=Delivery,
    run="polymock.commands.observers:test",
    place="server",
    role="operator",
    writes=True,
    example={"name": "webhook"},
    route=Route("POST", "/observers/{name}/test"),
    terminal=Terminal(
        arguments=("name",),
        show="polymock.cli.showing.observers:show_delivery",
        fails="polymock.commands.observers:is_undelivered",
    ),
)
HISTORY = Command(
    name="observers.history",
    summary="Show the last deliveries of an observer.",
    params=DeliveryQuery,
    result=tuple[Delivery, ...],
    run="polymock.commands.observers:history",
    place="server",
    example={"name": "webhook"},
    route=Route("GET", "/observers/{name}/history"),
    terminal=Terminal(arguments=("name",), show="polymock.cli.showing.observers:show_history"),
)
DEAD_LETTERS = Command(
    name="observers.dead_letters",
    summary="Show the messages that an observer could not deliver.",
    help="They are kept on disk, beside the journal, until they are replayed.",
    params=DeliveryQuery,
    result=tuple[DeadLetter, ...],
    run="polymock.commands.observers:dead_letters",
    place="server",
    role="operator",
    example={"name": "webhook"},
    route=Route("GET", "/observers/{name}/dead-letters"),
    terminal=Terminal(arguments=("name",), show="polymock.cli.showing.observers:show_dead_letters"),
)
REPLAY = Command(
    name="observers.replay",
    summary="Deliver an observer's dead letters again, all of them or some.",
    help="What arrives is one no longer. It ends early where nobody seems to be there.",
    params=Replay,
    result=Replayed,
    run="polymock.commands.observers:replay",
    place="server",
    role="operator",
    writes=True,
    example={"name": "webhook"},
    route=Route("POST", "/observers/{name}/replay"),
    terminal=Terminal(
        arguments=("name", "ids"),
        show="polymock.cli.showing.observers:show_replayed",
        fails="polymock.commands.observers:is_incomplete",
    ),
)

plugin = Plugin(
    NoSettings,
    lambda _: Commands(
        "See to webhooks and other observers.", (LIST, TEST, HISTORY, DEAD_LETTERS, REPLAY)
    ),
)

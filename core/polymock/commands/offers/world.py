"""The world: what all protocols share."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.commands import Nothing
from polymock_schemas.world import (
    BindingsQuery,
    ClockChange,
    ClockInfo,
    CollectionInfo,
    EntityInfo,
    EntityKey,
    EntityPage,
    EntityQuery,
    EntityValue,
    InferenceQuery,
    OfSession,
    ResetInfo,
    SnapshotInfo,
    SnapshotName,
    WorldBindings,
)

_ENTITIES = "/world/collections/{collection}/entities"
_ENTITY = f"{_ENTITIES}/{{key:path}}"

BINDINGS = Command(
    name="world.bindings",
    summary="Tell what is inferred of a config's world, and why; no server is needed.",
    params=InferenceQuery,
    result=WorldBindings,
    run="polymock.commands.world:bindings",
    place="machine",
    role="admin",
    example={"specs": ["openapi.yaml", "schema.graphql"]},
    terminal=Terminal(arguments=("specs",), show="polymock.cli.showing.world:show_bindings"),
)
BOUND = Command(
    name="world.bound",
    summary="Tell which operations of the running mocks read and write which collections, and why.",
    params=BindingsQuery,
    result=WorldBindings,
    run="polymock.commands.world:bound",
    place="mocks",
    route=Route("GET", "/world/bindings"),
    terminal=Terminal(show="polymock.cli.showing.world:show_bindings"),
)
COLLECTIONS = Command(
    name="world.collections",
    summary="List the collections, with their keys, references and how much was written.",
    params=OfSession,
    result=tuple[CollectionInfo, ...],
    run="polymock.commands.world:collections",
    place="mocks",
    route=Route("GET", "/world/collections"),
    terminal=Terminal(show="polymock.cli.showing.world:show_collections"),
)
LIST = Command(
    name="world.list",
    summary="List entities of a collection: those that nobody wrote first.",
    params=EntityQuery,
    result=EntityPage,
    run="polymock.commands.entities:list_",
    place="mocks",
    example={"collection": "orders", "where": ["status=paid"], "sort": "-createdAt"},
    route=Route("GET", _ENTITIES),
    terminal=Terminal(arguments=("collection",), show="polymock.cli.showing.world:show_entities"),
)
GET = Command(
    name="world.get",
    summary="Show an entity, whether somebody wrote it or not.",
    params=EntityKey,
    result=EntityInfo,
    run="polymock.commands.entities:get",
    place="mocks",
    example={"collection": "orders", "key": "1"},
    route=Route("GET", _ENTITY),
    terminal=Terminal(
        arguments=("collection", "key"), show="polymock.cli.showing.world:show_entity"
    ),
)
PUT = Command(
    name="world.put",
    summary="Make an entity what a value says, or make it; every contract checks it.",
    params=EntityValue,
    result=EntityInfo,
    run="polymock.commands.entities:put",
    place="mocks",
    role="operator",
    writes=True,
    repeats=True,
    example={"collection": "orders", "key": "1", "value": {"id": 1, "status": "paid"}},
    route=Route("PUT", _ENTITY, body="value", query=("session",)),
    terminal=Terminal(
        arguments=("collection", "key", "value"), show="polymock.cli.showing.world:show_entity"
    ),
)
DELETE = Command(
    name="world.delete",
    summary="Delete an entity, and do to those who refer to it what their references say.",
    params=EntityKey,
    result=EntityInfo,
    run="polymock.commands.entities:delete",
    place="mocks",
    role="operator",
    writes=True,
    destroys=True,
    example={"collection": "orders", "key": "1"},
    route=Route("DELETE", _ENTITY),
    terminal=Terminal(
        arguments=("collection", "key"), show="polymock.cli.showing.world:show_deleted"
    ),
)
RESET = Command(
    name="world.reset",
    summary="Make the world what it was in the beginning: its seeds, or a session without writes.",
    params=OfSession,
    result=ResetInfo,
    run="polymock.commands.world:reset",
    place="mocks",
    role="operator",
    writes=True,
    destroys=True,
    repeats=True,
    route=Route("POST", "/world/reset"),
    terminal=Terminal(show="polymock.cli.showing.world:show_reset"),
)
SNAPSHOTS = Command(
    name="world.snapshots",
    summary="List the snapshots.",
    params=Nothing,
    result=tuple[SnapshotInfo, ...],
    run="polymock.commands.world:list_snapshots",
    place="mocks",
    route=Route("GET", "/world/snapshots"),
    terminal=Terminal(show="polymock.cli.showing.world:show_snapshots"),
)
SNAPSHOT = Command(
    name="world.snapshot",
    summary="Keep what the world is like now, under a name; one of that name is replaced.",
    params=SnapshotName,
    result=SnapshotInfo,
    run="polymock.commands.world:take_snapshot",
    place="mocks",
    role="operator",
    writes=True,
    example={"name": "before-checkout"},
    route=Route("POST", "/world/snapshots", 201),
    terminal=Terminal(arguments=("name",), show="polymock.cli.showing.world:show_snapshots"),
)
RESTORE = Command(
    name="world.restore",
    summary="Make the world what it was when a snapshot was taken.",
    params=SnapshotName,
    result=SnapshotInfo,
    run="polymock.commands.world:restore_snapshot",
    place="mocks",
    role="operator",
    writes=True,
    destroys=True,
    repeats=True,
    example={"name": "before-checkout"},
    route=Route("POST", "/world/snapshots/{name}/restore"),
    terminal=Terminal(arguments=("name",), show="polymock.cli.showing.world:show_snapshots"),
)
FORGET = Command(
    name="world.forget",
    summary="Drop a snapshot.",
    params=SnapshotName,
    result=SnapshotInfo,
    run="polymock.commands.world:forget_snapshot",
    place="mocks",
    role="operator",
    writes=True,
    destroys=True,
    example={"name": "before-checkout"},
    route=Route("DELETE", "/world/snapshots/{name}"),
    terminal=Terminal(arguments=("name",), show="polymock.cli.showing.world:show_dropped_snapshot"),
)
CLOCK = Command(
    name="world.clock",
    summary="Tell what the world's clock says.",
    params=OfSession,
    result=ClockInfo,
    run="polymock.commands.world:show_clock",
    place="mocks",
    route=Route("GET", "/world/clock"),
    terminal=Terminal(show="polymock.cli.showing.world:show_clock"),
)
SET_CLOCK = Command(
    name="world.set_clock",
    summary="Freeze the world's clock, set it, move it, or let it run again.",
    params=ClockChange,
    result=ClockInfo,
    run="polymock.commands.world:change_clock",
    place="mocks",
    role="operator",
    writes=True,
    example={"freeze": True, "now": "2026-01-31T12:00:00Z"},
    route=Route("PUT", "/world/clock"),
    terminal=Terminal(show="polymock.cli.showing.world:show_clock"),
)

plugin = Plugin(
    NoSettings,
    lambda _: Commands(
        "See and steer what all protocols share: entities, snapshots, the clock.",
        (
            BINDINGS,
            BOUND,
            COLLECTIONS,
            LIST,
            GET,
            PUT,
            DELETE,
            RESET,
            SNAPSHOT,
            SNAPSHOTS,
            RESTORE,
            FORGET,
            CLOCK,
            SET_CLOCK,
        ),
    ),
)

"""The world as a whole: what was inferred of it, its snapshots, its clock, its beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from polymock.commands.context import Context
from polymock.config.loading import Overrides, load
from polymock.contracts import compile_mock
from polymock.errors import WorldError
from polymock.interfaces import Contract, Worldly
from polymock.world.clock import RUNNING, ClockSetting, frozen_at, moved_by, set_to
from polymock.world.collections import Collection
from polymock.world.inferring import infer, mock_names
from polymock.world.model import WorldModel
from polymock.world.planting import reset as reset_base
from polymock.world.world import World
from polymock_schemas.commands import Nothing
from polymock_schemas.world import (
    BindingInfo,
    BindingsQuery,
    ClockChange,
    ClockInfo,
    CollectionInfo,
    InferenceQuery,
    OfSession,
    ReferenceInfo,
    ResetInfo,
    SnapshotInfo,
    SnapshotName,
    WorldBindings,
)


def living(context: Context) -> World:
    """The world behind the mocks. Raises WorldError where they have none."""
    world = context.snapshot.world
    if world is None:
        raise WorldError(
            "There is no world behind these mocks: nothing that they say is an entity, or the "
            "config has `world: {enabled: false}`.",
            "`polymock world bindings --all` tells what could be bound.",
            "unknown",
        )
    return world


def bindings(context: Context, params: InferenceQuery) -> WorldBindings:
    """What is inferred of a config's world, without serving it. Raises ConfigError, SpecError."""
    overrides = Overrides(allow_private=params.allow_private)
    loaded = load(params.specs, overrides, directory=context.folder)
    config = loaded.config
    contracts = [compile_mock(entry, loaded.folder, config.world.seed)[1] for entry in config.mocks]
    names = mock_names(config)
    model = infer(config, names, contracts)
    mocks = list(zip(names, contracts, strict=True))
    return _bindings(model, mocks, lambda name: None, everything=params.all)


def bound(context: Context, params: BindingsQuery) -> WorldBindings:
    """What was inferred of the world that is served."""
    world = living(context)
    view = world.overview()
    mocks = [(mock.name, mock.contract) for mock in context.snapshot.mocks]
    return _bindings(world.model, mocks, view.rows.count, everything=params.all)


def collections(context: Context, params: OfSession) -> tuple[CollectionInfo, ...]:
    """The collections, with how many entities somebody wrote in each."""
    world = living(context)
    view = world.overview(params.session)
    return tuple(
        _collection(collection, view.rows.count(collection.name))
        for collection in world.model.collections.values()
    )


def reset(context: Context, params: OfSession) -> ResetInfo:
    """Make the base, or a session, what it was in the beginning."""
    world = living(context)
    if params.session:
        world.sessions.reset(params.session)
        world.tell("reset", params.session)
        return ResetInfo(0, params.session)
    entities = reset_base(world)
    world.tell("reset")
    return ResetInfo(entities)


def take_snapshot(context: Context, params: SnapshotName) -> SnapshotInfo:
    """Keep what a world is like now."""
    return living(context).snapshots.take(params.name, params.session)


def restore_snapshot(context: Context, params: SnapshotName) -> SnapshotInfo:
    """Make a world what it was."""
    world = living(context)
    info = world.snapshots.restore(params.name, params.session)
    world.tell("restored", params.session)
    return info


def list_snapshots(context: Context, params: Nothing) -> tuple[SnapshotInfo, ...]:
    """The snapshots that there are, by name."""
    return living(context).snapshots.all()


def forget_snapshot(context: Context, params: SnapshotName) -> SnapshotInfo:
    """Drop a snapshot; as it was."""
    return living(context).snapshots.drop(params.name)


def show_clock(context: Context, params: OfSession) -> ClockInfo:
    """What a world's clock says."""
    return living(context).clock(params.session)


def change_clock(context: Context, params: ClockChange) -> ClockInfo:
    """Freeze, set, move or reset a world's clock."""
    return living(context).change_clock(_clock_change(params), params.session)


def _clock_change(params: ClockChange) -> Callable[[ClockSetting], ClockSetting]:
    """What to do to a clock's setting. Raises WorldError."""
    now, move = params.now, params.move
    asked = (params.freeze or now is not None, move is not None, params.reset)
    if sum(asked) != 1:
        raise WorldError(
            "One thing can be done to the clock at a time."
            if any(asked)
            else "It does not say what to do to the clock.",
            "Give one of: freeze (with or without now), now, move, reset.",
        )
    if params.reset:
        return lambda _: RUNNING
    if move is not None:
        return lambda setting: moved_by(setting, move)
    if params.freeze:
        return lambda setting: frozen_at(setting, now)
    assert now is not None
    return lambda setting: set_to(setting, now)


def _bindings(
    model: WorldModel,
    mocks: Sequence[tuple[str, Contract]],
    count: Callable[[str], int | None],
    *,
    everything: bool,
) -> WorldBindings:
    collections = tuple(_collection(each, count(each.name)) for each in model.collections.values())
    found = [each for name, contract in mocks for each in _of_mock(model, name, contract)]
    return WorldBindings(collections, tuple(each for each in found if everything or each.why))


def _of_mock(model: WorldModel, mock: str, contract: Contract) -> Iterator[BindingInfo]:
    """Every operation of a mock, in the contract's order."""
    domain = model.domains.get(mock)
    bound = domain.bindings if domain is not None else {}
    offered = contract.inference.bindings if isinstance(contract, Worldly) else ()
    possible = {binding.operation: binding for binding in offered}
    names = dict.fromkeys([*(each.name for each in contract.operations), *bound])
    for name in names:
        binding = bound.get(name)
        if binding is not None:
            kind, why = binding.kind, binding.why or "the config binds it"
            yield BindingInfo(mock, name, binding.role, binding.collection, kind, why)
            continue
        could = possible.get(name)
        role, kind = ("", "") if could is None else (could.role, could.kind)
        yield BindingInfo(mock, name, role, "", kind, "")


def _collection(collection: Collection, entities: int | None) -> CollectionInfo:
    return CollectionInfo(
        name=collection.name,
        key=collection.key,
        types=tuple(f"{each.mock}.{each.kind.name}" for each in collection.kinds),
        references=tuple(
            ReferenceInfo(each.name, each.collection, each.many, each.effect)
            for each in collection.references
        ),
        strict=collection.strict,
        entities=entities,
    )

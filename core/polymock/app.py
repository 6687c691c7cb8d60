"""The composition root: config -> snapshot -> the two Litestar applications."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from polymock.config.units import parse_duration
from polymock.contracts import choose_prefixes, compile_mock
from polymock.edge.application import Application
from polymock.edge.http import HttpEdge
from polymock.engine import Engine
from polymock.errors import ConfigError
from polymock.interfaces import Contract, ContractReader
from polymock.snapshot import Mock, Snapshot
from polymock.storage import open_private_store
from polymock.stores import Store
from polymock.strategies import build_strategies
from polymock.wires import Listening
from polymock.world.inferring import infer, mock_names
from polymock.world.planting import plant
from polymock.world.seeds import read_seeds
from polymock.world.world import World
from polymock_schemas.config import Config

if TYPE_CHECKING:
    from litestar.types import ASGIApp


OpenStore = Callable[[Config, Path], Store]
"""Opens the store that a config names, or gives the one that is open already."""


def build_snapshot(
    config: Config, folder: Path, open_store: OpenStore = open_private_store
) -> Snapshot:
    """Compile every mock of a config. Raises ConfigError, SpecError, PluginError or StoreError."""
    if not config.mocks:
        raise ConfigError(
            "There is nothing to serve: no mock is configured.",
            "Name a spec (`polymock serve openapi.yaml`), or list it under `mocks:`.",
        )
    strategies = build_strategies(config)
    compiled = [compile_mock(entry, folder, config.world.seed) for entry in config.mocks]
    readers = [reader for reader, _ in compiled]
    prefixes, notes = choose_prefixes(
        config.mocks,
        [reader.prefix for reader in readers],
        [reader.shares_prefix for reader in readers],
    )
    names = mock_names(config)
    world = _build_world(config, folder, names, [contract for _, contract in compiled], open_store)
    mocks = [
        Mock(
            index=index,
            name=name,
            prefix=prefix,
            engine=Engine(
                contract,
                None if entry.auth is None else [strategies[name] for name in entry.auth],
                world,
                None if world is None else world.model.domains.get(name),
            ),
            allow_private=entry.allow_private,
        )
        for index, (entry, name, (_, contract), prefix) in enumerate(
            zip(config.mocks, names, compiled, prefixes, strict=True)
        )
    ]
    return Snapshot(mocks, notes, _listeners(compiled), world)


def _build_world(
    config: Config,
    folder: Path,
    names: Sequence[str],
    contracts: Sequence[Contract],
    open_store: OpenStore,
) -> World | None:
    """The world behind the mocks; None where nothing is remembered."""
    if not config.world.enabled:
        return None
    model = infer(config, names, contracts)
    if not model.collections:
        return None
    ttl = parse_duration(config.world.session_ttl)
    seeds = read_seeds(config.world, folder, model)
    world = World(
        model,
        open_store(config, folder),
        ttl,
        lambda: read_seeds(config.world, folder, model),
    )
    plant(world, seeds)
    return world


def _listeners(compiled: Sequence[tuple[ContractReader, Contract]]) -> dict[str, Listening]:
    """The first reader of each protocol that brings a wire of its own."""
    listeners: dict[str, Listening] = {}
    for reader, contract in compiled:
        if isinstance(reader, Listening):
            listeners.setdefault(contract.protocol, reader)
    return listeners


def mock_app(edge: HttpEdge) -> Application:
    """The workers' application, in which the edge answers every call.

    It takes the place of Litestar's routing instead of being mounted in it. A mount costs
    9 of the 14 microseconds of a call here, mangles the path, and answers an odd `Host` field
    itself, unrecorded.
    """
    app = Application(openapi_config=None, logging_config=None)
    app.asgi_handler = cast("ASGIApp", edge)
    return app

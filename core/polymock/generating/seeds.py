"""Entities that a project begins with: of those that nobody wrote, the first of each collection."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from polymock.config.loading import resolve
from polymock.errors import ConfigError
from polymock.generating.facts import DATA
from polymock.world.collections import Collection
from polymock.world.queries import Query
from polymock.world.seeds import read_seeds
from polymock.world.view import Entity, View
from polymock.world.world import World
from polymock_schemas.config import CollectionConfig, WorldConfig

EACH = 5
"""Entities of a collection, and those that they refer to beside."""
MOST = 25
MAX_COLLECTIONS = 40
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
"""What the config takes for the name of a collection."""


class Seeded(NamedTuple):
    """A world's settings with the files of its seeds, and how many entities are in each new one."""

    config: WorldConfig
    entities: Mapping[str, int]
    notes: tuple[str, ...]


def bring_data(config: WorldConfig, folder: Path, stage: Path) -> WorldConfig:
    """Copy the files of seeds that a config names already; the settings with their new places.

    Raises ConfigError where one cannot be read.
    """
    collections = dict(config.collections)
    for name, settings in config.collections.items():
        if settings.file is None:
            continue
        source = Path(resolve(folder, settings.file))
        file = f"{DATA}/{name}{source.suffix}"
        (stage / DATA).mkdir(exist_ok=True)
        try:
            shutil.copyfile(source, stage / file)
        except OSError as error:
            where = f"world.collections.{name}.file"
            raise ConfigError(f"{where}: {source} cannot be read: {error.strerror}.") from error
        collections[name] = replace(settings, file=file)
    return replace(config, collections=collections)


def write_seeds(config: WorldConfig, world: World, stage: Path) -> Seeded:
    """Write a file of entities for each collection that has none yet.

    A collection whose entities the world would refuse as seeds is left without, and noted.
    """
    wanted = [
        collection
        for name, collection in world.model.collections.items()
        if _NAME.fullmatch(name) and not collection.seeded and not collection.strict
    ]
    chosen = _sampled(wanted[:MAX_COLLECTIONS], world.overview())
    tables = {name: list(entities.values()) for name, entities in chosen.items() if entities}
    for name, entities in tables.items():
        (stage / DATA).mkdir(exist_ok=True)
        (stage / DATA / f"{name}.json").write_bytes(_encoded(entities))
    kept = _accepted(list(tables), config, world, stage)
    for name in tables.keys() - set(kept):
        (stage / DATA / f"{name}.json").unlink()
    left_out = [each.name for each in wanted if each.name not in kept]
    notes = (f"Without seeds: {', '.join(left_out)}.",) if left_out else ()
    counts = {name: len(tables[name]) for name in kept}
    return Seeded(_with_files(config, kept), counts, notes)


def _sampled(collections: Iterable[Collection], view: View) -> dict[str, dict[str, Entity]]:
    """The first entities of the collections by their keys, with all that they refer to."""
    found: dict[str, dict[str, Entity]] = {}
    for collection in collections:
        page = view.page(collection.name, Query(limit=EACH, shown=EACH))
        found[collection.name] = {entity.key: entity for entity in page.items}
    waiting = [entity for entities in found.values() for entity in entities.values()]
    for entity in waiting:
        for target, key in _references(entity, view.model.collections[entity.collection]):
            known = found.get(target)
            if known is None or key in known or len(known) >= MOST:
                continue
            other = view.find(target, key)
            if other is not None:
                known[key] = other
                waiting.append(other)
    return found


def _references(entity: Entity, collection: Collection) -> Iterator[tuple[str, str]]:
    """The collections and keys of what an entity refers to."""
    for reference in collection.references:
        held = entity.value.get(reference.name)
        for value in held if isinstance(held, list) else [held]:
            if value is not None:
                yield reference.collection, str(value)


def _encoded(entities: Iterable[Entity]) -> bytes:
    values: list[Mapping[str, Any]] = [entity.value for entity in entities]
    return msgspec.json.format(msgspec.json.encode(values, enc_hook=str), indent=2) + b"\n"


def _accepted(names: list[str], config: WorldConfig, world: World, stage: Path) -> list[str]:
    """Those of the collections whose files the world takes, all together."""
    if _is_accepted(names, config, world, stage):
        return names
    kept: list[str] = []
    for name in names:
        if _is_accepted([*kept, name], config, world, stage):
            kept.append(name)
    return kept


def _is_accepted(names: list[str], config: WorldConfig, world: World, stage: Path) -> bool:
    try:
        read_seeds(_with_files(config, names), stage, world.model)
    except ConfigError:  # the rows would be refused: it says so of a file that is to go
        return False
    return True


def _with_files(config: WorldConfig, names: Iterable[str]) -> WorldConfig:
    collections = dict(config.collections)
    for name in names:
        settings = collections.get(name, CollectionConfig())
        collections[name] = replace(settings, file=f"{DATA}/{name}.json")
    return replace(config, collections=collections)

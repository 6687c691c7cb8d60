"""Entities to begin with: read from files, checked as a whole, and planted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from polymock.world.model import WorldModel
from polymock.world.world import World
from polymock_schemas.config import WorldConfig


class Seeds(msgspec.Struct, frozen=True):
    """The entities that one collection begins with, and a digest of where they come from."""

    collection: str
    digest: str
    documents: Mapping[str, dict[str, Any]]


def read_seeds(config: WorldConfig, folder: Path, model: WorldModel) -> Sequence[Seeds]:
    """What the config's files say. Raises ConfigError."""
    return ()


def plant(world: World, seeds: Sequence[Seeds]) -> None:
    """Put seeds into the base world, if they are not there yet."""

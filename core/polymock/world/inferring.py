"""From contracts to the model of their world."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from polymock.documents.collector import collector_paused
from polymock.interfaces import Contract, Worldly
from polymock.world.entities import Inference
from polymock.world.model import WorldModel, build_model
from polymock_schemas.config import Config


def mock_names(config: Config) -> tuple[str, ...]:
    """The names of a config's mocks, in its order."""
    return tuple(entry.name or Path(entry.spec).stem for entry in config.mocks)


def infer(config: Config, names: Sequence[str], contracts: Sequence[Contract]) -> WorldModel:
    """The model of the world behind mocks of these names. Raises ConfigError."""
    with collector_paused():
        inferences: dict[str, Inference] = {
            name: contract.inference
            for name, contract in zip(names, contracts, strict=True)
            if isinstance(contract, Worldly)
        }
        return build_model(inferences, config.world)

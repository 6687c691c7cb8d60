"""Settings that several observers have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from polymock.config.settings import Problem, suggestion
from polymock.errors import ConfigError
from polymock_schemas.events import EVENT_NAMES

EventNames = Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
ALL_EVENTS: tuple[str, ...] = EVENT_NAMES


def unknown_events(names: Sequence[str]) -> list[Problem]:
    """What is wrong with the setting `events`."""
    return [
        Problem(
            f"events[{place}]", f"there is no event {name[:100]!r}", suggestion(name, ALL_EVENTS)
        )
        for place, name in enumerate(names)
        if name not in ALL_EVENTS
    ]


def inside(folder: Path, path: str, what: str) -> Path:
    """A file of the config's folder. Raises ConfigError where it would be outside."""
    root = folder.resolve()
    file = (root / path).resolve()
    if not file.is_relative_to(root) or file == root:
        raise ConfigError(
            f"{what}: {path[:200]!r} is not inside the config's folder {root}.",
            "Name a file below it: events.log",
        )
    return file

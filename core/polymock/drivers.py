"""stevedore's loader, for one entry point at a time."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from stevedore.driver import DriverManager


def driver(entry: importlib.metadata.EntryPoint) -> Any:
    """What an entry point names. Raises whatever its module does."""
    return _Driver(entry).driver


class _Driver(DriverManager[Any]):
    """stevedore's loader for one entry point, given rather than looked up in its cache."""

    def __init__(self, entry: importlib.metadata.EntryPoint) -> None:
        self._entry = entry
        super().__init__(entry.group, entry.name, on_missing_entrypoints_callback=None)

    def list_entry_points(self) -> list[importlib.metadata.EntryPoint]:
        return [self._entry]

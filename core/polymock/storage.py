"""The store that a config names, opened by its plugin."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from polymock import plugins
from polymock.errors import ConfigError, PluginError
from polymock.stores import Storage, Store, StorePlace
from polymock_schemas.config import Config, PluginChoice

GROUP = "polymock.storage"
PARTS = ("shared", "open")
_IN_SCRATCH: tuple[PluginChoice, ...] = ("sqlite", {"type": "sqlite"})
"""What keeps nothing longer than the server lives."""


class StoreKeeper:
    """Opens one store, and gives the same one whenever it is asked again.

    `scratch` is a folder that all workers share and that goes with the server.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._store: Store | None = None

    def open(self, config: Config, folder: Path) -> Store:
        """The store of a config whose relative paths start in `folder`; the first one stays.

        Raises ConfigError, PluginError, StoreError.
        """
        if self._store is None:
            storage = build_storage(config.world.store)
            if config.server.workers > 1 and not storage.shared:
                raise ConfigError(
                    f"world.store: {_name(config.world.store)} is for one worker, and "
                    f"server.workers is {config.server.workers}.",
                    "Use `store: sqlite`, or one worker.",
                )
            with plugins.guarded(f"The storage plugin {_name(config.world.store)!r} failed"):
                alone = config.server.workers == 1
                self._store = storage.open(StorePlace(folder, self._scratch, alone))
        return self._store

    def close(self) -> None:
        """Close it, if it was opened."""
        if self._store is not None:
            self._store.close()
            self._store = None


def open_private_store(config: Config, folder: Path) -> Store:
    """A store for one process alone, as in tests: in memory, where the config names none."""
    choice = "memory" if config.world.store in _IN_SCRATCH else config.world.store
    scratch = Path(tempfile.gettempdir())
    with plugins.guarded(f"The storage plugin {_name(choice)!r} failed"):
        return build_storage(choice).open(StorePlace(folder, scratch))


def build_storage(choice: PluginChoice, environ: Mapping[str, str] | None = None) -> Storage:
    """What the plugin builds that a config chooses; `environ` is where `{$env: NAME}` is looked up
    (default: the process's). Raises ConfigError, PluginError."""
    settings: dict[str, Any] = {} if isinstance(choice, str) else dict(choice)
    kind = choice if isinstance(choice, str) else settings.pop("type")
    storage: Storage = plugins.build(GROUP, kind, settings, environ, "world.store")
    missing = [part for part in PARTS if not hasattr(storage, part)]
    if missing:
        raise PluginError(
            f"The storage plugin {kind!r} is broken: what it builds has no `{missing[0]}`.",
            "polymock.stores.Storage tells what it needs.",
        )
    return storage


def _name(choice: PluginChoice) -> str:
    return choice if isinstance(choice, str) else str(choice["type"])

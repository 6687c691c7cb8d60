"""The composition root: config -> snapshot -> the two Litestar applications."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from litestar import Litestar, asgi

from polymock import plugins
from polymock.contracts import compile_mock
from polymock.edge.http import HttpEdge
from polymock.engine import Engine
from polymock.errors import ConfigError
from polymock.interfaces import Strategy
from polymock.snapshot import Mock, Snapshot
from polymock_schemas.config import Config, MockConfig

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def build_snapshot(config: Config, folder: Path) -> Snapshot:
    """Compile every mock of a config. Raises ConfigError, SpecError or PluginError."""
    if not config.mocks:
        raise ConfigError(
            "There is nothing to serve: no mock is configured.",
            "Name a spec (`polymock serve openapi.yaml`), or list it under `mocks:`.",
        )
    strategies = {name: _build_strategy(name, entry) for name, entry in config.auth.items()}
    mocks: list[Mock] = []
    taken: dict[str, str] = {}
    for index, entry in enumerate(config.mocks):
        mock = _build_mock(index, entry, config, folder, strategies)
        if mock.prefix in taken:
            raise ConfigError(
                f"Mocks {taken[mock.prefix]!r} and {mock.name!r} are both served at "
                f"{mock.prefix or '/'}.",
                "Give one of them another prefix with `at:`.",
            )
        taken[mock.prefix] = mock.name
        mocks.append(mock)
    return Snapshot(mocks)


def _build_mock(
    index: int,
    entry: MockConfig,
    config: Config,
    folder: Path,
    strategies: dict[str, Strategy],
) -> Mock:
    reader, contract = compile_mock(entry, folder, seed=config.world.seed)
    unknown = [name for name in entry.auth or () if name not in strategies]
    if unknown:
        raise ConfigError(
            f"Mock {entry.name!r} asks for auth {unknown[0]!r}, which is not under `auth:`.",
            f"Known there: {', '.join(strategies) or 'nothing'}.",
        )
    chosen = None if entry.auth is None else [strategies[name] for name in entry.auth]
    prefix = (reader.prefix if entry.at is None else entry.at).rstrip("/")
    if prefix and not prefix.startswith("/"):
        prefix = "/" + prefix
    return Mock(
        index=index,
        name=entry.name or Path(entry.spec).stem,
        prefix=prefix,
        engine=Engine(contract, chosen),
        allow_private=entry.allow_private,
    )


def _build_strategy(name: str, entry: str | dict[str, Any]) -> Strategy:
    settings = {"type": entry} if isinstance(entry, str) else dict(entry)
    kind = settings.pop("type", None)
    if not isinstance(kind, str):
        raise ConfigError(
            f"auth.{name} has no `type`.", "Name a plugin of `polymock.auth`, such as `api-key`."
        )
    strategy: Strategy = plugins.build("polymock.auth", kind, settings)
    return strategy


def mock_app(edge: HttpEdge, lifespan: Lifespan | None = None) -> Litestar:
    """The workers' application: one ASGI mount, which routes by itself on the raw path."""

    @asgi("/", is_mount=True, copy_scope=False)
    async def mocks(scope: Any, receive: Any, send: Any) -> None:
        await edge(scope, receive, send)

    return Litestar(
        [mocks],
        lifespan=[lifespan] if lifespan else [],
        openapi_config=None,
        logging_config=None,
    )

"""The auth strategies that a config names, built by their plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from polymock import plugins
from polymock.errors import PluginError
from polymock.interfaces import Strategy
from polymock_schemas.config import Config

GROUP = "polymock.auth"
PARTS = ("reads", "challenge", "secrets", "identify")


def build_strategies(
    config: Config, environ: Mapping[str, str] | None = None
) -> dict[str, Strategy]:
    """All strategies by their names under `auth:`.

    `environ` is where `{$env: NAME}` is looked up (default: the process's). Raises ConfigError or
    PluginError.
    """
    return {name: _build(name, entry, environ) for name, entry in config.auth.items()}


def _build(name: str, entry: str | dict[str, Any], environ: Mapping[str, str] | None) -> Strategy:
    settings = {"type": entry} if isinstance(entry, str) else dict(entry)
    kind = settings.pop("type")
    strategy: Strategy = plugins.build(GROUP, kind, settings, environ, where=f"auth.{name}")
    missing = [part for part in PARTS if not hasattr(strategy, part)]
    if missing:
        raise PluginError(
            f"The auth plugin {kind!r} is broken: what it builds has no `{missing[0]}`.",
            "polymock.interfaces.Strategy tells what it needs.",
        )
    return strategy

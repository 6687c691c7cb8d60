"""A config without its secrets, for those who may look at it."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from polymock_schemas.config import Config

HIDDEN = "(hidden)"
SHOWN = frozenset({"type", "header", "query", "cookie", "realm", "scheme", "events"})
"""Keys of a plugin's settings whose text is no secret; of the rest only numbers are shown."""
_SECRET = re.compile(r"key|secret|token|passw|credential|auth|private|dsn", re.IGNORECASE)
_USER = re.compile(r"(?<=://)[^/@\s]*@")


def concealed(config: Config) -> dict[str, Any]:
    """The config in JSON's types: settings of strategies and other plugins hidden, but for what
    tells which they are; elsewhere what is named as secrets are, and passwords in URLs."""
    told: dict[str, Any] = msgspec.to_builtins(config)
    told["auth"] = {name: _of_plugin(choice) for name, choice in told.get("auth", {}).items()}
    if isinstance(told.get("observers"), list):
        told["observers"] = [_of_plugin(each) for each in told["observers"]]
    for mock in told.get("mocks", ()):
        mock["options"] = _without_secrets(mock.get("options", {}), "")
        mock["spec"] = _USER.sub("", mock["spec"])
    world = told.get("world", {})
    world["store"] = _of_plugin(world.get("store"))
    return told


def _of_plugin(choice: Any) -> Any:
    """A plugin's name, or the table with its settings."""
    if not isinstance(choice, dict):
        return choice
    return {name: value if name in SHOWN else _hidden(value) for name, value in choice.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _hidden(each) for name, each in value.items()}
    return value if value is None or isinstance(value, (bool, int, float)) else HIDDEN


def _without_secrets(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without_secrets(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each, name) for each in value]
    if isinstance(value, str):
        return HIDDEN if _SECRET.search(name) else _USER.sub("", value)
    return value

"""The observers that a config names, built by their plugins."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from polymock import plugins
from polymock.config.settings import ENV_KEY, Problem, refusal, suggestion
from polymock.errors import ConfigError, PluginError
from polymock.observers import Exposing, Observer
from polymock_schemas.config import PluginChoice
from polymock_schemas.events import EVENT_NAMES

GROUP = "polymock.observers"
PARTS = ("events", "start", "receive", "stop", "health")
MAX_OBSERVERS = 32
SERVERS_OWN = frozenset({"/api", "/docs", "/health", "/mcp"})
_PATH = re.compile(r"/[a-z0-9][a-z0-9-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Built(NamedTuple):
    """An observer with its name in the config, and that of its plugin."""

    name: str
    type: str
    observer: Observer


def build_observers(
    choices: Sequence[PluginChoice], environ: Mapping[str, str] | None = None
) -> tuple[Built, ...]:
    """All observers in the config's order.

    A table's `name` names one; by default it has its plugin's name, numbered where that is taken.
    `environ` is where `{$env: NAME}` is looked up (default: the process's). Raises ConfigError or
    PluginError.
    """
    if len(choices) > MAX_OBSERVERS:
        raise ConfigError(f"observers: there are {len(choices)}, and may be {MAX_OBSERVERS}.")
    taken: set[str] = set()
    built = tuple(
        _build(choice, f"observers[{index}]", taken, environ)
        for index, choice in enumerate(choices)
    )
    _check_pages(built)
    return built


def check_observers(choices: Sequence[PluginChoice], environ: Mapping[str, str]) -> None:
    """Build them all, to see whether that can be done. Raises ConfigError or PluginError.

    `environ` holds every variable, some of them under a false value: what a plugin has against the
    settings of an observer that takes any from there is not counted.
    """
    for index, choice in enumerate(choices):
        where = f"observers[{index}]"
        try:
            _build(choice, where, set(), environ)
        except ConfigError:
            if not _is_from_outside(choice):
                raise


def _is_from_outside(value: Any) -> bool:
    """Whether any of it comes from a variable that is not set."""
    if isinstance(value, Mapping):
        name = value.get(ENV_KEY)
        return (isinstance(name, str) and name not in os.environ) or any(
            _is_from_outside(each) for each in value.values()
        )
    return isinstance(value, list | tuple) and any(_is_from_outside(each) for each in value)


def _build(
    choice: PluginChoice, where: str, taken: set[str], environ: Mapping[str, str] | None
) -> Built:
    settings: dict[str, Any] = {"type": choice} if isinstance(choice, str) else dict(choice)
    kind = settings.pop("type", None)
    if not isinstance(kind, str):
        raise refusal(
            "observers",
            [
                Problem(
                    f"{where}.type",
                    "this key is missing or not text",
                    suggestion("", plugins.names(GROUP)),
                )
            ],
        )
    name = _name(settings.pop("name", None), kind, where, taken)
    taken.add(name)
    try:
        observer: Observer = plugins.build(GROUP, kind, settings, environ, where)
    except ConfigError as error:
        if where in error.message:
            raise
        raise ConfigError(f"{where}: {error.message}", error.hint) from error
    missing = [part for part in PARTS if not hasattr(observer, part)]
    if missing:
        raise PluginError(
            f"The observer plugin {kind!r} is broken: what it builds has no `{missing[0]}`.",
            "polymock.observers.Observer tells what it needs.",
        )
    unknown = sorted(set(observer.events) - set(EVENT_NAMES))
    if unknown:
        raise PluginError(
            f"The observer plugin {kind!r} wants to hear of {unknown[0]!r}, which is no event.",
            f"Known: {', '.join(EVENT_NAMES)}.",
        )
    return Built(name, kind, observer)


def _check_pages(built: Sequence[Built]) -> None:
    """See that observers do not show their pages in each other's place, or the server's."""
    shown: dict[str, str] = {}
    for name, kind, observer in built:
        if not isinstance(observer, Exposing):
            continue
        path = observer.path
        if not _PATH.fullmatch(path) or path in SERVERS_OWN:
            raise PluginError(
                f"The observer plugin {kind!r} wants to show a page at {path[:100]!r}.",
                "A path is like /metrics, and not one of the server's own.",
            )
        first = shown.setdefault(path, name)
        if first != name:
            raise ConfigError(
                f"observers: {first!r} and {name!r} both show {path}.", "Take out one of them."
            )


def _name(given: object, kind: str, where: str, taken: set[str]) -> str:
    if given is None:
        name, number = kind, 2
        while name in taken:
            name, number = f"{kind}-{number}", number + 1
        return name
    if not isinstance(given, str) or not _NAME.fullmatch(given):
        raise ConfigError(
            f"{where}.name: this is no name for an observer.",
            "Use letters, digits and `._-`, at most 64, a letter or digit first.",
        )
    if given in taken:
        raise ConfigError(f"{where}.name: {given!r} is another observer's name already.")
    return given

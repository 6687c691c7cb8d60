"""Plugins: found by entry point, loaded one at a time, reported by name where they are broken.

Listed with importlib.metadata and handed to stevedore one entry point at a time: stevedore's own
discovery keeps a cache on disk that can be older than what is installed.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from polymock.config.settings import decode, suggestion
from polymock.errors import PluginError, UserError
from polymock.interfaces import Plugin

if TYPE_CHECKING:
    import importlib.metadata

COMMANDS = "polymock.commands"
KINDS = {
    "polymock.protocols": "protocol",
    "polymock.auth": "auth",
    "polymock.storage": "storage",
    "polymock.observers": "observer",
    COMMANDS: "command",
    "polymock.admin": "admin",
}
"""What the plugins of each entry-point group are."""


def entries(group: str) -> tuple[importlib.metadata.EntryPoint, ...]:
    """The entry points of a group as they are installed now; nothing is loaded."""
    return tuple(_installed(tuple(_state())).select(group=group))


def _state() -> Iterator[tuple[str, int]]:
    """The folders that packages are in, and when one was last installed there or taken away."""
    for path in sys.path:
        try:
            yield path, Path(path).stat().st_mtime_ns
        except OSError:
            yield path, 0


@functools.lru_cache(maxsize=1)
def _installed(_state: tuple[tuple[str, int], ...]) -> importlib.metadata.EntryPoints:
    """All entry points, which takes 10 ms to find out."""
    # Imported here: a process that has others to start does so first.
    import importlib.metadata

    return cast("importlib.metadata.EntryPoints", importlib.metadata.entry_points())


def names(group: str) -> tuple[str, ...]:
    """The names of the installed plugins of a group, sorted; nothing is loaded."""
    return tuple(sorted({entry.name for entry in entries(group)}))


def load(
    group: str, name: str, installed: Sequence[importlib.metadata.EntryPoint] | None = None
) -> Plugin[Any]:
    """Import one plugin and check what it declares.

    `installed` are the group's `entries`, for who loads several. Raises PluginError where it is not
    installed, is installed twice, or is broken.
    """
    installed = entries(group) if installed is None else installed
    found = [entry for entry in installed if entry.name == name]
    kind = KINDS.get(group, group)
    if not found:
        known = sorted({entry.name for entry in installed})
        raise PluginError(
            f"There is no {kind} plugin {name!r}.",
            suggestion(name, known) or f"No {kind} plugin is installed.",
        )
    if len(found) > 1:
        packages = " and ".join(_package(entry) for entry in found)
        raise PluginError(
            f"The {kind} plugin {name!r} is declared by {packages}.", "Uninstall one of them."
        )
    return _import(kind, found[0])


def build(
    group: str,
    name: str,
    settings: Mapping[str, Any],
    environ: Mapping[str, str] | None = None,
    where: str = "",
    installed: Sequence[importlib.metadata.EntryPoint] | None = None,
) -> Any:
    """Load a plugin, decode its settings and build what its group asks for.

    `{$env: NAME}` in the settings is read from `environ` (the process's by default). `where` is
    the settings' path in the config (`auth.partner-key`), for errors; `installed` is for `load`.
    Raises PluginError, or ConfigError that lists every wrong setting and shows no value.
    """
    kind = KINDS.get(group, group)
    plugin = load(group, name, installed)
    environ = os.environ if environ is None else environ
    config = decode(dict(settings), plugin.config, f"{kind} plugin {name!r}", environ, where)
    with guarded(f"The {kind} plugin {name!r} cannot be built"):
        return plugin.build(config)


@contextmanager
def guarded(what: object) -> Iterator[None]:
    """Around a call of a plugin's code: what it raises becomes a PluginError that says `what`,
    whose text is asked for only then.

    Errors that are meant for the user (UserError) pass as they are.
    """
    try:
        yield
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{what}: {type(error).__name__}: {error}", "Report it to the plugin's authors."
        ) from error


def _import(kind: str, entry: importlib.metadata.EntryPoint) -> Plugin[Any]:
    named = _Named(kind, entry)
    with guarded(named):
        found: Any = _load(entry)
    wrong = _fault(found)
    if wrong:
        problem = f"{named.plugin} is broken: {entry.value} {wrong}."
        raise PluginError(problem, "Update or uninstall it.")
    declared: Plugin[Any] = found
    return declared


class _Named:
    """A plugin that cannot be loaded, in words. Its package is looked up only for these: that
    takes as long as loading it."""

    def __init__(self, kind: str, entry: importlib.metadata.EntryPoint) -> None:
        self._kind = kind
        self._entry = entry

    @property
    def plugin(self) -> str:
        """Whose plugin it is."""
        return f"The {self._kind} plugin {self._entry.name!r} of {_package(self._entry)}"

    def __str__(self) -> str:
        return f"{self.plugin} cannot be loaded from {self._entry.value}"


def _load(entry: importlib.metadata.EntryPoint) -> Any:
    """What an entry point names, by stevedore; but commands, which `polymock --help` lists, as
    stevedore's driver loads them: its own import takes longer than all of theirs."""
    if entry.group == COMMANDS:
        return entry.load()
    from polymock.drivers import driver

    return driver(entry)


def _fault(found: Any) -> str:
    """Why an entry point's object is no plugin, as a sentence's end; "" where it is one."""
    if not isinstance(found, Plugin):
        return f"is of type {type(found).__name__}, not polymock.interfaces.Plugin"
    if not (isinstance(found.config, type) and issubclass(found.config, msgspec.Struct)):
        return "has a `config` that is not a msgspec Struct class"
    if not callable(found.build):
        return "has a `build` that cannot be called"
    return _wrong_signature(found.build)


def _wrong_signature(build: Callable[..., Any]) -> str:
    try:
        parameters = list(inspect.signature(build).parameters.values())
    except (TypeError, ValueError):  # some classes written in C do not tell
        return ""
    positional = {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD}
    taking = [p for p in parameters if p.kind in positional or p.kind is Parameter.VAR_POSITIONAL]
    if not taking:
        return "has a `build` that does not take the config as its parameter"
    for parameter in parameters:
        variadic = parameter.kind in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
        if parameter is not taking[0] and parameter.default is Parameter.empty and not variadic:
            return (
                f"has a `build` with the parameter `{parameter.name}`; "
                "it gets the config and nothing else"
            )
    return ""


def _package(entry: importlib.metadata.EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown package"

"""Taking a name for an instance, of which only one can have it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from polymock.config.loading import LoadedConfig
from polymock.config.settings import suggestion
from polymock.errors import ServerError
from polymock.instances.processes import ProcessId
from polymock.instances.record import Record
from polymock.instances.registry import Registry, age

KEPT_SECONDS = 7 * 86_400.0
"""How long an instance that ended is remembered."""

NAME_RULE = "It has up to 64 letters, digits, `.`, `_` and `-`, and starts with a letter or digit."
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Claim(msgspec.Struct, frozen=True):
    """A record that is written down, and the ended one of the same name before it."""

    record: Record
    previous: Record | None


def new_run() -> str:
    """The mark of one more run, which nobody else has."""
    return secrets.token_hex(8)


def default_name(loaded: LoadedConfig) -> str:
    """The name of the config's folder, or of the first spec, in the letters of a name."""
    name = loaded.folder.name if loaded.file is not None else loaded.config.mocks[0].name or ""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:48] or "mock"


def check_name(name: str) -> str:
    """The name, if it can be one. Raises ServerError."""
    if not _NAME.fullmatch(name):
        raise ServerError(f"{name[:80]!r} cannot be an instance's name.", NAME_RULE)
    return name


def claim(registry: Registry, name: str | None, stem: str, make: Callable[[str], Record]) -> Claim:
    """Take a name: the given one, or `stem`, numbered where that is taken.

    `make` gives the record for it. Raises ServerError where an instance of the given name runs or
    is being started.
    """
    with registry.lock():
        taken = {record.name.casefold(): record for record in registry.records()}
        chosen = name or _free(stem, {key for key, old in taken.items() if _is_used(old)})
        previous = taken.get(chosen.casefold())
        if previous is not None:
            _refuse_used(previous)
            if previous.name != chosen:  # in other case: one file, to some systems
                registry.forget(previous)
        record = make(chosen)
        registry.write(record)
    return Claim(record, previous)


def take_over(registry: Registry, name: str, starter: ProcessId) -> Record:
    """Keep others from starting an instance that is known; its record.

    Raises ServerError where there is none of this name, or somebody else is at it.
    """
    with registry.lock():
        record = choose(registry.records(), name)
        if record.is_being_started:
            _refuse_used(record)
        registry.write(replace(record, starter=starter))
    return record


def choose(records: Sequence[Record], name: str) -> Record:
    """The record of a name. Raises ServerError where there is none, and names the nearest."""
    for record in records:
        if record.name == name:
            return record
    near = suggestion(name, [record.name for record in records])
    raise ServerError(
        f"There is no instance {name[:80]!r}.", near or "polymock ps --all lists all there are."
    )


def forget_old(registry: Registry) -> None:
    """Remove the records of instances that ended long ago."""
    for record in registry.known():
        if not _is_used(record) and age(registry.log_of(record)) > KEPT_SECONDS:
            registry.remove(record)
    registry.sweep(KEPT_SECONDS)


def _free(stem: str, taken: set[str]) -> str:
    name, number = stem, 2
    while name.casefold() in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def _is_used(record: Record) -> bool:
    return record.is_being_started or record.find_process() is not None


def _refuse_used(record: Record) -> None:
    if record.is_being_started:
        raise ServerError(
            f"'{record.name}' is being started by another command.",
            "Wait for that, or choose another --name.",
        )
    process = record.find_process()
    if process is not None:
        raise ServerError(
            f"'{record.name}' runs already (pid {process.pid}).",
            f"polymock stop {record.name} ends it; or choose another --name.",
        )

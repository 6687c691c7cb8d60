"""A log of events, a line each: JSON, or text for people.

    observers: [{type: log, format: json, file: logs/events.log, events: [error.occurred]}]

It goes to standard error, or to a file inside the config's folder, which is put aside as `.1` when
it has grown to `max_bytes`. Lines hold no line breaks and no control characters, whatever callers
send.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

import msgspec
import structlog
from msgspec import Meta
from structlog.typing import EventDict, Processor

from polymock.config.settings import refusal
from polymock.config.units import parse_size
from polymock.errors import ConfigError
from polymock.interfaces import Plugin
from polymock.observers import ObserverPlace
from polymock_observers.settings import ALL_EVENTS, EventNames, inside, unknown_events
from polymock_schemas.config import Size
from polymock_schemas.events import ErrorOccurred, Event, told

LEAST_BYTES = 4096


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`file` is a path from the config's folder; without it lines go to standard error."""

    format: Literal["json", "text"] = "json"
    file: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    max_bytes: Size = "64MiB"
    bodies: bool = False
    events: EventNames = ALL_EVENTS


class Log:
    """Writes events as lines. Raises ConfigError where its settings are wrong."""

    def __init__(self, settings: Settings) -> None:
        problems = unknown_events(settings.events)
        if problems:
            raise refusal("observer plugin 'log'", problems)
        self._settings = settings
        self.events: frozenset[str] = frozenset(settings.events)
        self._limit = parse_size(settings.max_bytes)
        self._path: Path | None = None
        self._file: TextIO | None = None
        self._log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            _Lines(self._write_line),
            processors=[
                structlog.processors.add_log_level,
                _in_order,
                _RENDERERS[settings.format],
            ],
        )
        self._written = 0
        self._problem = ""

    async def start(self, place: ObserverPlace) -> None:
        """Open the file. Raises ConfigError."""
        if self._settings.file is not None:
            where = f"observer {place.name!r}: file"
            self._path = inside(place.folder, self._settings.file, where)
            self._open()

    async def receive(self, events: Sequence[Event]) -> None:
        """Write a line for each. Raises OSError."""
        try:
            for event in events:
                self._write(event)
            self._out.flush()
        except OSError as error:
            self._problem = f"it cannot be written: {error}"
            raise
        self._problem = ""

    async def stop(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def health(self) -> str:
        """Why nothing is written."""
        return self._problem

    @property
    def _out(self) -> TextIO:
        return sys.stderr if self._file is None else self._file

    def _open(self) -> None:
        assert self._path is not None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8")
            self._written = self._file.tell()
        except OSError as error:
            raise ConfigError(
                f"The log {self._path} cannot be opened: {error.strerror}.",
                "Choose another `file`, or leave it out: then lines go to standard error.",
            ) from error

    def _write(self, event: Event) -> None:
        wire = told(event, bodies=self._settings.bodies)
        tell = self._log.error if isinstance(event, ErrorOccurred) else self._log.info
        tell(wire["type"], timestamp=wire["timestamp"], id=wire["id"], **wire["data"])

    def _write_line(self, line: str) -> None:
        if self._path is not None and self._written + len(line) > max(self._limit, LEAST_BYTES):
            self._set_aside()
        self._written += self._out.write(line + "\n")

    def _set_aside(self) -> None:
        assert self._path is not None
        assert self._file is not None
        self._file.close()
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._open()


class _Lines:
    """Where structlog leaves its lines."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.info = self.error = write


def _in_order(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """When, how bad and what come first."""
    first = {name: line.pop(name) for name in ("timestamp", "level", "event", "id")}
    return {**first, **line}


def _render_text(logger: Any, method: str, line: EventDict) -> str:
    """What says something, as `name=value`; values as Python writes them, control characters
    escaped."""
    head = f"{line.pop('timestamp')} {line.pop('level'):5} {line.pop('event')}"
    said = {name: value for name, value in line.items() if value not in ("", None, [], {})}
    return f"{head} {_render_values(logger, method, said)}"


def _dumps(line: Mapping[str, Any], **_: Any) -> str:
    return msgspec.json.encode(line).decode()


_render_values = structlog.processors.KeyValueRenderer()
_RENDERERS: dict[str, Processor] = {
    "json": structlog.processors.JSONRenderer(serializer=_dumps),
    "text": _render_text,
}

plugin = Plugin(config=Settings, build=Log)

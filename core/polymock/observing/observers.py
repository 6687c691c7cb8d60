"""All observers of a server, and what they and the admin port can know of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from polymock import plugins
from polymock.config.settings import suggestion
from polymock.errors import CommandError, UserError
from polymock.events import Bus
from polymock.observers import Delivering, Exposing, ObserverPlace
from polymock.observing.building import GROUP, Built
from polymock.observing.feed import Feeds
from polymock.observing.recorded import Decoder
from polymock.observing.running import Running
from polymock.observing.tally import BOUNDS_US, Tally
from polymock_schemas.observers import (
    Figures,
    JournalFigures,
    ObserverInfo,
    Page,
    ProcessFigures,
)

METRICS = "/metrics"
DEFAULT_METRICS = "prometheus"
"""The observer that shows METRICS where the config names none that does."""

log = logging.getLogger("polymock.observers")


class Measures(msgspec.Struct, frozen=True):
    """How to find out what is not counted here: of the journal, the processes, the disk."""

    started: float
    journal: Callable[[], JournalFigures | None]
    processes: Callable[[], tuple[ProcessFigures, ...]]
    disk_free: Callable[[], int | None]


class Observers:
    """The observers that a config names, with the bus that tells them.

    `folder` is the config's; what they have to keep goes to folders of their own in `state`.
    Every method may be called from any thread.
    """

    def __init__(
        self,
        built: Sequence[Built],
        *,
        folder: Path,
        state: Path,
        redact: tuple[str, ...],
        measures: Measures,
    ) -> None:
        self.bus = Bus()
        self._tally = Tally()
        self.feeds = Feeds(self.bus, self._tally)
        self._measures = measures
        self._running = tuple(
            Running(
                each,
                self.bus,
                Decoder(redact, lambda: self.feeds.secrets),
                ObserverPlace(each.name, folder, state / each.name, self.figures),
            )
            for each in built
        )
        self._exposing = {
            each.observer.path: (each.name, each.observer)
            for each in built
            if isinstance(each.observer, Exposing)
        }
        self._default: Exposing | None = None
        self._opening = threading.Lock()

    def start(self) -> None:
        """Begin; what happens from now on is kept for them."""
        for running in self._running:
            running.start()

    def stop(self) -> None:
        """Let all take what waits, at once, for some seconds."""
        threads = [threading.Thread(target=each.stop, daemon=True) for each in self._running]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def infos(self) -> tuple[ObserverInfo, ...]:
        """How each of them does."""
        return tuple(running.info() for running in self._running)

    def find(self, name: str) -> Running:
        """One by its name. Raises CommandError."""
        for running in self._running:
            if running.name == name:
                return running
        names = tuple(running.name for running in self._running)
        raise CommandError(
            f"There is no observer {name[:100]!r}.",
            suggestion(name, names) or "The config names none under `observers:`.",
            "unknown",
        )

    def delivering(self, name: str) -> tuple[Running, Delivering]:
        """One that delivers, by its name. Raises CommandError."""
        running = self.find(name)
        if running.delivering is None:
            raise CommandError(
                f"The observer {name!r} ({running.type}) delivers no messages.",
                "A webhook does.",
                "wrong",
            )
        return running, running.delivering

    @property
    def paths(self) -> tuple[str, ...]:
        """The pages that there are on the admin port."""
        return tuple(dict.fromkeys([METRICS, *self._exposing]))

    def page(self, path: str, accept: str) -> Page:
        """A page of an observer. Raises PluginError, or CommandError where nobody shows it."""
        if path in self._exposing:
            name, observer = self._exposing[path]
            with plugins.guarded(f"The observer {name!r} cannot show {path}"):
                return observer.expose(self.figures(), accept)
        if path != METRICS:
            raise CommandError(f"Nothing shows {path}.", "", "unknown")
        with plugins.guarded(f"The observer {DEFAULT_METRICS!r} cannot show {path}"):
            return self._shown_by_default().expose(self.figures(), accept)

    def figures(self) -> Figures:
        """What the server can be measured by, as it is now."""
        return Figures(
            started=self._measures.started,
            bounds_us=BOUNDS_US,
            series=self._tally.series(),
            journal=self._measures.journal(),
            observers=self.infos(),
            processes=self._measures.processes(),
            disk_free_bytes=self._measures.disk_free(),
        )

    def _shown_by_default(self) -> Exposing:
        """Built when it is asked for the first time: what it shows was counted all along."""
        with self._opening:
            if self._default is None:
                found = plugins.build(GROUP, DEFAULT_METRICS, {})
                if not isinstance(found, Exposing):
                    raise UserError(f"The observer plugin {DEFAULT_METRICS!r} shows no page.")
                self._default = found
            return self._default

"""Which services are served, and a signal for who waits to hear of a change."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence


class ServingState:
    """The services' health: all are well until the listener is about to stop."""

    def __init__(self) -> None:
        self.services: Sequence[str] = ()
        self.is_stopping = False
        self._changed = asyncio.Event()

    def renew(self, services: Sequence[str]) -> None:
        """Other services are served now."""
        self.services = services
        self._tell()

    def stop(self) -> None:
        """Nothing will be served any more."""
        self.is_stopping = True
        self._tell()

    @property
    def change(self) -> asyncio.Event:
        """Set with the next change."""
        return self._changed

    def _tell(self) -> None:
        told, self._changed = self._changed, asyncio.Event()
        told.set()

"""Where a command is carried out: what it can reach, who asked for it, and whom it tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from polymock.errors import CommandError

if TYPE_CHECKING:
    from polymock.journal.reading import Reading
    from polymock.server.steering import Steering
    from polymock.snapshot import Snapshot

Progress = Callable[[float, float | None, str], None]
"""Told how far long work has come: so much, of how much (None: not known), and a few words."""


def silent(_done: float, _total: float | None = None, _words: str = "") -> None:
    """Progress that nobody hears of."""


class Context:
    """What a command's `run` gets beside its parameters.

    `actor` is who asks: a token's name, `cli`, `mcp`, `local`. `folder` is where relative paths
    start. What there is of `snapshot`, `journal` and `server` goes by the command's place.
    """

    def __init__(
        self,
        *,
        snapshot: Snapshot | None = None,
        journal: Reading | None = None,
        server: Steering | None = None,
        actor: str = "local",
        folder: Path | None = None,
        progress: Progress = silent,
    ) -> None:
        self._snapshot = snapshot
        self._journal = journal
        self._server = server
        self.actor = actor
        self.folder = folder if folder is not None else Path.cwd()
        self.progress = progress

    @property
    def snapshot(self) -> Snapshot:
        """The mocks that are served. Raises CommandError where none are."""
        if self._snapshot is None:
            raise CommandError("Nothing is served here.", "Start a server.", "unavailable")
        return self._snapshot

    @property
    def journal(self) -> Reading:
        """The journal, as it was when the command began. Raises CommandError where none is."""
        if self._journal is None:
            raise CommandError("Nothing is recorded.", "Serve with a journal.", "unavailable")
        return self._journal

    @property
    def server(self) -> Steering:
        """The server that carries the command out. Raises CommandError where it is none."""
        if self._server is None:
            raise CommandError("No server runs here.", "Start one.", "unavailable")
        return self._server

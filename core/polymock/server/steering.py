"""What commands can reach of the server that carries them out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from polymock.observing.observers import Observers
from polymock.server.messages import MockSummary
from polymock_schemas.config import Config
from polymock_schemas.observers import Health

if TYPE_CHECKING:
    from polymock.journal.writer import Journal


class Steering(msgspec.Struct, frozen=True):
    """A running server: its mocks, config and address, as they are now; the file of its tokens; its
    observers and its health; how to have it serve its files as they are now; and its journal, None
    where nothing is recorded."""

    mocks: Callable[[], Sequence[MockSummary]]
    config: Callable[[], Config]
    url: str
    tokens: Path
    observers: Observers
    health: Callable[[], Awaitable[Health]]
    reload: Callable[[], Awaitable[None]]
    journal: Journal | None = None

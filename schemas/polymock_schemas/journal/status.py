"""How the journal does, as health and metrics tell it."""

from __future__ import annotations

import msgspec


class JournalStatus(msgspec.Struct, frozen=True):
    """How the journal does. Counts are since this process opened it.

    `waiting_batches` and `waiting_rows` were received and are not yet committed; `dropped_rows`
    are those of `journal_gaps`; `last_error` is "" once writing works again. `waiting_since` is
    when the oldest of those that wait came, in microseconds since 1970; None where none do.
    `set_aside` tells of a damaged journal that was set aside since; "" where none was.
    """

    path: str
    rows: int
    waiting_batches: int
    waiting_rows: int
    gaps: int
    dropped_rows: int
    last_error: str
    waiting_since: int | None = None
    set_aside: str = ""

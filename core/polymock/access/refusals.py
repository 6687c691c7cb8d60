"""What is written down of those who were refused: some of it each minute, the rest counted."""

from __future__ import annotations

import time
from collections.abc import Callable

Note = Callable[[str, str, str, object], None]
"""Writes a row of the table `events`: type, actor, subject, data."""

TYPE = "admin.refused"
PER_MINUTE = 60
MAX_SUBJECT = 200


def silent(_type: str, _actor: str, _subject: str, _data: object = None) -> None:
    """Notes that nobody keeps."""


class Refusals:
    """Writes down who was refused what. Whoever is refused again and again fills no journal: of
    more than PER_MINUTE only the number is told, with the next one."""

    def __init__(self, note: Note = silent, clock: Callable[[], float] = time.monotonic) -> None:
        self._note = note
        self._clock = clock
        self._minute = -1
        self._count = 0
        self._unreported = 0

    def tell(self, actor: str, subject: str, status: int, why: str, client: str = "") -> None:
        """Write down one refusal: of whom, what was asked for, and why not."""
        minute = int(self._clock() // 60)
        if minute != self._minute:
            self._minute, self._count = minute, 0
        if self._count >= PER_MINUTE:
            self._unreported += 1
            return
        self._count += 1
        data: dict[str, object] = {"status": status, "why": why}
        if client:
            data["client"] = client
        if self._unreported:
            data["unreported"], self._unreported = self._unreported, 0
        self._note(TYPE, actor, subject[:MAX_SUBJECT], data)

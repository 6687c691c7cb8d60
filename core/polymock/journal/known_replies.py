"""Stable replies: handed over to the journal once, and by their numbers from then on."""

from __future__ import annotations

from typing import NamedTuple

from polymock.journal.frames import ReplyPart
from polymock_schemas.calls import Reply

KNOWN_REPLIES = 4096
KNOWN_BYTES = 16 * 1024 * 1024


class Known(NamedTuple):
    """A stable reply's number within the generation, and how it is handed over."""

    number: int
    part: ReplyPart
    reply: Reply
    """Held, so that its identity stays its own."""


class KnownReplies:
    """The stable replies that were handed over, each made ready once."""

    def __init__(self) -> None:
        self.generation = 1
        self.by_identity: dict[int, Known] = {}
        self._bytes = 0

    def add(self, reply: Reply, part: ReplyPart) -> Known:
        """Give it a number."""
        known = self.by_identity[id(reply)] = Known(len(self.by_identity), part, reply)
        self._bytes += len(reply.body) + len(part.body)
        return known

    def renew_when_full(self) -> None:
        """Forget them all, under a new generation, once there are too many."""
        if len(self.by_identity) > KNOWN_REPLIES or self._bytes > KNOWN_BYTES:
            self.generation += 1
            self.by_identity, self._bytes = {}, 0

"""Bodies that are no text on the wire, as the journal shows them: the contract makes JSON of them.

Done where a batch is handed over, not where an exchange is recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from polymock.interfaces import Contract, Transcribing
from polymock_schemas.calls import Headers

READABLE_BYTES = 1024 * 1024
"""So much of a body is kept to be transcribed; one that was cut off cannot be read."""

log = logging.getLogger("polymock.journal")


class Transcriber:
    """Makes text of one mock's bodies; what the contract fails on stays as it is."""

    def __init__(self, contract: Transcribing, name: str) -> None:
        self._contract = contract
        self._name = name
        self._has_failed = False

    def text(self, operation: str, headers: Headers, body: bytes, *, is_reply: bool) -> bytes:
        """The body as the journal shows it. `is_reply` tells a reply's from a call's.

        One of a call that no operation was found for stays as it is.
        """
        if not body or not operation:
            return body
        try:
            text = self._contract.transcribe(operation, headers, body, is_reply=is_reply)
            if not isinstance(text, bytes):
                raise TypeError(f"it gave {type(text).__name__}, not bytes")
            return text
        except Exception:  # a contract is a plugin's code
            if not self._has_failed:
                self._has_failed = True
                log.exception("mock %r cannot show a body of %s as text", self._name, operation)
            return body


def shown(body: bytes, text: bytes, size: int, limit: int) -> tuple[bytes, int]:
    """What the journal shows of a body, at most `limit` bytes, and how long that was uncut.

    `body` is what was kept of the `size` bytes on the wire, `text` what was made of it.
    """
    whole = len(text)
    if size > len(body):
        whole += size - len(body)
    return (text if whole <= limit else text[:limit]), whole


def transcribers(mocks: Iterable[tuple[str, Contract]]) -> tuple[Transcriber | None, ...]:
    """For each mock, by its name and contract, who makes text of its bodies; None for most."""
    return tuple(
        Transcriber(contract, name) if isinstance(contract, Transcribing) else None
        for name, contract in mocks
    )

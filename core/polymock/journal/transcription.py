"""Bodies that are no text on the wire, as the journal shows them: the contract makes JSON of them.

Done where a batch is handed over, not where an exchange is recorded. What repeats is remembered.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from polymock.interfaces import Contract, Transcribing
from polymock_schemas.calls import Headers

REMEMBERED = 2048
REMEMBERED_BYTES = 4096
"""Longer bodies, and texts, are not remembered."""
READABLE_BYTES = 1024 * 1024
"""So much of a body is kept to be transcribed; one that was cut off cannot be read."""

log = logging.getLogger("polymock.journal")

_Key = tuple[str, bool, tuple[bytes, ...], bytes]


class Transcriber:
    """Makes text of the bodies of one mock. A contract that fails loses nothing: bodies stay raw.

    Of the header fields only those count that say how a body is written: `content-type`, and
    those whose name ends in `-encoding`.
    """

    def __init__(self, contract: Transcribing, name: str) -> None:
        self._contract = contract
        self._name = name
        self._known: dict[_Key, bytes] = {}
        self._has_failed = False

    def text(self, operation: str, headers: Headers, body: bytes, *, is_reply: bool) -> bytes:
        """The body as the journal shows it. `is_reply` tells a reply's from a call's.

        One of a call that no operation was found for stays as it is.
        """
        if not body or not operation:
            return body
        if len(body) > REMEMBERED_BYTES:
            return self._transcribed(operation, headers, body, is_reply)
        written = tuple(
            value
            for name, value in headers
            if name == b"content-type" or name.endswith(b"-encoding")
        )
        key = (operation, is_reply, written, body)
        known = self._known.get(key)
        if known is None:
            known = self._transcribed(operation, headers, body, is_reply)
            if len(known) <= REMEMBERED_BYTES:
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[key] = known
        return known

    def _transcribed(self, operation: str, headers: Headers, body: bytes, is_reply: bool) -> bytes:
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

"""Idempotency keys: the same call again gets the same answer, and writes nothing.

After draft-ietf-httpapi-idempotency-key-header: the same key with another request is refused.
"""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import Any

import msgspec

from polymock.errors import Invalid
from polymock.stores import Change
from polymock.world.view import View
from polymock_openapi.answering.choices import Told
from polymock_openapi.model import Reading
from polymock_schemas.calls import Violation

FIELD = "idempotency-key"
COLLECTION = "~requests/http"
"""Names that begin with `~` are those of no entities."""
KEPT_SECONDS = 24 * 60 * 60.0
_MAX_KEY = 255
_sorted = msgspec.json.Encoder(order="sorted").encode


class Given(msgspec.Struct, frozen=True):
    """An answer that was given: to which request, and what it was."""

    fingerprint: str
    status: int
    value: Any
    told: Told | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Given).decode


class Once:
    """A call that carries a key."""

    def __init__(self, reading: Reading, view: View) -> None:
        key = str(reading.sent.get(FIELD, "")).strip()
        if not 0 < len(key) <= _MAX_KEY:
            place = "header.Idempotency-Key"
            message = f"a key has 1 to {_MAX_KEY} characters"
            raise Invalid(f"{place}: {message}.", [Violation(place, message)])
        self._view = view
        self._key = _digest(reading.endpoint.name.encode(), key.encode("utf-8", "replace"))
        address = reading.url.partition("://")[2].partition("/")[2]
        said = _sorted([address, reading.media_type, _text(reading.body)])
        self._fingerprint = _digest(said)

    def given(self) -> Given | None:
        """The answer that the call got before. Raises Invalid where another call had the key."""
        row = self._view.rows.store.get(self._view.rows.space, COLLECTION, self._key)
        if row is None or row.value is None:
            return None
        known = _decode(row.value)
        if known.fingerprint != self._fingerprint:
            place = "header.Idempotency-Key"
            message = "was used for another request already"
            raise Invalid(f"{place}: {message}.", [Violation(place, message)])
        return known

    def change(self, status: int, value: Any, told: Told | None) -> Change:
        """The row that remembers the answer."""
        given = Given(self._fingerprint, status, value, told)
        return Change(
            COLLECTION,
            self._key,
            _encode(given),
            expected=0,
            expires=time.time() + KEPT_SECONDS,
        )


def _digest(*parts: bytes) -> str:
    return blake2b(b"\0".join(parts), digest_size=16).hexdigest()


def _text(body: Any) -> Any:
    return None if body is msgspec.UNSET else body

"""Page tokens (AIP-158) that say where a list goes on, and of which list they are."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

from polymock_grpc.wires.metadata import padded

_CHECK = 8
_NUMBER = 6
_LENGTH = 20
"""Characters of a token."""


def make_token(offset: int, asked: bytes) -> str:
    """The token of the page that begins at an offset of the list that was asked for.

    It stays good while entities come and go.
    """
    number = offset.to_bytes(_NUMBER, "big")
    return urlsafe_b64encode(number + _check(number, asked)).rstrip(b"=").decode()


def read_token(token: bytes, asked: bytes) -> int | None:
    """The offset that a token tells; None where it is none, or one of another list."""
    if len(token) > _LENGTH:
        return None
    try:
        data = urlsafe_b64decode(padded(token))
    except ValueError:
        return None
    number, check = data[:_NUMBER], data[_NUMBER:]
    if len(data) != _NUMBER + _CHECK or check != _check(number, asked):
        return None
    return int.from_bytes(number, "big")


def _check(number: bytes, asked: bytes) -> bytes:
    return blake2b(number + asked, digest_size=_CHECK).digest()

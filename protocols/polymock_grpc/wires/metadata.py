"""Metadata as header fields, and text in them."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote_from_bytes

from polymock_schemas.calls import Headers

_RESERVED = frozenset(
    (
        b"connection",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"grpc-accept-encoding",
        b"grpc-encoding",
        b"grpc-message",
        b"grpc-status",
        b"grpc-status-details-bin",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
"""Fields that are the wire's own."""
_UNSAFE = dict.fromkeys((*range(0x20), 0x7F), " ")
_MESSAGE_SAFE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


def header_fields(metadata: Headers, prefix: bytes = b"") -> Headers:
    """Metadata as it stands on the wire: values of `-bin` names in base64, without padding.

    Names that are the wire's own are left out; `prefix` goes before each of the others.
    """
    if not metadata:
        return ()
    return tuple(
        (prefix + name, header_value(name, value))
        for name, value in metadata
        if name not in _RESERVED and not name.startswith(b"connect-")
    )


def header_value(name: bytes, value: bytes) -> bytes:
    """One value as it stands on the wire."""
    if name.endswith(b"-bin"):
        return unpadded(value)
    return value.decode("latin-1").translate(_UNSAFE).encode("latin-1").strip()


def unpadded(value: bytes) -> bytes:
    """Base64 (RFC 4648, section 4) without padding."""
    return b64encode(value).rstrip(b"=")


def padded(text: bytes) -> bytes:
    """Base64 with all of its padding, whatever it had."""
    bare = text.rstrip(b"=")
    return bare + b"=" * (-len(bare) % 4)


def percent_encoded(message: str) -> bytes:
    """A status message as `grpc-message` carries it: all but printable ASCII percent-encoded."""
    return quote_from_bytes(message.encode("utf-8", "replace"), _MESSAGE_SAFE).encode()

"""Compressed messages: gzip and deflate (zlib's format, as HTTP and gRPC mean it)."""

from __future__ import annotations

import zlib
from functools import lru_cache

from polymock.errors import TooLarge, Unreadable, UnsupportedMedia

CODINGS = ("gzip", "deflate")
"""What is taken and given, beside `identity`; the preferred one first."""
SUPPORTED = b"gzip,deflate,identity"
"""The same as a header value."""
WORTHWHILE = 1024
"""Bytes from which on an answer is compressed: below, it costs more than it saves."""

_WINDOW_BITS = {"gzip": 31, "deflate": 15}
_LEVEL = 1


def coding_named(name: bytes | None) -> str:
    """The coding of a header value; "" for none. Raises UnsupportedMedia."""
    if not name:
        return ""
    coding = name.decode("latin-1").strip().lower()
    if coding in ("", "identity"):
        return ""
    if coding not in CODINGS:
        offered = ", ".join((*CODINGS, "identity"))
        raise UnsupportedMedia(
            f"The compression {coding[:40]!r} is not supported; these are: {offered}.",
            (*CODINGS, "identity"),
        )
    return coding


def knows_coding(name: bytes | None) -> bool:
    """Whether a header value names a coding that is supported, or none."""
    try:
        coding_named(name)
    except UnsupportedMedia:
        return False
    return True


def decompress(coding: str, data: bytes, limit: int) -> bytes:
    """The bytes before compression. Raises TooLarge above `limit` bytes, and Unreadable.

    Nothing is nothing, compressed or not.
    """
    if not data:
        return data
    stream = zlib.decompressobj(_WINDOW_BITS[coding])
    try:
        plain = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise Unreadable(f"The body is no {coding}: {error}.") from error
    check_size(len(plain), limit)
    if not stream.eof or stream.unused_data:
        raise Unreadable(f"The {coding} body breaks off, or goes on behind its end.")
    return plain


def compress(coding: str, data: bytes) -> bytes:
    """The bytes in a coding."""
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS[coding])
    return stream.compress(data) + stream.flush()


def check_size(size: int, limit: int) -> None:
    """Raises TooLarge where the messages' bytes are above the limit."""
    if size > limit:
        raise TooLarge(f"The call's messages are larger than the limit of {limit} bytes.")


def accepted_coding(fields: dict[bytes, bytes], accepts: bytes, sent: bytes) -> str:
    """The coding to answer in, "" for none.

    `accepts` names the header field in which the caller lists what it takes, its favourite first;
    `sent` the one of its own coding, which it takes too where it says nothing.
    """
    accepted = fields.get(accepts)
    if accepted is None:
        accepted = fields.get(sent, b"")
    return _favourite(accepted) if accepted else ""


@lru_cache(maxsize=256)
def _favourite(accepted: bytes) -> str:
    for entry in accepted.decode("latin-1").lower().split(","):
        name, _, parameters = entry.partition(";")
        quality = parameters.strip().replace(" ", "")
        if quality.startswith("q=0") and not quality.strip("q=0."):
            continue
        name = name.strip()
        if name == "identity":
            return ""
        if name in CODINGS:
            return name
        if name == "*":
            return CODINGS[0]
    return ""

"""Content types, as the wires tell them apart."""

from __future__ import annotations

from polymock.media_types import parse_media_type


def split_media_type(content_type: bytes) -> str:
    """The lower-case media type of a header value, without its parameters.

    "" where it is none, or names a charset that is not UTF-8: JSON has no other (RFC 8259, section
    8.1).
    """
    name = parse_media_type(content_type.decode("latin-1"))
    return name.essence if name is not None and name.is_utf8 else ""

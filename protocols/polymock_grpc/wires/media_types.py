"""Content types, as the wires tell them apart."""

from __future__ import annotations

_CHARSETS = ("utf-8", "utf8", "us-ascii")


def split_media_type(content_type: bytes) -> str:
    """The lower-case media type of a header value, without its parameters.

    "" where a charset is named that is not UTF-8: JSON has no other (RFC 8259, section 8.1).
    """
    name, *parameters = content_type.decode("latin-1").lower().split(";")
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip().strip('"') not in _CHARSETS:
            return ""
    return name.strip()

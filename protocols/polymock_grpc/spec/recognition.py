"""Whether a document is this protocol's. Light: every protocol is asked about every document."""

from __future__ import annotations

import re
import zlib

DESCRIPTOR_SUFFIXES = (".protoset", ".binpb", ".pb", ".desc", ".fds")
IMAGE_SUFFIXES = (".json", ".gz")
"""Of names that sets of descriptors have in the other forms that `buf build` writes."""
GZIP = b"\x1f\x8b"
GZIPPED = 16 + zlib.MAX_WBITS
_HEAD = 64 * 1024
_FILE_FIELD = 0x0A
"""The tag of FileDescriptorSet.file: field 1, length-delimited."""
_JSON = re.compile(
    rb'^(?:\xef\xbb\xbf)?\s*\{\s*"file"\s*:\s*\[\s*\{\s*'
    rb'(?:"name"\s*:\s*"[^"]+\.proto"|"(?:package|dependency|messageType|service|syntax)"\s*:)'
)
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_STATEMENT = re.compile(
    rb"^\s*(?:syntax\s*=\s*[\"']proto[23][\"']|edition\s*=\s*[\"']\w+[\"']"
    rb"|package\s+[A-Za-z_][\w.]*\s*;|(?:message|service|enum)\s+[A-Za-z_]\w*\s*\{"
    rb"|import\s+(?:public\s+|weak\s+|option\s+)?[\"'][^\"']+\.proto[\"'])",
)


def recognises(name: str, head: bytes) -> bool:
    """Whether a file is a .proto or a FileDescriptorSet, by its name and beginning.

    A set is serialised or in JSON, and gzipped or not.
    """
    lower = name.lower().partition("?")[0]
    if lower.endswith(".proto"):
        return not head.strip() or is_proto_text(head)
    if lower.endswith(".gz"):
        lower, head = lower.removesuffix(".gz"), _decompressed(head)
    if lower.endswith(".json"):
        return is_descriptor_text(head)
    return lower.endswith(DESCRIPTOR_SUFFIXES) and is_descriptor_set(head)


def is_descriptor_text(head: bytes) -> bool:
    """Whether bytes begin as a FileDescriptorSet in JSON does."""
    return _JSON.match(head) is not None


def is_proto_text(head: bytes) -> bool:
    """Whether bytes begin as .proto text does: with its syntax, edition, package or a type."""
    text = _COMMENT.sub(b" ", head.removeprefix(b"\xef\xbb\xbf"))
    return b"\0" not in text and _STATEMENT.match(text) is not None


def is_descriptor_set(head: bytes) -> bool:
    """Whether bytes begin as a serialised FileDescriptorSet does, which a Buf image is too.

    The first field is a file whose own first field is its name, or (as writers may choose any
    order) another of FileDescriptorProto's.
    """
    if len(head) < 4 or head[0] != _FILE_FIELD:
        return False
    position = 1
    while position < len(head) and head[position] & 0x80:
        position += 1
    if position > 5 or position + 2 >= len(head):
        return False
    tag = head[position + 1]
    return tag & 0x07 in (0, 2) and 1 <= tag >> 3 <= 14


def _decompressed(head: bytes) -> bytes:
    """The beginning of what is gzipped; b"" where it is not."""
    try:
        return zlib.decompressobj(GZIPPED).decompress(head, _HEAD)
    except zlib.error:
        return b""

"""Multipart bodies (RFC 2046, section 5.1; form-data: RFC 7578) taken apart, in memory, bounded.

Not the `multipart` library, though Litestar brings it: that one takes form-data only, its import
name is shadowed by another distribution's, and it comes without types. A body that is in memory
already needs a split, not a stream parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from polymock.errors import TooLarge, Unreadable

MAX_PARTS = 1_000
MAX_HEADER_BYTES = 8 * 1024
"""Of one part."""

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)", re.DOTALL)
_DISPOSITION = re.compile(r";[ \t]*([a-z]+)\*?=(?:\"((?:[^\"\\]|\\.)*)\"|([^;\"]*))", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\"\\])")


class Part(msgspec.Struct, frozen=True):
    """One part: its form name ("" where it has none), the name of its file (None where it is none),
    header fields by lower-case name, and its bytes."""

    name: str
    filename: str | None
    headers: Mapping[str, str]
    data: bytes

    @property
    def is_file(self) -> bool:
        """Whether it has the name of a file, if only an empty one."""
        return self.filename is not None


def split_parts(data: bytes, boundary: str) -> list[Part]:
    """The parts of a multipart body. Raises Unreadable where it is malformed or cut off, TooLarge
    above 1,000 parts or 8 KiB of headers in one."""
    if not _BOUNDARY.fullmatch(boundary):
        raise Unreadable("body: the `boundary` of the multipart content type is missing or wrong")
    delimiter = b"\r\n--" + boundary.encode("ascii")
    _, *pieces = (b"\r\n" + data).split(delimiter, MAX_PARTS + 1)
    if not pieces:
        raise Unreadable("body: the multipart boundary does not occur in the body")
    parts: list[Part] = []
    for piece in pieces:
        if piece.startswith(b"--"):
            return parts
        if len(parts) == MAX_PARTS:
            raise TooLarge(f"body: more than {MAX_PARTS} parts")
        padding, line_end, rest = piece.partition(b"\r\n")
        if not line_end or padding.strip(b" \t"):
            raise Unreadable(f"body: part {len(parts) + 1} does not start on a line of its own")
        parts.append(_part(rest, len(parts) + 1))
    raise Unreadable("body: the multipart body ends before its closing boundary")


def _part(piece: bytes, number: int) -> Part:
    """`piece` is what follows the boundary's line: header lines, an empty line, the content."""
    if piece.startswith(b"\r\n"):
        return Part("", None, {}, piece[2:])
    head, blank, data = piece.partition(b"\r\n\r\n")
    if len(head) > MAX_HEADER_BYTES:
        raise TooLarge(f"body: part {number} has more than {MAX_HEADER_BYTES} bytes of headers")
    if not blank:
        raise Unreadable(f"body: part {number} has no empty line after its headers")
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        field = _FIELD.fullmatch(line)
        if field is None or "\0" in line:
            raise Unreadable(f"body: part {number} has a malformed header line")
        headers.setdefault(field[1].lower(), field[2].strip(" \t"))
    names = _disposition(headers.get("content-disposition", ""))
    return Part(names.get("name", ""), names.get("filename"), headers, data)


def _disposition(value: str) -> Mapping[str, str]:
    """The parameters, such as `name` and `filename` (RFC 7578, section 4.2).

    Browsers write `"`, CR and LF as `%22`, `%0D`, `%0A`; other clients use backslashes.
    """
    return {
        name.lower(): _unescaped(quoted or token)
        for name, quoted, token in _DISPOSITION.findall(value)
    }


def _unescaped(value: str) -> str:
    value = _ESCAPED.sub(r"\1", value)
    for escape, character in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        value = value.replace(escape, character)
    return value

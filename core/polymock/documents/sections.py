"""Large YAML cut into sections that are parsed one after another.

A parsed document takes some fifteen times the memory of its text. Almost all large ones are block
mappings, whose members start on lines of the same indentation: a few hundred kilobytes of members
at a time are parsed, written as JSON and forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

SECTION = 256 * 1024
"""Characters parsed at a time; a larger member is cut in its turn if it is a block mapping."""
MAX_LEVELS = 6
OPENING = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*---[ \t]*(?:#[^\n]*)?\n")
"""The marker that a document may start with, after comments."""
MARKERS = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE)
HEADING = re.compile(r" *[^\s#&*!|>@`\[\]{},%\"'][^\n#\"']*:[ \t\r]*\n")
"""A line that holds a key and nothing else."""
FIRST_LINE = re.compile(r"^( *)(?=[^ \n\r#])", re.MULTILINE)

Convert = Callable[[str], bytes]
"""Parses YAML text to JSON."""


class UncuttableError(ValueError):
    """The text is not written in a way that can be cut; it must be parsed as a whole."""


def in_sections(text: str, convert: Convert) -> bytes:
    """The JSON of a YAML document without aliases, made section by section.

    Raises UncuttableError, or what `convert` raises: a cut may have gone through a string that
    spans lines, and then the whole may still be right.
    """
    opening = OPENING.match(text)
    first = FIRST_LINE.search(text, opening.end() if opening else 0)
    if first is None or MARKERS.search(text, first.end()):
        raise UncuttableError
    return _Cutter(text, convert).mapping(first.start(), len(text), len(first[1]), 0)


class _Cutter:
    """Works on offsets into one text, so that no part of it is copied before it is parsed."""

    def __init__(self, text: str, convert: Convert) -> None:
        self._text = text
        self._convert = convert

    def mapping(self, start: int, end: int, indent: int, level: int) -> bytes:
        """The JSON object of the members that stand between two offsets."""
        known: set[str] = set()
        found: list[bytes] = []
        for begin, stop, is_large in self._groups(start, end, indent):
            if is_large and level < MAX_LEVELS:
                members = self._member(begin, stop, indent, level)
            else:
                members = self._convert(self._text[begin:stop])
            names = _keys(members)
            if not known.isdisjoint(names):
                raise UncuttableError
            known.update(names)
            if names:
                found.append(members.strip()[1:-1])
        return b"{" + b",".join(found) + b"}"

    def _groups(self, start: int, end: int, indent: int) -> Iterator[tuple[int, int, bool]]:
        """Runs of small members, and each large member alone: begin, stop, whether it is large."""
        member = re.compile(rf"^ {{{indent}}}(?![ \n\r#]|-(?:[ \n\r]|$))", re.MULTILINE)
        starts = [found.start() for found in member.finditer(self._text, start, end)]
        if not starts or FIRST_LINE.search(self._text, start, starts[0]):
            raise UncuttableError
        begin = starts[0]
        for here, following in zip(starts, [*starts[1:], end], strict=True):
            is_large = following - here > SECTION
            if here > begin and (is_large or following - begin > SECTION):
                yield begin, here, False
                begin = here
            if is_large:
                yield here, following, True
                begin = following
        if begin < end:
            yield begin, end, False

    def _member(self, start: int, end: int, indent: int, level: int) -> bytes:
        """The JSON object of one large member."""
        heading = HEADING.match(self._text, start, end)
        first = FIRST_LINE.search(self._text, heading.end(), end) if heading else None
        if heading is None or first is None or len(first[1]) <= indent:
            return self._convert(self._text[start:end])
        if self._text.startswith("-", first.end()):
            return self._convert(self._text[start:end])
        names = _keys(self._convert(heading[0]))
        inner = self.mapping(first.start(), end, len(first[1]), level + 1)
        return b"{" + msgspec.json.encode(names[0]) + b":" + inner + b"}"


def _keys(members: bytes) -> list[str]:
    try:
        decoded: dict[str, Any] = msgspec.json.decode(members, type=dict[str, msgspec.Raw])
    except ValueError:
        raise UncuttableError from None
    return list(decoded)

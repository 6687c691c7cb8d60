"""Media type names: parsing them, and which of them share a syntax (RFC 9110, section 8.3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TEXT = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"'
_NAME = re.compile(rf"[ \t]*({_WORD})/({_WORD})[ \t]*")
_PARAMETER = re.compile(rf";[ \t]*({_WORD})[ \t]*=[ \t]*({_WORD}|{_TEXT})[ \t]*|;[ \t]*")
_UTF8 = ("utf-8", "utf8", "us-ascii")
_QUOTED_PAIR = re.compile(r"\\(.)")

Syntax = Literal["json", "xml", ""]


class MediaName(NamedTuple):
    """A media type or range: lower-case names; parameter values as sent, without quotes."""

    type: str
    subtype: str
    parameters: Mapping[str, str]

    @property
    def essence(self) -> str:
        """The name without its parameters: `text/html`."""
        return f"{self.type}/{self.subtype}"

    @property
    def is_utf8(self) -> bool:
        """Whether its text is UTF-8, or a part of that, which is assumed where it does not say."""
        return self.parameters.get("charset", "utf-8").lower() in _UTF8

    @property
    def is_range(self) -> bool:
        """Whether it names several types: `*/*`, `text/*`."""
        return self.subtype == "*"


def parse_media_type(text: str) -> MediaName | None:
    """The media type that a text names, or None where it names none."""
    name = _NAME.match(text)
    if name is None:
        return None
    kind, subtype = name[1].lower(), name[2].lower()
    if kind == "*" and subtype != "*":
        return None
    parameters: dict[str, str] = {}
    position = name.end()
    while position < len(text):
        found = _PARAMETER.match(text, position)
        if found is None:
            return None
        if found[1]:
            parameters.setdefault(found[1].lower(), _unquote(found[2]))
        position = found.end()
    return MediaName(kind, subtype, parameters)


def split_list(text: str) -> Iterator[str]:
    """The elements of a comma-separated field (RFC 9110, section 5.6.1), quoted commas kept."""
    start, quoted, escaped = 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def syntax(essence: str) -> Syntax:
    """`json` or `xml` where a media type is written in it, by its structured suffix too."""
    kind, _, subtype = essence.partition("/")
    if subtype in ("json", "x-json") or subtype.endswith("+json"):
        return "json"
    if (kind in ("application", "text") and subtype == "xml") or subtype.endswith("+xml"):
        return "xml"
    return ""


def is_plain(essence: str) -> bool:
    """Whether a media type is its syntax and no more: `application/json`, not `…/geo+json`."""
    return "+" not in essence


def _unquote(value: str) -> str:
    if value.startswith('"'):
        return _QUOTED_PAIR.sub(r"\1", value[1:-1])
    return value

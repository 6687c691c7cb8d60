"""Path templates of google.api.http, translated for `polymock.routing`.

    Template = "/" Segments [ Verb ] ;
    Segments = Segment { "/" Segment } ;
    Segment  = "*" | "**" | LITERAL | Variable ;
    Variable = "{" FieldPath [ "=" Segments ] "}" ;

(google/api/http.proto, "Path template syntax")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from polymock.errors import Unreadable

MAX_TEMPLATE = 2048
"""Characters of a template."""
MAX_SEGMENTS = 64

_SEGMENT = re.compile(
    r"(?:\{(?P<field>[^{}=]*)(?P<equals>=)?(?P<inner>[^{}]*)\}|(?P<wild>\*\*?))(?P<verb>:[^{}*/]+)?"
    r"|(?P<literal>[^{}*/]+)"
)
_FIELD_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_SLASHES = re.compile(r"%2[Ff]")


class Variable(msgspec.Struct, frozen=True):
    """What a template says of one field of the request."""

    field: str
    """Its path: `book.name`."""
    parts: tuple[str, ...]
    """Segments of its value: literal text, or a wildcard's number in braces (`{0}`, `{+1}`)."""

    def raw_value(self, captures: Mapping[str, str]) -> str:
        """The part of the path that it stands for, still percent-encoded."""
        texts = [
            captures.get(part.strip("{+}"), "") if part.startswith("{") else part
            for part in self.parts
        ]
        return "/".join(text for text in texts if text)

    def decode(self, raw: str) -> str:
        """A raw value decoded; one of several segments keeps `%2F`. Raises Unreadable."""
        pieces = [raw]
        if len(self.parts) > 1 or self.parts[0].startswith("{+"):
            pieces = _SLASHES.split(raw)
        try:
            texts = [unquote(piece, errors="strict") for piece in pieces]
        except UnicodeDecodeError as error:
            raise Unreadable(f"The path's {self.field} is no UTF-8 text.") from error
        return "%2F".join(texts)


class Template(msgspec.Struct, frozen=True):
    """A template, parsed.

    `patterns` are templates as `polymock.routing` takes them, which number the wildcards; a
    second one stands for a `**` that matches no segment at all.
    """

    patterns: tuple[str, ...]
    variables: tuple[Variable, ...]


def parse_template(text: str) -> Template:
    """Parse a template. Raises ValueError that says what is wrong, and where."""
    if not text.startswith("/"):
        raise ValueError("it does not start with /")
    if len(text) > MAX_TEMPLATE:
        raise ValueError(f"it is longer than {MAX_TEMPLATE} characters")
    reading = _Reading(text)
    position = 1
    while position < len(text):
        found = _SEGMENT.match(text, position)
        if found is None:
            raise ValueError(f"there is no segment at character {position + 1}: {text[position:]}")
        position = reading.take(found)
    if text.endswith("/") and len(text) > 1:
        raise ValueError("it ends with /")
    return reading.template()


class _Reading:
    """A template as far as it was read: segments of the pattern, and variables."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._segments: list[str] = []
        self._variables: list[Variable] = []
        self._wildcards = 0
        self._ended_by = ""
        """The segment behind which none may follow."""

    def take(self, found: re.Match[str]) -> int:
        """Read one segment; the position of the next."""
        if self._ended_by:
            raise ValueError(f"{self._ended_by} is not its last segment")
        end = found.end()
        if end < len(self._text) and self._text[end] != "/":
            raise ValueError(f"a segment goes on behind {found[0]}")
        if found["literal"] is not None:
            self._segments.append(_literal(found["literal"]))
        elif found["wild"] is not None:
            self._segments.append(self._wildcard(found["wild"]))
        else:
            self._variable(found)
        if found["verb"] is not None:
            self._segments[-1] += _literal(found["verb"])
            self._ended_by = self._ended_by or found["verb"]
        if len(self._segments) > MAX_SEGMENTS:
            raise ValueError(f"it has more than {MAX_SEGMENTS} segments")
        return end + 1

    def template(self) -> Template:
        """All of it."""
        patterns = ["/" + "/".join(self._segments)]
        if self._segments and self._segments[-1].startswith("{+") and patterns[0].endswith("}"):
            patterns.append("/" + "/".join(self._segments[:-1]))
        return Template(patterns=tuple(patterns), variables=tuple(self._variables))

    def _variable(self, found: re.Match[str]) -> None:
        field, inner = found["field"], found["inner"]
        if not _FIELD_PATH.fullmatch(field):
            raise ValueError(f"{found[0]} does not name a field")
        if any(variable.field == field for variable in self._variables):
            raise ValueError(f"it binds {field} twice")
        parts = []
        for part in (inner if found["equals"] else "*").split("/"):
            if self._ended_by:
                raise ValueError(f"{self._ended_by} is not its last segment")
            if not part or ("*" in part and part not in ("*", "**")):
                raise ValueError(f"{found[0]} has a segment that is none: {part!r}")
            parts.append(self._wildcard(part) if "*" in part else _literal(part))
        self._segments += parts
        self._variables.append(Variable(field=field, parts=tuple(parts)))

    def _wildcard(self, wild: str) -> str:
        number = self._wildcards
        self._wildcards += 1
        if wild == "*":
            return f"{{{number}}}"
        self._ended_by = "**"
        return f"{{+{number}}}"


def _literal(text: str) -> str:
    """Text that the router takes as it is: it has a meaning for a query and a fragment."""
    return text.replace("?", "%3F").replace("#", "%23")

"""Texts that hold JSON values between other things, redacted value by value.

One value; values one after the other, or a line each; the data of server-sent events; the parts of
a multipart body. What stands between the values stays as it is. What cannot be read but may hold
what a path hits is hidden, from there to where the framing lets reading start again.
"""

from __future__ import annotations

import re

from polymock.journal.json_paths import REDACTED, Paths, past_blanks
from polymock.media_types import parse_media_type

UNREADABLE = "[redacted: the body cannot be read, so its fields cannot be hidden one by one]"
MAX_VALUES = 10_000
"""Of a body with more values one after the other, the rest is hidden."""

_MAX_BOUNDARY = 70  # RFC 2046, section 5.1.1
_LINE_END = re.compile("(\r\n|\r|\n)")
_BLANK_LINE = re.compile("\r?\n\r?\n")
_LINES = re.compile(r"ndjson|jsonl|json-?lines|stream\+json")
_EVENT_FIELD = re.compile(r"(?:event|id|retry)(?::|\Z)")
_CONTENT_TYPE = re.compile(r"^content-type:[ \t]*([^\s;]+)", re.IGNORECASE | re.MULTILINE)
_FIELD_NAME = re.compile(r"""\bname="?([^"\r\n;]*)""")
_WORD_END = re.compile(r"[\[\].]+")
_DATA = re.compile(r"data(?:: ?|\Z)")


def is_json(essence: str) -> bool:
    """Whether a media type, in lower case and without parameters, is JSON or a sequence of it."""
    return essence.endswith(("/json", "+json", "/json-seq")) or bool(_LINES.search(essence))


def redacted(text: str, media_type: str, paths: Paths, hidden: set[str]) -> str:
    """The text of a body without what the paths hit, which is added to `hidden`.

    Text that is not of JSON is kept or hidden whole: hidden where the last name of a path stands
    in it, as it may be a field's name there too. `media_type` is the header's value. Never raises.
    """
    essence = media_type.partition(";")[0].strip().lower()
    pieces = _Pieces(paths, hidden)
    if essence == "text/event-stream":
        return pieces.events(text)
    if essence.startswith("multipart/"):
        parsed = parse_media_type(media_type)
        boundary = parsed.parameters.get("boundary", "") if parsed else ""
        if 0 < len(boundary) <= _MAX_BOUNDARY:
            return pieces.parts(text, boundary)
    if _LINES.search(essence):
        return pieces.lines(text)
    return pieces.any(text, is_json=is_json(essence))


class _Pieces:
    """Redacts the pieces of one body."""

    def __init__(self, paths: Paths, hidden: set[str]) -> None:
        self._paths = paths
        self._reader = paths.reader(hidden)

    def any(self, text: str, *, is_json: bool = False) -> str:
        """A piece that may be JSON; `is_json`: it is said to be."""
        data = text.encode()
        start = past_blanks(text, 0)
        if is_json or text[start : start + 1] in ("{", "["):
            return self._values(text) if self._paths.may_hit(data) else text
        return UNREADABLE if self._paths.named_in(data) else text

    def lines(self, text: str) -> str:
        """A value on each line."""
        pieces = _LINE_END.split(text)
        for index in range(0, len(pieces), 2):
            if pieces[index]:
                pieces[index] = self.any(pieces[index], is_json=True)
        return "".join(pieces)

    def events(self, text: str) -> str:
        """Server-sent events (HTML, section 9.2.6): a value is the data lines of one event."""
        pieces = _LINE_END.split(text)
        data: list[int] = []
        for index in range(0, len(pieces), 2):
            line = pieces[index]
            if _DATA.match(line):
                data.append(index)
            elif not line:
                self._event(pieces, data)
                data = []
            elif not _EVENT_FIELD.match(line):
                pieces[index] = self.any(line)
        self._event(pieces, data)
        return "".join(pieces)

    def _event(self, pieces: list[str], indexes: list[int]) -> None:
        """Redact one event's data, whose lines are at these places; what changes is one line."""
        data = "\n".join(_DATA.sub("", pieces[index], count=1) for index in indexes)
        written = self.any(data)
        if written == data:
            return
        first = indexes[0]
        pieces[first] = f"data: {written}"
        for index in indexes[1:]:
            pieces[index - 1] = pieces[index] = ""

    def parts(self, text: str, boundary: str) -> str:
        """A multipart body (RFC 2046, section 5.1.1); parts within a part are not looked for."""
        pieces = re.split(rf"((?:\A|\r?\n)--{re.escape(boundary)})", text)
        for index in range(0, len(pieces), 2):
            pieces[index] = self._part(pieces[index])
        return "".join(pieces)

    def _part(self, part: str) -> str:
        blank = _BLANK_LINE.search(part)
        if blank is None:
            return self.any(part)
        head, content = part[: blank.end()], part[blank.end() :]
        field = _FIELD_NAME.search(head)
        if content and field and self._paths.names.intersection(_WORD_END.split(field[1].lower())):
            return head + REDACTED
        said = _CONTENT_TYPE.search(head)
        return head + self.any(content, is_json=said is not None and is_json(said[1].lower()))

    def _values(self, text: str) -> str:
        """Values of JSON, one after the other."""
        written: list[str] = []
        position = 0
        for _ in range(MAX_VALUES):
            start = past_blanks(text, position)
            written.append(text[position:start])
            position = start
            if start == len(text):
                break
            try:
                value, position = self._reader.value(text, start)
            except (ValueError, RecursionError):
                value, position = self._broken(text, start)
                written.append(value)
                break
            written.append(value)
        rest = text[position:]
        if rest:
            written.append(UNREADABLE if self._paths.may_hit(rest.encode()) else rest)
        return "".join(written)

    def _broken(self, text: str, start: int) -> tuple[str, int]:
        """What can be read of a value that cannot be read whole, and where the rest starts."""
        if text[start] != "[":
            return "", start
        try:
            return self._reader.elements(text, start)
        except (ValueError, RecursionError):
            return "", start

"""Texts that hold JSON values between other things, redacted value by value.

One value; values one after the other, or a line each; the data of server-sent events; the parts of
a multipart body. What stands between the values stays as it is. What cannot be read but may hold
what a path hits is hidden, from there to where the framing lets reading start again.
"""

from __future__ import annotations

import re

from polymock.journal.json_paths import Paths, Reader
from polymock.media_types import parse_media_type

UNREADABLE = "[redacted: the body cannot be read, so its fields cannot be hidden one by one]"
MAX_VALUES = 10_000
"""Of a body with more values one after the other, the rest is hidden."""

_MAX_BOUNDARY = 70  # RFC 2046, section 5.1.1
_GAP = re.compile("[ \t\r\n\x1e\ufeff]*")
_LINE_END = re.compile("(\r\n|\r|\n)")
_BLANK_LINE = re.compile("\r?\n\r?\n")
_LINES = re.compile(r"ndjson|jsonl|json-?lines|stream\+json")
_EVENT_FIELD = re.compile(r"(?:event|id|retry)(?::|\Z)")
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
        self._reader: Reader = paths.reader(hidden)

    def any(self, text: str, *, is_json: bool = False) -> str:
        """A piece that may be JSON; `is_json`: it is said to be."""
        data = text.encode()
        if is_json or text[_GAP.match(text).end() :][:1] in ("{", "["):  # type: ignore
            return self._values(text) if self._paths.may_hit(data) else text
        return UNREADABLE if self._paths.named_in(data) else text

    def lines(self, text: str) -> str:
        """A value on each line."""
        pieces = _LINE_END.split(text)
        for index in range(0, len(pieces), 2):
            if pieces[index]:
                pieces[index] = self.any(pieces[index], is_json=True)
        return "".join(pieces)

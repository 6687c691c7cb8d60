"""Hiding what must not be stored: headers and query parameters by name, JSON by path.

What paths mean is told in `json_paths`, where JSON is looked for in a body in `bodies`.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote_plus, unquote_plus

from polymock.errors import ConfigError
from polymock.journal.bodies import UNREADABLE, is_json, redacted
from polymock.journal.json_paths import REDACTED, Paths, parse_path
from polymock_schemas.calls import Violation

ALWAYS_HIDDEN = ("authorization", "proxy-authorization", "cookie", "set-cookie")
"""Header names that are hidden whatever the config says."""
SHORTEST_ECHO = 4
MAX_ECHOES = 1000
"""Where more values than these are hidden, a text that may repeat them is hidden whole."""

__all__ = ["REDACTED", "UNREADABLE", "Redactor", "without_echoes", "without_userinfo"]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*@")
_FORM = "application/x-www-form-urlencoded"


class Redactor:
    """The compiled list of `journal.redact`. Immutable; its methods never raise."""

    def __init__(self, entries: Sequence[str] = ()) -> None:
        """`entries` come on top of ALWAYS_HIDDEN.

        Raises ConfigError that names the entry which is neither header name nor JSON path.
        """
        entries = tuple(dict.fromkeys((*ALWAYS_HIDDEN, *entries)))
        self._entries = entries
        self.headers = frozenset(e.lower().encode() for e in entries if not e.startswith("$"))
        self.paths = Paths([parse_path(e) for e in entries if e.startswith("$")])
        for entry in entries:
            if not entry.startswith("$") and not _TOKEN.match(entry):
                raise ConfigError(
                    f"journal.redact: {entry!r} is neither a header name nor a JSON path",
                    "write a header as `authorization` and a JSON path as `$.card.number`",
                )
        self._parameters = self.paths.names | {name.decode() for name in self.headers}

    def hiding(self, names: Iterable[str]) -> Redactor:
        """One that hides these header fields and query parameters too; itself if it does already.

        A name that no header can have (RFC 9110, section 5.1) is passed over.
        """
        new = {name.lower() for name in names if _TOKEN.match(name)} - set(self._entries)
        return Redactor((*self._entries, *sorted(new))) if new else self

    def header(self, name: bytes, value: bytes, hidden: set[str]) -> str:
        """A header's value as it may be stored. What was taken out is added to `hidden`."""
        if name in self.headers:
            hidden.update(re.split(r"[\s;=,]+", value.decode("latin-1")))
            return REDACTED
        text = value.decode("latin-1")
        return text if "@" not in text else without_userinfo(text)

    def query(self, query: str, hidden: set[str]) -> str:
        """A query, or a form's body, without the values of parameters that have a listed name.

        What was taken out is added to `hidden`.
        """
        if not query:
            return query
        lowered = unquote_plus(query, errors="replace").lower()
        escaped = bool(self.paths) and "\\u" in lowered
        if escaped or any(name in lowered for name in self._parameters):
            query = "&".join(self._parameter(pair, hidden) for pair in query.split("&"))
        return query if "@" not in query else without_userinfo(query)

    def body(self, body: bytes, size: int, media_type: str, hidden: set[str]) -> str | None:
        """A body as text; None where the message had none.

        `size` is what the body was before it was cut. Bytes that are not UTF-8 stand as `base64:`
        and their base64 form. Where JSON paths are listed, JSON is redacted value by value, and
        UNREADABLE stands in the place of what may hold such a field but cannot be read (cut off,
        malformed, compressed). What was taken out is added to `hidden`.
        """
        if size == 0:
            return None
        text = _decoded(body, cut=size > len(body))
        if not self.paths:
            return text if text is not None else _base64(body)
        essence = media_type.partition(";")[0].strip().lower()
        is_form = essence == _FORM
        if text is None:
            is_secret = is_form or is_json(essence) or self.paths.named_in(body)
            return UNREADABLE if is_secret else _base64(body)
        if is_form:
            return self.query(text, hidden)
        return redacted(text, media_type, self.paths, hidden) if self.paths.may_hit(body) else text

    def violation(self, violation: Violation, hidden: set[str]) -> Violation:
        """A violation whose message does not repeat what was taken out of the call."""
        parts = re.split(r"[./]", violation.location.lower())
        if self._parameters.intersection(parts):
            return Violation(violation.location, REDACTED)
        return Violation(violation.location, without_echoes(violation.message, hidden))

    def _parameter(self, pair: str, hidden: set[str]) -> str:
        name, equals, value = pair.partition("=")
        parts = re.split(r"[\[\].]+", unquote_plus(name, errors="replace").lower())
        if not value:
            return pair
        plain = unquote_plus(value, errors="replace")
        if not self._parameters.intersection(parts):
            return f"{name}={self._json_value(value, plain, hidden)}"
        hidden.update((value, plain))
        return f"{name}{equals}{REDACTED}"

    def _json_value(self, value: str, plain: str, hidden: set[str]) -> str:
        """A parameter's value, redacted if it is JSON, as GraphQL's variables in a URL are."""
        if not self.paths or plain[:1] not in ("{", "["):
            return value
        written = redacted(plain, "application/json", self.paths, hidden)
        return value if written == plain else quote_plus(written)


def without_echoes(text: str, hidden: set[str]) -> str:
    """The text without the values in `hidden`; those shorter than four characters stay."""
    if len(hidden) > MAX_ECHOES:
        return REDACTED
    for value in sorted(hidden, key=len, reverse=True):
        if len(value) >= SHORTEST_ECHO:
            text = text.replace(value, REDACTED).replace(json.dumps(value)[1:-1], REDACTED)
    return text


def without_userinfo(text: str) -> str:
    """The text with the `user:password` of each URL in it replaced (RFC 3986, section 3.2.1)."""
    return _USERINFO.sub(REDACTED + "@", text)


def _decoded(body: bytes, *, cut: bool) -> str | None:
    try:
        if not cut:
            return body.decode()
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return None


def _base64(body: bytes) -> str:
    return "base64:" + base64.b64encode(body).decode("ascii")

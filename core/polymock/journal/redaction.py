"""Hiding what must not be stored: headers and query parameters by name, JSON by path.

A JSON path is `$` with steps behind it: `.name`, `['name']`, `[0]`, `[*]`, `.*`, and `..name` for a
name at any depth. What a path hits becomes `[redacted]`, whole.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn
from urllib.parse import unquote_plus

import msgspec

from polymock.errors import ConfigError
from polymock_schemas.calls import Violation

ALWAYS_HIDDEN = ("authorization", "proxy-authorization", "cookie", "set-cookie")
"""Header names that are hidden whatever the config says."""
REDACTED = "[redacted]"
UNREADABLE = "[redacted: the body cannot be read, so its fields cannot be hidden one by one]"
MAX_STEPS = 32
SHORTEST_ECHO = 4

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_STEP = re.compile(
    r"""(?P<deep>\.\.)?(?:
        (?P<dot>(?<=\.\.)|\.)(?P<name>\*|[^.\[\]'"\s]+)
        | \[(?: (?P<any>\*) | (?P<index>\d{1,9}) | '(?P<single>[^']+)' | "(?P<double>[^"]+)" )\]
    )""",
    re.VERBOSE,
)
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*@")
_FORM = "application/x-www-form-urlencoded"


class Step(msgspec.Struct, frozen=True):
    """One step of a JSON path: a name, an index, or None for each; `deep` at any depth."""

    key: str | int | None
    deep: bool


class Redactor:
    """The compiled list of `journal.redact`. Immutable; its methods never raise."""

    def __init__(self, entries: Sequence[str] = ()) -> None:
        """`entries` come on top of ALWAYS_HIDDEN.

        Raises ConfigError that names the entry which is neither header name nor JSON path.
        """
        entries = tuple(dict.fromkeys((*ALWAYS_HIDDEN, *entries)))
        self._entries = entries
        self.headers = frozenset(e.lower().encode() for e in entries if not e.startswith("$"))
        self.paths = tuple(_parsed(e) for e in entries if e.startswith("$"))
        for entry in entries:
            if not entry.startswith("$") and not _TOKEN.match(entry):
                raise ConfigError(
                    f"journal.redact: {entry!r} is neither a header name nor a JSON path",
                    "write a header as `authorization` and a JSON path as `$.card.number`",
                )
        leaves = {name.lower() for name in (_last_name(path) for path in self.paths) if name}
        self._leaves = frozenset(leaves)
        self._parameters = frozenset(leaves | {name.decode() for name in self.headers})

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
        if any(name in lowered for name in self._parameters):
            query = "&".join(self._parameter(pair, hidden) for pair in query.split("&"))
        return query if "@" not in query else without_userinfo(query)

    def body(self, body: bytes, size: int, media_type: str, hidden: set[str]) -> str | None:
        """A body as text; None where the message had none.

        `size` is what the body was before it was cut. Bytes that are not UTF-8 stand as `base64:`
        and their base64 form. Where JSON paths are listed and the body may hold such a field but
        cannot be read (cut, malformed, compressed), UNREADABLE stands in its place. What was taken
        out is added to `hidden`.
        """
        if size == 0:
            return None
        text = _decoded(body, cut=size > len(body))
        if not self.paths:
            return text if text is not None else _base64(body)
        media = media_type.partition(";")[0].strip().lower()
        is_json = media.endswith(("/json", "+json"))
        if text is None:
            return UNREADABLE if is_json or media == _FORM else _base64(body)
        if is_json or text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            return UNREADABLE if size > len(body) else self._json(text, hidden)
        if media == _FORM:
            return self.query(text, hidden)
        lowered = text.lower()
        return UNREADABLE if any(name in lowered for name in self._leaves) else text

    def _json(self, text: str, hidden: set[str]) -> str:
        # Written anew even where no path hits: of a key that stands twice, a parser keeps one.
        try:
            value = json.loads(text.lstrip("\ufeff"), parse_constant=_refuse)
            for path in self.paths:
                if not path:
                    return REDACTED
                _strike(value, path, hidden)
            written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            if not _has_surrogates(written):
                return written
            return json.dumps(value, separators=(",", ":"))
        except (ValueError, RecursionError):
            return UNREADABLE

    def violation(self, violation: Violation, hidden: set[str]) -> Violation:
        """A violation whose message does not repeat what was taken out of the call."""
        parts = re.split(r"[./]", violation.location.lower())
        if self._parameters.intersection(parts):
            return Violation(violation.location, REDACTED)
        return Violation(violation.location, without_echoes(violation.message, hidden))

    def _parameter(self, pair: str, hidden: set[str]) -> str:
        name, equals, value = pair.partition("=")
        parts = re.split(r"[\[\].]+", unquote_plus(name, errors="replace").lower())
        if not value or not self._parameters.intersection(parts):
            return pair
        hidden.update((value, unquote_plus(value, errors="replace")))
        return f"{name}{equals}{REDACTED}"


def without_echoes(text: str, hidden: set[str]) -> str:
    """The text without the values in `hidden`; those shorter than four characters stay."""
    for value in sorted(hidden, key=len, reverse=True):
        if len(value) >= SHORTEST_ECHO:
            text = text.replace(value, REDACTED).replace(json.dumps(value)[1:-1], REDACTED)
    return text


def without_userinfo(text: str) -> str:
    """The text with the `user:password` of each URL in it replaced (RFC 3986, section 3.2.1)."""
    return _USERINFO.sub(REDACTED + "@", text)


def _parsed(entry: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    position = 1
    while position < len(entry):
        match = _STEP.match(entry, position)
        if match is None or len(steps) == MAX_STEPS:
            raise ConfigError(
                f"journal.redact: {entry!r} is not a JSON path that is understood"
                f" (character {position + 1})",
                "use steps such as `$.card.number`, `$..password`, `$.items[*].secret`",
            )
        position = match.end()
        index = match["index"]
        name = match["name"] or match["single"] or match["double"]
        key: str | int | None = name if index is None else int(index)
        steps.append(Step(None if key == "*" else key, match["deep"] is not None))
    return tuple(steps)


def _last_name(path: Sequence[Step]) -> str:
    return next((step.key for step in reversed(path) if isinstance(step.key, str)), "")


def _strike(value: Any, path: Sequence[Step], hidden: set[str]) -> None:
    holders = [value]
    for step in path[:-1]:
        holders = [holder[key] for holder, key in _hits(holders, step)]
    for holder, key in list(_hits(holders, path[-1])):
        hidden.update(_scalars(holder[key]))
        holder[key] = REDACTED


def _scalars(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, (str, int, float)):
            yield str(node)


def _hits(holders: Sequence[Any], step: Step) -> Iterator[tuple[Any, Any]]:
    waiting = list(holders)
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict):
            keys: Sequence[Any] = list(holder) if step.key is None else [step.key]
            yield from ((holder, key) for key in keys if key in holder)
            inner = list(holder.values())
        elif isinstance(holder, list):
            if step.key is None:
                yield from ((holder, index) for index in range(len(holder)))
            elif isinstance(step.key, int) and step.key < len(holder):
                yield holder, step.key
            inner = holder
        else:
            continue
        if step.deep:
            waiting.extend(inner)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _decoded(body: bytes, *, cut: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body, final=not cut)
    except UnicodeDecodeError:
        return None


def _base64(body: bytes) -> str:
    return "base64:" + base64.b64encode(body).decode("ascii")

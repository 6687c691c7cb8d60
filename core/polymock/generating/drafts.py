"""A call that is made better by what its refusals say, until it is answered.

A refusal lists violations: where in the call (`query.limit`, `body/owner/name`), and what is wrong.
Each has a value put in its place that the message asks for, or the next of some usual ones; none
is put there twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from polymock_schemas.calls import Violation

UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
USUAL: tuple[Any, ...] = ("example", 1, {}, [], True, "1", UUID, "2026-01-01", "a@example.com")
"""What is tried where a message does not tell."""
MAX_LENGTH = 256

_CAPTURE = re.compile(r"\{[+/.?&#;]?([^{}]*?)\*?\}")
_REQUIRED = re.compile(r'"([^"]{1,200})" is a required property')
_ONE_OF = re.compile(r'is not one of (".*?"|-?[\d.]+|true|false)(?:,| or |$)')
_TYPED: Mapping[str, Any] = {
    "integer": 1,
    "number": 1,
    "string": "example",
    "boolean": True,
    "array": [],
    "object": {},
    "null": None,
    "uuid": UUID,
    "date": "2026-01-01",
    "date-time": "2026-01-01T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "a@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
_TYPE = re.compile(r'is not (?:of type|a|an) "([a-z0-9-]+)"')
_LEAST = re.compile(r"(?:less than the minimum of|greater than or equal to) (-?\d+)")
_MOST = re.compile(r"greater than the maximum of (-?\d+)")
_SHORT = re.compile(r"(?:shorter than|at least) (\d+) character")
_FEW = re.compile(r"(?:less than|at least|fewer than) (\d+) item")


class Draft:
    """A call over HTTP: a method, a template of a path, and what is filled in so far.

    `captures` are values of the template's captures by name. `body` is a value of JSON; None for
    none.
    """

    def __init__(
        self, method: str, template: str, captures: Mapping[str, str], body: Any = None
    ) -> None:
        self.method = method
        self.headers: dict[str, str] = {}
        self.body = body
        self._template = template
        self._query: dict[str, str] = {}
        self._path = {name: captures.get(name, "1") for name in _CAPTURE.findall(template)}
        self._tried: dict[str, list[bytes]] = {}

    @property
    def path(self) -> str:
        """The path and the query, encoded."""
        path = _CAPTURE.sub(lambda found: quote(self._path[found[1]], safe=""), self._template)
        path = quote(path, safe="/%:@!$&'()*+,;=~")
        return f"{path}?{urlencode(self._query)}" if self._query else path

    @property
    def content(self) -> str | None:
        """The body as it is sent."""
        return None if self.body is None else msgspec.json.encode(self.body).decode()

    def identify(self, challenges: Sequence[str]) -> bool:
        """Add credentials as the challenges (RFC 9110, section 11.6.1) ask; whether any were."""
        before = (dict(self.headers), dict(self._query))
        for challenge in challenges:
            self._identify(challenge)
        return before != (self.headers, self._query)

    def _identify(self, challenge: str) -> None:
        scheme = challenge.partition(" ")[0].lower()
        told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        name, place = told.get("name", ""), told.get("in", "")
        if scheme == "basic":
            self.headers.setdefault("Authorization", "Basic dXNlcjpleGFtcGxl")
        elif scheme in ("bearer", "digest"):
            self.headers.setdefault("Authorization", "Bearer example")
        elif name and place == "query":
            self._query.setdefault(name, "example")
        elif name and place == "cookie":
            self.headers.setdefault("Cookie", f"{name}=example")
        elif name:
            self.headers.setdefault(name, "example")

    def mend(self, violations: Sequence[Violation]) -> bool:
        """Change what the violations name; whether anything could be."""
        changed = [self._mend(violation) for violation in violations]
        return any(changed)

    def _mend(self, violation: Violation) -> bool:
        location, message = violation.location, violation.message
        missing = _REQUIRED.search(message)
        if missing is not None and location.partition("/")[0] == "body":
            location, message = f"{location}/{_escaped(missing[1])}", ""
        tried = self._tried.setdefault(location, [])
        for value in (*_asked(message), *USUAL):
            told = msgspec.json.encode(value)
            if told not in tried:
                tried.append(told)
                return self._put(location, value)
        return False

    def _put(self, location: str, value: Any) -> bool:
        place, _, name = location.partition(".")
        if place == "query" and name:
            self._query[name] = _text(value)
        elif place == "header" and name:
            self.headers[name] = _text(value)
        elif place == "path" and name in self._path:
            self._path[name] = _text(value) or "1"
        elif location.partition("/")[0] == "body":
            keys = [part.replace("~1", "/").replace("~0", "~") for part in location.split("/")[1:]]
            self.body = _with(self.body, keys, value)
        else:
            return False
        return True


def _asked(message: str) -> Iterator[Any]:
    """The value that a message asks for, where it does."""
    choice = _ONE_OF.search(message)
    if choice is not None:
        yield msgspec.json.decode(choice[1])
    typed = _TYPE.search(message)
    if typed is not None and typed[1] in _TYPED:
        yield _TYPED[typed[1]]
    for bound in (_LEAST, _MOST):
        found = bound.search(message)
        if found is not None:
            yield int(found[1])
    short = _SHORT.search(message)
    if short is not None:
        yield "example".ljust(min(int(short[1]), MAX_LENGTH), "x")
    few = _FEW.search(message)
    if few is not None:
        yield ["example"] * min(int(few[1]), MAX_LENGTH)


def _with(body: Any, keys: Sequence[str], value: Any) -> Any:
    """The body with a value at a path in it; what stands in the way goes."""
    if not keys:
        return value
    key, *deeper = keys
    if isinstance(body, list) and key.isdecimal() and int(key) < len(body):
        at = int(key)
        return [*body[:at], _with(body[at], deeper, value), *body[at + 1 :]]
    members = dict(body) if isinstance(body, Mapping) else {}
    return {**members, key: _with(members.get(key), deeper, value)}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")

"""Whether an exchange is one that was asked for, and if not, in what it differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

import msgspec

from polymock.journal.questions.json_values import difference, lack, read_json, shown
from polymock_schemas.log_questions import Calls, VerifyQuery

_PIECES = re.compile(r"\*\*|\*|\{[^{}/]*\}")


class Seen(NamedTuple):
    """The columns of an exchange that calls are told apart by."""

    id: str
    ts: datetime
    method: str
    path: str
    operation: str
    status: int
    session: str
    outcome: str
    client: str
    query: str
    request_headers: str
    request_body: str | None
    truncated: bool


class Matcher(NamedTuple):
    """One thing that is asked of a call: `differs` says how it is not so, "" where it is."""

    name: str
    differs: Callable[[Seen], str]


def matchers(asked: Calls) -> list[Matcher]:
    """Everything that is asked of a call, but for what the journal selects by itself."""
    made: list[Matcher] = []
    if asked.path is not None:
        made.append(Matcher("path", _path(asked.path)))
    if asked.method is not None:
        made.append(Matcher("method", _equal("method", asked.method.upper())))
    for name in ("status", "outcome", "client"):
        wanted = getattr(asked, name)
        if wanted is not None:
            made.append(Matcher(name, _equal(name, wanted)))
    if isinstance(asked, VerifyQuery):
        made += [Matcher("query", _query(text)) for text in asked.query]
        made += [Matcher("header", _header(text)) for text in asked.header]
        if asked.body is not None:
            made.append(Matcher("body", _body(asked.body, difference)))
        if asked.contains is not None:
            made.append(Matcher("body", _body(asked.contains, lack)))
    return made


def failures(asked: Sequence[Matcher], seen: Seen) -> list[str]:
    """In what a call differs from what is asked of it; [] where in nothing."""
    return [told for matcher in asked if (told := matcher.differs(seen))]


def path_pattern(path: str) -> str:
    """A regular expression (RE2's and Python's) of the paths that a pattern stands for."""
    parts, end = [], 0
    for piece in _PIECES.finditer(path):
        parts += [re.escape(path[end : piece.start()]), ".*" if piece[0] == "**" else "[^/]+"]
        end = piece.end()
    return "".join([*parts, re.escape(path[end:])])


def _path(wanted: str) -> Callable[[Seen], str]:
    pattern = re.compile(path_pattern(wanted), re.DOTALL)
    decoded = re.compile(path_pattern(unquote(wanted)), re.DOTALL)

    def differs(seen: Seen) -> str:
        if pattern.fullmatch(seen.path) or decoded.fullmatch(unquote(seen.path)):
            return ""
        return f"path: {seen.path}, wanted {wanted}"

    return differs


def _equal(name: str, wanted: object) -> Callable[[Seen], str]:
    at = Seen._fields.index(name)

    def differs(seen: Seen) -> str:
        return "" if seen[at] == wanted else f"{name}: {seen[at]}, wanted {wanted}"

    return differs


def _query(text: str) -> Callable[[Seen], str]:
    name, has_value, value = text.partition("=")

    def differs(seen: Seen) -> str:
        found = [
            given
            for key, given in parse_qsl(seen.query, keep_blank_values=True, max_num_fields=None)
            if key == name
        ]
        return _values(f"query.{name}", found, value if has_value else None)

    return differs


def _header(text: str) -> Callable[[Seen], str]:
    name, has_value, value = text.partition("=")
    if not has_value:
        name, has_value, value = text.partition(":")
    name, value = name.strip().lower(), value.strip()

    def differs(seen: Seen) -> str:
        given = msgspec.json.decode(seen.request_headers or "{}").get(name, [])
        found = [str(one) for one in (given if isinstance(given, list) else [given])]
        return _values(f"header.{name}", found, value if has_value else None)

    return differs


def _values(what: str, found: Sequence[str], wanted: str | None) -> str:
    if not found:
        return f"{what}: missing" + (f", wanted {wanted}" if wanted is not None else "")
    if wanted is None or wanted in found:
        return ""
    return f"{what}: {', '.join(found)[:200]}, wanted {wanted}"


def _body(wanted: Any, compare: Callable[[Any, Any], str]) -> Callable[[Seen], str]:
    def differs(seen: Seen) -> str:
        if seen.request_body is None:
            return f"body: none, wanted {shown(wanted)}"
        if isinstance(wanted, str) and not compare(wanted, seen.request_body):
            return ""
        found = compare(wanted, read_json(seen.request_body))
        if found and seen.truncated:
            return f"{found} (the body may have been cut when it was recorded)"
        return found

    return differs

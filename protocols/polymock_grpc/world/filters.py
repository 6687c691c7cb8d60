"""Filters as AIP-160 writes them: `status = PAID AND (price > 100 OR NOT tags:old)`.

Names of properties may be spelt in any way; a word or text without a comparison is searched for in
all texts of an entity. Functions are not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from polymock.errors import Invalid
from polymock.world.names import fold
from polymock.world.queries import Operator, Query, Where, matches
from polymock_schemas.calls import Violation

MAX_LENGTH = 4096
MAX_TERMS = 200
MAX_DEPTH = 20

Test = Callable[[Mapping[str, Any]], bool]
Knows = Callable[[str], bool]
"""Whether a property of this name is known, folded."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<sign><=|>=|!=|<|>|=|:)|(?P<mark>[(),])"""
    r"""|(?P<word>[0-9]{4}-[0-9]{2}-[0-9]{2}[^\s"'()<>=!,]*|[^\s"'()<>=!:,]+))"""
)
_OPERATORS: dict[str, Operator] = {
    "=": "eq",
    "!=": "ne",
    "<": "lt",
    "<=": "lte",
    ">": "gt",
    ">=": "gte",
}
_DENIED = re.compile(r"-[^0-9.]")


class _Token:
    __slots__ = ("kind", "place", "text")

    def __init__(self, kind: str, text: str, place: int) -> None:
        self.kind = kind
        self.text = text
        self.place = place


def read_filter(text: str, field: str, knows: Knows) -> Test | None:
    """The test that a filter means; None for an empty one.

    `field` is where it stands in the request. Raises Invalid, which says where it is wrong.
    """
    if not text.strip():
        return None
    return _Parser(text, field, knows).whole()


class _Parser:
    def __init__(self, text: str, field: str, knows: Knows) -> None:
        self._field = field
        self._knows = knows
        self._terms = 0
        if len(text) > MAX_LENGTH:
            raise self._wrong(f"it has {len(text)} characters, and may have {MAX_LENGTH}", 0)
        self._end = len(text)
        self._tokens = self._read(text)
        self._next = 0

    def whole(self) -> Test:
        test = self._expression(0)
        if self._next < len(self._tokens):
            token = self._tokens[self._next]
            raise self._wrong(f"{token.text[:50]!r} is not expected here", token.place)
        return test

    def _read(self, text: str) -> list[_Token]:
        tokens: list[_Token] = []
        place = 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if found is None:
                start = place + len(text[place:]) - len(text[place:].lstrip())
                raise self._wrong(f"{text[start]!r} is not expected here", start)
            kind = found.lastgroup or ""
            tokens.append(_Token(kind, found[kind], found.start(kind)))
            place = found.end()
        return tokens

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _is(self, *texts: str) -> bool:
        token = self._peek()
        return token is not None and token.kind != "text" and token.text in texts

    def _expression(self, depth: int) -> Test:
        """Sequences joined by AND; OR binds closer, as AIP-160 has it."""
        if depth > MAX_DEPTH:
            raise self._wrong(f"more than {MAX_DEPTH} brackets inside one another", self._place())
        tests = [self._factor(depth)]
        while self._peek() is not None and not self._is(")"):
            if self._is("AND"):
                self._next += 1
            tests.append(self._factor(depth))
        return _all(tests)

    def _factor(self, depth: int) -> Test:
        tests = [self._term(depth)]
        while self._is("OR"):
            self._next += 1
            tests.append(self._term(depth))
        return _any(tests)

    def _term(self, depth: int) -> Test:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._wrong(f"it has more than {MAX_TERMS} terms", self._place())
        denied = False
        if self._is("NOT") or self._is("-"):
            self._next += 1
            denied = True
        token = self._peek()
        if token is not None and token.kind == "word" and _DENIED.match(token.text):
            token.text = token.text[1:]
            denied = not denied
        test = self._simple(depth)
        return _not(test) if denied else test

    def _simple(self, depth: int) -> Test:
        token = self._taken("a comparison")
        if token.text == "(" and token.kind == "mark":
            test = self._expression(depth + 1)
            self._close()
            return test
        if token.kind not in ("word", "text") or self._is_keyword(token):
            raise self._wrong(f"{token.text[:50]!r} is not expected here", token.place)
        sign = self._peek()
        if sign is None or sign.kind != "sign":
            return _holding(_value(token))
        self._next += 1
        path = tuple(part for part in _value(token).split(".") if part)
        if not path or not self._knows(fold(path[0])):
            raise self._wrong(f"there is no field {token.text[:50]!r}", token.place)
        return self._compared(path, sign, depth)

    def _compared(self, path: tuple[str, ...], sign: _Token, depth: int) -> Test:
        token = self._taken("a value")
        if token.text == "(" and token.kind == "mark":
            return self._several(path, sign, depth + 1)
        if token.kind not in ("word", "text") or self._is_keyword(token):
            raise self._wrong(f"{token.text[:50]!r} is no value", token.place)
        return _comparison(path, sign.text, token.kind, _value(token))

    def _several(self, path: tuple[str, ...], sign: _Token, depth: int) -> Test:
        """`tags:(a OR b)`: any of the values, or all of them."""
        if depth > MAX_DEPTH:
            raise self._wrong(f"more than {MAX_DEPTH} brackets inside one another", sign.place)
        tests = [self._compared(path, sign, depth)]
        joint = ""
        while not self._is(")"):
            place, word = self._place(), "OR" if self._is("OR") else "AND"
            if self._is("OR", "AND"):
                self._next += 1
            if joint and word != joint:
                raise self._wrong("AND and OR need brackets here", place)
            joint = word
            self._terms += 1
            if self._terms > MAX_TERMS:
                raise self._wrong(f"it has more than {MAX_TERMS} terms", self._place())
            tests.append(self._compared(path, sign, depth))
        self._close()
        return _any(tests) if joint == "OR" else _all(tests)

    def _close(self) -> None:
        token = self._taken("`)`")
        if token.text != ")":
            raise self._wrong(f"{token.text[:50]!r} is not expected here", token.place)

    def _taken(self, wanted: str) -> _Token:
        token = self._peek()
        if token is None:
            raise self._wrong(f"{wanted} is missing", self._end)
        self._next += 1
        return token

    def _is_keyword(self, token: _Token) -> bool:
        return token.kind == "word" and token.text in ("AND", "OR", "NOT")

    def _place(self) -> int:
        token = self._peek()
        return self._end if token is None else token.place

    def _wrong(self, message: str, place: int) -> Invalid:
        told = f"at character {place + 1}: {message}"
        return Invalid(f"{self._field}: {told}.", [Violation(f"body/{self._field}", told)])


def _value(token: _Token) -> str:
    if token.kind != "text":
        return token.text
    return re.sub(r"\\(.)", r"\1", token.text[1:-1])


def _comparison(path: tuple[str, ...], sign: str, kind: str, value: str) -> Test:
    if sign == ":":
        return _has(path, kind, value)
    if value == "null" and kind == "word" and sign in ("=", "!="):
        return _where(path, "exists", sign == "!=")
    if sign == "=" and kind == "text" and len(value) > 1 and "*" in (value[0], value[-1]):
        return _wildcard(path, value)
    return _where(path, _OPERATORS[sign], value)


def _wildcard(path: tuple[str, ...], value: str) -> Test:
    core = value.strip("*")
    if value[0] == value[-1] == "*":
        return _where(path, "contains", core)
    return _where(path, "ends" if value[0] == "*" else "starts", core)


def _has(path: tuple[str, ...], kind: str, value: str) -> Test:
    """`:` asks for what is there: an item of a list, a key of a map, a part of a text."""
    if value == "*":
        return _where(path, "exists", True)
    return _any(
        [
            _where(path, "eq", value),
            _where(path, "contains", value),
            _where((*path, value), "exists", True),
        ]
    )


def _where(path: tuple[str, ...], operator: Operator, value: Any) -> Test:
    query = Query(where=(Where(path, value, operator),))
    return lambda document: matches(document, query)


def _holding(text: str) -> Test:
    query = Query(text=text)
    return lambda document: matches(document, query)


def _all(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda document: all(test(document) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda document: any(test(document) for test in tests)


def _not(test: Test) -> Test:
    return lambda document: not test(document)

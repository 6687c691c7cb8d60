"""Asking the rows of a stretch of time what they had: names of parameters, shapes of bodies.

A shape is a JSON value with the names of types in the place of what is not an object or a list. All
that is asked is answered by DuckDB, for different messages together; what comes out are few lines,
however many rows there are.

Each different body is looked into once. Of those of one operation, session, hour and status that
were cut off, or hold lists of unlike things, one stands for all of their like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

Rows = Callable[[str, dict[str, Any]], list[tuple[Any, ...]]]
"""Runs a statement with its parameters; all its rows."""

MOST_ASKED = 20_000
"""Different requests of a stretch that are handed to a protocol's own accounting."""
LONGEST = 256 * 1024
"""Characters of a body that DuckDB tells the shape of; it nests as deeply as the body does."""
FORM = "&"
"""Before the names in the shape of a form."""


class Cell(NamedTuple):
    """Of which exchanges a look tells: those of an operation and a session in an hour, the first
    and the last of them."""

    mock: str
    operation: str
    session: str
    hour: datetime
    first: datetime
    last: datetime


class Stretch(NamedTuple):
    """Exchanges from `since` up to `until`; `session` and `mock` restrict them, None does not."""

    since: datetime
    until: datetime
    session: str | None = None
    mock: str | None = None


class Shape(NamedTuple):
    """What is known of a body: its shape, decoded, or the names of a form; or nothing."""

    value: Any = None
    names: tuple[str, ...] = ()


_CELL = "mock, operation, session, date_trunc('hour', ts) AS hour"
_WHERE = (
    "FROM requests WHERE ts >= $since AND ts < $until AND operation <> '' "
    "AND list_contains($mocks, mock)"
)
_NAMES = (
    "list_sort(list_distinct(list_transform(string_split({text}, '&'), "
    "lambda pair: split_part(pair, '=', 1))))"
)
_TIMES = "min(ts) AS first_ts, max(ts) AS last_ts"

_QUERIES = (
    f"SELECT {_CELL}, {_TIMES}, {_NAMES.format(text='query')} AS names "
    f"{_WHERE} AND query <> '' {{more}} GROUP BY mock, operation, session, hour, names"
)
_HEADERS = f"""
    SELECT * FROM (
        SELECT {_CELL}, {_TIMES},
            list_sort(list_intersect(json_keys(request_headers), $names)) AS names
        {_WHERE} {{more}} GROUP BY mock, operation, session, hour, names
    ) WHERE len(names) > 0
"""
_METHODS = (
    f"SELECT {_CELL}, {_TIMES}, method {_WHERE} AND NOT contains(path, operation) {{more}} "
    "GROUP BY mock, operation, session, hour, method"
)
_BODIES = f"""
    WITH bodies AS (
        SELECT {_CELL}, {_TIMES}, status, outcome = 'ok' AS fine, hash({{column}}) AS key,
            ltrim(any_value({{column}})) AS body
        {_WHERE} AND {{column}} IS NOT NULL {{more}}
        GROUP BY mock, operation, session, hour, status, fine, key
    ), shaped AS (
        SELECT *, CASE
            WHEN body[1] IN ('{{{{', '[') AND length(body) > {LONGEST} THEN NULL
            WHEN body[1] IN ('{{{{', '[') THEN CAST(TRY(json_structure(body)) AS VARCHAR)
            WHEN contains(body, 'form-data') THEN '{FORM}' || array_to_string(list_sort(
                list_distinct(regexp_extract_all(body, '\\bname="([^"]*)"', 1))), '&')
            WHEN contains(body, '=') AND NOT starts_with(body, '<')
                THEN '{FORM}' || array_to_string({_NAMES.format(text="body")}, '&')
            ELSE '' END AS shape FROM bodies
    )
    SELECT mock, operation, session, hour, min(first_ts), max(last_ts), status, fine, shape,
        any_value(body) FILTER (shape IS NULL OR contains(shape, '"JSON"'))
    FROM shaped GROUP BY mock, operation, session, hour, status, fine, shape
"""
_ASKED = f"""
    SELECT mock, operation, session, hour, min(ts), max(ts), asked, body, shape
    FROM (
        SELECT {_CELL}, ts, CASE WHEN request_body IS NULL THEN query ELSE '' END AS asked,
            CASE WHEN is_object THEN CAST(json_object({{kept}}) AS VARCHAR)
                ELSE coalesce(request_body, '') END AS body,
            CASE WHEN is_object THEN CAST(TRY(json_structure(request_body)) AS VARCHAR) END
                AS shape
        FROM (
            SELECT *, coalesce(length(request_body) <= {LONGEST} AND json_valid(request_body)
                AND starts_with(ltrim(request_body), '{{{{'), false) AS is_object
            {_WHERE} {{more}}
        )
    ) GROUP BY mock, operation, session, hour, asked, body, shape LIMIT {MOST_ASKED}
"""


class Look:
    """Looks into one stretch. `rows` runs the statements."""

    def __init__(self, rows: Rows, stretch: Stretch) -> None:
        self._rows = rows
        self._values: dict[str, Any] = {"since": stretch.since, "until": stretch.until}
        self._more = ""
        for name in ("session", "mock"):
            value = getattr(stretch, name)
            if value is not None:
                self._more += f" AND {name} = ${name}"
                self._values[name] = value

    def queries(self, mocks: Sequence[str]) -> Iterator[tuple[Cell, tuple[str, ...]]]:
        """The names that queries had, as sent."""
        for row in self._run(_QUERIES, mocks):
            yield Cell(*row[:6]), tuple(row[6])

    def headers(
        self, mocks: Sequence[str], names: Sequence[str]
    ) -> Iterator[tuple[Cell, tuple[str, ...]]]:
        """Which of these header fields (lower-case) calls had."""
        for row in self._run(_HEADERS, mocks, names=list(names)):
            yield Cell(*row[:6]), tuple(row[6])

    def methods(self, mocks: Sequence[str]) -> Iterator[tuple[Cell, str]]:
        """The HTTP methods of calls whose paths do not name the operation."""
        for row in self._run(_METHODS, mocks):
            yield Cell(*row[:6]), row[6]

    def bodies(
        self, mocks: Sequence[str], column: str
    ) -> Iterator[tuple[Cell, int, bool, str | None, str | None]]:
        """The shapes of `request_body` or `response_body`, with the status, and whether the call
        was answered well. A shape is text (see `decoded`), and the body is there where the shape
        does not tell all."""
        for row in self._run(_BODIES, mocks, column=column):
            yield Cell(*row[:6]), row[6], row[7], row[8], row[9]

    def asked(
        self, mocks: Sequence[str], kept: Sequence[str]
    ) -> Iterator[tuple[Cell, str, str, str | None]]:
        """Queries, bodies (of objects the `kept` members) and shapes of requests."""
        members = ", ".join(
            f"{_quoted(name)}, json_extract(request_body, {_quoted('$.' + name)})" for name in kept
        )
        for row in self._run(_ASKED, mocks, kept=members):
            yield Cell(*row[:6]), row[6], row[7], row[8]

    def _run(
        self, statement: str, mocks: Sequence[str], names: list[str] | None = None, **words: str
    ) -> list[tuple[Any, ...]]:
        if not mocks:
            return []
        values = {**self._values, "mocks": list(mocks)}
        if names is not None:
            values["names"] = names
        return self._rows(statement.format(more=self._more, **words), values)


def decoded(shape: str | None, body: str | None) -> Shape:
    """What a body's shape says, or, where it says too little, the body itself."""
    if body is not None:
        value = _mended(body)
        if value is not None:
            return Shape(value)
    if not shape:
        return Shape()
    if shape.startswith(FORM):
        return Shape(names=tuple(shape[1:].split("&")))
    return Shape(_json(shape))


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]')
_CLOSING = {"{": "}", "[": "]"}


def _mended(text: str) -> Any:
    """The value of a JSON text, or of what is whole of one that was cut off; None for no value."""
    value = _json(text)
    if value is not None:
        return value
    open_: list[str] = []
    end, missing = 0, ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _CLOSING:
            open_.append(_CLOSING[mark])
            end = token.end()
        elif mark in "}]":
            if not open_ or open_.pop() != mark:
                return None
            end = token.end()
        elif mark == ",":
            end = token.start()
        else:
            continue
        missing = "".join(reversed(open_))
        if not open_:
            break
    return _json(text[:end] + missing)


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

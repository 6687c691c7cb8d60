"""The rows to copy, oldest first, read so that neither memory nor a statement's time runs out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from polymock.journal.anomalies.gathering import instant
from polymock.journal.reading import Reading
from polymock_schemas.journal import REQUESTS

COLUMNS = tuple(column.name for column in REQUESTS.columns)
_PAGE = 20_000
_FETCHED = 500
_SECONDS_OF_A_PAGE = 60.0
_TEXT = {"id", "request_headers", "response_headers"}


def rows(reading: Reading, where: str, parameters: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The columns of `requests`, row by row; ids and headers as text.

    `where` is a condition on `requests r`. Raises JournalError.
    """
    columns = ", ".join(
        f"CAST(r.{name} AS VARCHAR)" if name in _TEXT else f"r.{name}" for name in COLUMNS
    )
    for start, stop in list(_pages(reading, where, parameters)):
        reading.allow(_SECONDS_OF_A_PAGE)
        yield from reading.stream(
            f"SELECT {columns} FROM requests r WHERE {where} AND r.ts >= $page_start "
            "AND r.ts < $page_stop ORDER BY r.ts, r.id",
            {**parameters, "page_start": instant(start), "page_stop": instant(stop)},
            fetched=_FETCHED,
        )


def _pages(reading: Reading, where: str, parameters: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Stretches of time with about so many rows, of a second at least; microseconds since 1970."""
    reading.allow(_SECONDS_OF_A_PAGE)
    start: int | None = None
    stop = rows_in = 0
    for second, count in reading.rows(
        f"SELECT epoch_us(r.ts) // 1000000 AS second, count(*) FROM requests r WHERE {where} "
        "GROUP BY second ORDER BY second",
        parameters,
    ):
        if start is not None and rows_in + count > _PAGE:
            yield start, stop
            start, rows_in = None, 0
        start = second * 1_000_000 if start is None else start
        stop = (second + 1) * 1_000_000
        rows_in += count
    if start is not None:
        yield start, stop

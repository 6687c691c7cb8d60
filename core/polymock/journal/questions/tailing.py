"""Exchanges as they come: those after a cursor, in the order in which they ended.

Workers write on their own, so that one exchange can be seen a moment after another that ended
later. A cursor therefore goes back a little, and names those that were seen in that time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any, NamedTuple

import msgspec

from polymock.errors import CommandError
from polymock.journal.questions.matching import path_pattern
from polymock.journal.questions.verifying import quick_condition
from polymock.journal.reading import Reading
from polymock.journal.selecting import choose
from polymock_schemas.calls import Violation
from polymock_schemas.log_questions import Tail, TailedCall, TailQuery

_OVERLAP = 500_000
_LONGEST_CALL = 600_000_000
"""Microseconds."""
_REMEMBERED = 100
_POLL = 0.2
_CURSOR = re.compile(r"(\d{1,17})((?:\.[0-9a-f]{12})*)")
_COLUMNS = (
    "epoch_us(r.ts) + r.latency_us AS ended, CAST(r.id AS VARCHAR), r.ts, r.mock, r.protocol, "
    "r.operation, r.method, r.path, r.query, r.status, r.outcome, r.source, r.latency_us, "
    "r.session, r.principal, r.client, r.violations"
)
_BODIES = (
    ", CAST(r.request_headers AS VARCHAR), CAST(r.response_headers AS VARCHAR), "
    "r.request_body, r.response_body"
)


_NAMES = (
    *("mock", "protocol", "operation", "method", "path", "query", "status", "outcome", "source"),
    *("latency_ms", "session", "principal", "client"),
)
"""What the columns after the first three are called outside."""


class Cursor(NamedTuple):
    """From when on exchanges that ended are to be shown (microseconds since 1970), but for those
    seen, by the last 12 digits of their ids."""

    since: int
    seen: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join((str(self.since), *self.seen))


def tail(reading: Reading, query: TailQuery, sleep: Callable[[float], object] = time.sleep) -> Tail:
    """What came after the cursor, or the latest; waits for it as long as the query says.

    Raises CommandError where the cursor is none, JournalError.
    """
    cursor = read_cursor(query.after) if query.after else None
    until = time.monotonic() + query.wait
    while True:
        rows = _rows(reading, query, cursor)
        if rows or time.monotonic() >= until:
            break
        if cursor is None:
            cursor = Cursor(time.time_ns() // 1000 - _OVERLAP, ())
        sleep(min(_POLL, max(until - time.monotonic(), 0.0)))
        reading.renew()
    # Of the latest more were read than are told: the cursor has to know them.
    told = rows[-query.limit :]
    return Tail(tuple(_call(row) for row in told), str(_next(rows, cursor)))


def read_cursor(text: str) -> Cursor:
    """The cursor of a text. Raises CommandError."""
    found = _CURSOR.fullmatch(text)
    if not found:
        raise CommandError(
            "after: it is no cursor of an answer.",
            "Leave it out to begin with the latest calls.",
            "wrong",
            [Violation("after", "is no cursor")],
        )
    return Cursor(int(found[1]), tuple(found[2].split(".")[1:]))


def _rows(reading: Reading, query: TailQuery, cursor: Cursor | None) -> list[tuple[Any, ...]]:
    chosen = choose(query)
    parameters = dict(chosen.parameters)
    conditions = [chosen.where, quick_condition(query, parameters)]
    columns = _COLUMNS + (_BODIES if query.bodies else "")
    if query.path is not None and "%" in query.path:
        conditions.append("regexp_full_match(r.path, $q_encoded, 's')")
        parameters["q_encoded"] = path_pattern(query.path)
    if cursor is None:
        rows = reading.rows(
            f"SELECT {columns} FROM requests r WHERE {' AND '.join(conditions)} "
            f"ORDER BY r.ts DESC LIMIT {max(query.limit, 2 * _REMEMBERED)}",
            parameters,
        )
        return sorted(rows, key=_order)
    conditions += [
        "r.ts >= make_timestamp($from_us)",
        "epoch_us(r.ts) + r.latency_us >= $since_us",
        "right(CAST(r.id AS VARCHAR), 12) NOT IN (SELECT unnest($seen::VARCHAR[]))",
    ]
    parameters |= {
        "from_us": cursor.since - _LONGEST_CALL,
        "since_us": cursor.since,
        "seen": list(cursor.seen),
    }
    return reading.rows(
        f"SELECT {columns} FROM requests r WHERE {' AND '.join(conditions)} "
        f"ORDER BY ended, r.id LIMIT {query.limit}",
        parameters,
    )


def _order(row: Sequence[Any]) -> tuple[int, str]:
    return row[0], row[1]


def _next(rows: Sequence[Sequence[Any]], cursor: Cursor | None) -> Cursor:
    if not rows:
        return cursor or Cursor(time.time_ns() // 1000 - _OVERLAP, ())
    since = rows[-1][0] - _OVERLAP
    known = [(row[0], row[1][-12:]) for row in rows]
    if len(known) > _REMEMBERED:
        since = max(since, known[-_REMEMBERED][0])
    kept = tuple(tail for ended, tail in known if ended >= since)
    if cursor is not None and since <= cursor.since + _OVERLAP:
        # Those seen before may still lie in the time that is asked for again.
        kept = (*cursor.seen, *kept)
        since = max(since, cursor.since)
    return Cursor(since, kept[-2 * _REMEMBERED :])


def _call(row: Sequence[Any]) -> TailedCall:
    values = dict(zip(_NAMES, row[3:16], strict=True))
    values["latency_ms"] /= 1000
    violations = tuple(f"{one['location']}: {one['message']}" for one in row[16] or ())
    if len(row) > 17:
        values |= {
            "request_headers": msgspec.json.decode(row[17] or "{}"),
            "response_headers": msgspec.json.decode(row[18] or "{}"),
            "request_body": row[19],
            "response_body": row[20],
        }
    return TailedCall(id=row[1], ts=row[2].replace(tzinfo=UTC), violations=violations, **values)

"""Which stretches of the journal have not been looked into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from polymock.journal.coverage.looking import Rows
from polymock_schemas.journal.coverage import BUCKET_SECONDS

MAX_ROWS = 20_000
MAX_BYTES = 8 * 1024 * 1024
"""Of the exchanges that are looked into at once, and of their bodies."""
BUCKET = timedelta(seconds=BUCKET_SECONDS)
BEGINNING = datetime(1970, 1, 1)
END = datetime(9999, 1, 1)
FIRST_WINDOW, LARGEST_WINDOW = timedelta(minutes=30), timedelta(days=1)

_MICROS = BUCKET_SECONDS * 1_000_000
_ENDS = "SELECT min(ts), max(ts) FROM requests WHERE ts >= $since AND ts < $until"
_BUCKETS = f"""
    SELECT b.bucket, b.exchanges, b.exchanges - coalesce(l.exchanges, 0) AS missing
    FROM (
        SELECT make_timestamp(epoch_us(ts) // {_MICROS} * {_MICROS}) AS bucket,
            count(*) AS exchanges
        FROM requests WHERE ts >= $since AND ts < $until GROUP BY bucket
    ) b LEFT JOIN looked_into l USING (bucket)
    WHERE $all OR b.exchanges > coalesce(l.exchanges, 0) ORDER BY b.bucket
"""
_BYTES = """
    SELECT avg(least(request_bytes, 65536) + least(response_bytes, 65536)) FROM (
        SELECT request_bytes, response_bytes FROM requests WHERE ts >= $since AND ts < $until
        LIMIT 10000
    )
"""
_COUNTS = """
    SELECT (SELECT count(*) FROM requests WHERE ts >= $since AND ts < $until),
        (SELECT coalesce(sum(exchanges), 0) FROM looked_into
            WHERE bucket >= $since AND bucket < $until)
"""


class Window(NamedTuple):
    """Exchanges from `since` up to `until`, both starts of buckets."""

    since: datetime
    until: datetime


class Bucket(NamedTuple):
    """Ten seconds: their start, how many exchanges they have, and how many of them have not been
    looked into."""

    start: datetime
    exchanges: int
    missing: int


class Plan(NamedTuple):
    """Buckets to look into at once, one after the other; of one that is too large, a slice."""

    since: datetime
    until: datetime
    done: tuple[Bucket, ...]
    """The buckets that have been looked into wholly after it."""
    missing: int
    """How many exchanges it tells of that are new."""


def windows(rows: Rows, since: datetime, until: datetime) -> list[Window]:
    """The time from `since` up to `until` in pieces, as far as there are exchanges; the first
    first. The later ones are shorter, as they are more likely to have what is new."""
    first, last = rows(_ENDS, {"since": since, "until": until})[0]
    if first is None:
        return []
    made: list[Window] = []
    begin, end, width = start_of(first), start_of(last) + BUCKET, FIRST_WINDOW
    while end > begin:
        start = max(begin, end - width)
        made.append(Window(start, end))
        end, width = start, min(width * 2, LARGEST_WINDOW)
    return made[::-1]


def missing(rows: Rows, window: Window) -> int:
    """How many exchanges of a window have not been looked into, more or less."""
    there, looked = rows(_COUNTS, window._asdict())[0]
    return max(0, int(there) - int(looked))


def pending(rows: Rows, window: Window, *, every: bool = False) -> list[Plan]:
    """How to look into the exchanges of a window that have not been looked into (or `every`), the
    first first."""
    if not every and not missing(rows, window):
        return []
    values = {**window._asdict(), "all": every}
    buckets = [Bucket(*row) for row in rows(_BUCKETS, values)]
    size = rows(_BYTES, window._asdict())[0][0] or 1.0
    return list(plans(buckets, max(1, min(MAX_ROWS, int(MAX_BYTES / max(size, 1.0))))))


def plans(buckets: Sequence[Bucket], most: int) -> Iterator[Plan]:
    """The buckets, put together or cut, so that at most so many exchanges are looked into at
    once."""
    group: list[Bucket] = []
    count = 0
    for bucket in buckets:
        apart = bool(group) and group[-1].start + BUCKET != bucket.start and count > most // 10
        if group and (apart or count + bucket.exchanges > most):
            yield _plan(group)
            group, count = [], 0
        if bucket.exchanges > most:
            yield from _slices(bucket, -(-bucket.exchanges // most))
        else:
            group.append(bucket)
            count += bucket.exchanges
    if group:
        yield _plan(group)


def _plan(group: Sequence[Bucket]) -> Plan:
    fresh = sum(bucket.missing for bucket in group)
    return Plan(group[0].start, group[-1].start + BUCKET, tuple(group), fresh)


def _slices(bucket: Bucket, count: int) -> Iterator[Plan]:
    width = BUCKET / count
    for index in range(count):
        is_last = index == count - 1
        since = bucket.start + width * index
        until = bucket.start + BUCKET if is_last else bucket.start + width * (index + 1)
        yield Plan(since, until, (bucket,) if is_last else (), bucket.missing if is_last else 0)


def start_of(moment: datetime) -> datetime:
    """The start of the bucket that a moment is in."""
    return moment - timedelta(microseconds=_micros(moment) % _MICROS)


def _micros(moment: datetime) -> int:
    return (moment - BEGINNING) // timedelta(microseconds=1)

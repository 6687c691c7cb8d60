"""Writing what was seen: footprints, when they were seen, and what has been looked into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb

from polymock.journal.coverage.accounts import Found, Sighting
from polymock.journal.coverage.pending import Bucket

MOST_FOOTPRINTS = 1000
"""Of one kind and place of an operation; parts that are seen in further combinations are kept one
by one, so that their number stays bounded."""
LOOKED_INTO_AGAIN = 200_000
"""Exchanges, the latest, that are looked into again when contracts have changed."""
CROWDED = 10_000
"""Rows that an hour may get before they are put together."""

Key = tuple[str, str, str, str, frozenset[str]]
Seen = dict[tuple[Key, str, datetime], tuple[datetime, datetime]]
"""The first and the last time by footprint, session and hour."""

_HOUR = timedelta(hours=1)
_UNTIDY = """
    SELECT hour FROM exercised GROUP BY hour HAVING count(*) > count(DISTINCT (footprint, session))
"""
_CONTRACTS = "coverage_contracts"
"""In the table `meta`: by which contracts exchanges have been looked into."""
_LATEST = """
    DELETE FROM looked_into WHERE bucket IN (
        SELECT bucket FROM (
            SELECT bucket, sum(exchanges) OVER (ORDER BY bucket DESC) AS later FROM looked_into
        ) WHERE later <= ?)
"""
_TIDY = (
    "CREATE OR REPLACE TEMP TABLE tidied AS SELECT footprint, session, hour, "
    "min(first_ts) AS first_ts, max(last_ts) AS last_ts FROM exercised WHERE hour = ? GROUP BY ALL",
    "DELETE FROM exercised WHERE hour = ?",
)


class Keeper:
    """Writes over one connection at a time, in one thread. Where a write fails, make another one:
    what it knows of the tables may not be so."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._numbers: dict[Key, int] = {}
        self._counts: dict[tuple[str, str, str, str], int] = {}
        self._next = 1
        for number, mock, operation, kind, place, names in cursor.execute(
            "SELECT footprint, mock, operation, kind, place, names FROM footprints"
        ).fetchall():
            self._note((mock, operation, kind, place, frozenset(names)), number)
        self._untidy: dict[datetime, int] = {
            row[0]: CROWDED for row in cursor.execute(_UNTIDY).fetchall()
        }

    def keep(
        self,
        cursor: duckdb.DuckDBPyConnection,
        sightings: Iterable[Sighting],
        done: Sequence[Bucket],
    ) -> None:
        """Keep what was seen, and that these buckets have been looked into, in one transaction.
        Raises duckdb.Error."""
        seen = self._together(sightings)
        fresh: list[tuple[Any, ...]] = []
        for key, _, _ in seen:
            if key not in self._numbers:
                self._note(key, self._next)
                mock, operation, kind, place, names = key
                fresh.append((self._numbers[key], mock, operation, kind, place, sorted(names)))
        rows = [
            (self._numbers[key], session, hour, first, last)
            for (key, session, hour), (first, last) in seen.items()
        ]
        cursor.begin()
        try:
            _append(cursor, "footprints", fresh)
            _append(cursor, "exercised", rows)
            if done:
                starts = [bucket.start for bucket in done]
                cursor.execute("DELETE FROM looked_into WHERE list_contains(?, bucket)", [starts])
                _append(cursor, "looked_into", [(each.start, each.exchanges) for each in done])
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
        for row in rows:
            self._untidy[row[2]] = self._untidy.get(row[2], 0) + 1

    def renew(self, cursor: duckdb.DuckDBPyConnection, contracts: str) -> None:
        """Have the latest exchanges looked into again, if these are other contracts than those that
        they were looked into by. Raises duckdb.Error."""
        known = cursor.execute("SELECT value FROM meta WHERE key = ?", [_CONTRACTS]).fetchone()
        if known is not None and known[0] == contracts:
            return
        cursor.begin()
        try:
            cursor.execute("DELETE FROM meta WHERE key = ?", [_CONTRACTS])
            cursor.execute("INSERT INTO meta VALUES (?, ?)", [_CONTRACTS, contracts])
            cursor.execute(_LATEST, [LOOKED_INTO_AGAIN])
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise

    def tidy(self, cursor: duckdb.DuckDBPyConnection, now: datetime) -> bool:
        """Put the rows of one hour together that is over, or has very many; whether there was one.
        Raises duckdb.Error."""
        for hour, count in self._untidy.items():
            if count >= CROWDED or hour + _HOUR + timedelta(minutes=1) < now:
                break
        else:
            return False
        cursor.begin()
        try:
            for statement in _TIDY:
                cursor.execute(statement, [hour])
            cursor.execute("INSERT INTO exercised SELECT * FROM tidied")
            cursor.execute("DROP TABLE tidied")
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
        del self._untidy[hour]
        return True

    def forget_before(self, cursor: duckdb.DuckDBPyConnection, oldest: datetime | None) -> None:
        """Forget what exchanges exercised that are gone; `oldest` is the first that is there.
        Raises duckdb.Error."""
        hour = None if oldest is None else oldest.replace(minute=0, second=0, microsecond=0)
        for statement in (
            "DELETE FROM exercised WHERE $oldest IS NULL OR hour < $oldest",
            "DELETE FROM looked_into WHERE $oldest IS NULL OR bucket < $oldest",
        ):
            cursor.execute(statement, {"oldest": hour})

    def _together(self, sightings: Iterable[Sighting]) -> Seen:
        """The sightings, those of a footprint in an hour and a session together."""
        seen: Seen = {}
        for cell, found in sightings:
            for key in self._keys(cell.mock, found):
                place = (key, cell.session, cell.hour)
                known = seen.get(place)
                seen[place] = (
                    (cell.first, cell.last)
                    if known is None
                    else (min(known[0], cell.first), max(known[1], cell.last))
                )
        return seen

    def _keys(self, mock: str, found: Found) -> Iterable[Key]:
        operation, kind, place, names = found
        key = (mock, operation, kind, place, names)
        if key in self._numbers or self._counts.get(key[:4], 0) < MOST_FOOTPRINTS:
            return (key,)
        return [(mock, operation, kind, place, frozenset((name,))) for name in names]

    def _note(self, key: Key, number: int) -> None:
        self._numbers[key] = number
        self._counts[key[:4]] = self._counts.get(key[:4], 0) + 1
        self._next = max(self._next, number + 1)


def _append(cursor: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with cursor.appender(table) as appender:
            appender.append_rows(rows)

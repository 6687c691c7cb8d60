"""The question of coverage, answered: what the contracts have, and what of it was exercised.

What has been looked into stands in tables. What has not, is looked into now, for a bounded time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from polymock.interfaces import JOINT
from polymock.journal.coverage.accounts import Account, sightings
from polymock.journal.coverage.inventory import SHARED
from polymock.journal.coverage.looking import Look, Rows, Stretch
from polymock.journal.coverage.pending import (
    BEGINNING,
    END,
    Plan,
    missing,
    pending,
    windows,
)
from polymock_schemas.log_coverage import CoveredPart

LOOKING_SECONDS = 0.9
"""So long after a question, exchanges are looked into that nobody has looked into before."""
LEAST_SECONDS = 0.3
"""So long at least, where the rest of the answer took its time."""
PERIOD_SECONDS = 1.0
"""So often it is seen whether the parts that were exercised are enough."""

_TABLES = frozenset({"contract_parts", "footprints", "exercised", "looked_into"})
_FIND_TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal"
_OPERATIONS = "SELECT mock, operation, statuses, protocol FROM operations ORDER BY ALL"
_CALLS = """
    SELECT first(r.mock), first(r.operation), first(r.status), count(*) FROM requests r
    WHERE {where} GROUP BY hash(r.mock, r.operation, r.status)
"""
# By the hash it takes half the time; there are a few hundred groups at most.
_SEEN = """
    SELECT f.mock, f.operation, f.kind, f.place, f.names FROM footprints f
    WHERE f.footprint IN (
        SELECT footprint FROM exercised WHERE ($session IS NULL OR session = $session)
            AND ((first_ts >= $since AND first_ts < $until)
                OR (last_ts >= $since AND last_ts < $until)))
"""
_UNTOLD = "SELECT count(*) FROM exercised WHERE first_ts < $since AND last_ts >= $until"

Key = tuple[str, str, str, str, str]
"""Mock, operation, kind, place and name of a part."""


class Range(NamedTuple):
    """Which exchanges are asked about; None is no condition. Times are as the journal has them."""

    since: datetime | None = None
    until: datetime | None = None
    mock: str | None = None
    operation: str | None = None
    session: str | None = None


class Findings(NamedTuple):
    """Every part that is asked about, and how many exchanges nobody has looked into."""

    parts: Sequence[CoveredPart]
    unseen: int
    unlisted: Sequence[str]
    """The mocks whose contract's parts are not known, but for operations and statuses."""


class Question:
    """Answers one question. `rows` runs statements that all see the same rows."""

    def __init__(self, rows: Rows, asked: Range) -> None:
        self._rows = rows
        self._asked = asked
        self._since = asked.since or BEGINNING
        self._until = asked.until or END
        tables = {row[0] for row in rows(_FIND_TABLES, {})}
        self._accounts: Mapping[str, Account] = {}
        if tables >= _TABLES:
            self._accounts = SHARED.find(rows, asked.mock)

    def answer(self, where: str, parameters: dict[str, Any], patience: Patience) -> Findings:
        """What was exercised by the rows of `requests` (as `r`) that the condition holds for.

        Looks into what nobody has looked into as long as `patience` lasts.
        """
        operations = [
            row
            for row in self._rows(_OPERATIONS, {})
            if self._asked.mock in (None, row[0]) and self._asked.operation in (None, row[1])
        ]
        calls = _split(self._rows(_CALLS.format(where=where), parameters))
        seen = self._kept()

        def parts() -> list[CoveredPart]:
            return list(self._parts(operations, calls, seen))

        unseen = self._look_on(seen, patience, parts) if self._accounts else 0
        mocks = dict.fromkeys(row[0] for row in operations)
        unlisted = [mock for mock in mocks if mock not in self._accounts]
        return Findings(parts(), unseen, unlisted)

    def _look_on(
        self, seen: set[Key], patience: Patience, parts: Callable[[], Sequence[CoveredPart]]
    ) -> int:
        """Look into what nobody has looked into, the latest first, as long as patience lasts; how
        many exchanges are left.

        Everything is looked into where an hour's first and last exchanges do not tell of its
        middle, and that is asked about.
        """
        values = {"since": self._since, "until": self._until}
        is_inside = self._asked.since is not None and self._asked.until is not None
        every = is_inside and bool(self._rows(_UNTOLD, values)[0][0])
        waiting = windows(self._rows, self._since, self._until)
        planned: list[Plan] = []
        while planned or waiting:
            if not planned:
                planned = pending(self._rows, waiting.pop(), every=every)
                continue
            if patience.ends(parts):
                break
            self._look(planned.pop(), seen)
        left = sum(plan.missing for plan in planned)
        return left + sum(missing(self._rows, window) for window in waiting)

    def _kept(self) -> set[Key]:
        """What the tables say."""
        if not self._accounts:
            return set()
        values = {"session": self._asked.session, "since": self._since, "until": self._until}
        return {
            (mock, operation, kind, place, name)
            for mock, operation, kind, place, names in self._rows(_SEEN, values)
            for name in names
        }

    def _look(self, plan: Plan, seen: set[Key]) -> None:
        stretch = Stretch(
            max(plan.since, self._since),
            min(plan.until, self._until),
            self._asked.session,
            self._asked.mock,
        )
        with SHARED.lock:
            for cell, found in sightings(self._accounts, Look(self._rows, stretch)):
                operation, kind, place, names = found
                seen.update((cell.mock, operation, kind, place, name) for name in names)

    def _parts(
        self,
        operations: Iterable[tuple[Any, ...]],
        calls: Mapping[tuple[str, str], Mapping[str, int]],
        seen: set[Key],
    ) -> Iterator[CoveredPart]:
        for mock, operation, statuses, _ in operations:
            answered = calls.get((mock, operation), {})
            count = sum(answered.values())
            yield CoveredPart(mock, operation, "operation", "", operation, count > 0, calls=count)
            for status in statuses:
                hits = sum(answered[code] for code in _meant(status, statuses, answered))
                yield CoveredPart(mock, operation, "status", "", status, hits > 0, calls=hits)
        asked = self._asked.operation
        for mock, account in self._accounts.items():
            for part in account.parts:
                if part.kind == "field" and part.operation:
                    continue  # a root field: an operation
                if asked is not None and part.operation != asked:
                    continue
                if part.kind == "parameter" and part.place == "path":
                    covered = bool(calls.get((mock, part.operation)))
                else:
                    key = (mock, part.operation, part.kind, part.place, part.name)
                    covered = key in seen
                yield CoveredPart(
                    mock,
                    part.operation,
                    part.kind,
                    part.place,
                    part.name,
                    covered,
                    part.type,
                    part.required,
                )


class Patience:
    """How long to look into what nobody has looked into: `seconds` or, as long as `enough` does not
    hold for the parts, up to `longest`."""

    def __init__(
        self,
        seconds: float = LOOKING_SECONDS,
        longest: float = 0.0,
        enough: Callable[[Sequence[CoveredPart]], bool] | None = None,
    ) -> None:
        self._begun = time.monotonic()
        self._first: float | None = None
        self._seconds = seconds
        self._longest = longest
        self._enough = enough

    def ends(self, parts: Callable[[], Sequence[CoveredPart]]) -> bool:
        """Whether it ends now. The parts are asked for now and then."""
        now = time.monotonic()
        if self._first is None:
            self._first = now
        took = now - self._begun
        if took < self._seconds or now - self._first < LEAST_SECONDS:
            return False
        if self._enough is None or took >= self._longest:
            return True
        self._seconds = took + PERIOD_SECONDS
        return self._enough(parts())


def _split(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, str], dict[str, int]]:
    """The calls of each operation by status; one of several operations counts for each, once."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for mock, operation, status, count in rows:
        for name in dict.fromkeys((*operation.split(JOINT), operation)):
            answered = found.setdefault((mock, name), {})
            answered[str(status)] = answered.get(str(status), 0) + count
    return found


def _meant(status: str, declared: Sequence[str], answered: Iterable[str]) -> list[str]:
    """The statuses answered that a declared one stands for: itself, its range, or, of `default`,
    those that no other stands for."""
    upper = status.upper()
    if upper.endswith("XX"):
        return [code for code in answered if code[:1] == upper[:1]]
    if status == "default":
        others = {each.upper() for each in declared}
        return [c for c in answered if c not in others and f"{c[:1]}XX" not in others]
    return [code for code in answered if code == status]

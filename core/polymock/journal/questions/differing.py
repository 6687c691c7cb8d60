"""Two parts of the traffic compared, operation by operation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from polymock.errors import CommandError
from polymock.journal.reading import Reading
from polymock.journal.selecting import Chosen, choose
from polymock_schemas.calls import Violation
from polymock_schemas.journal_questions import Selection
from polymock_schemas.log_questions import Change, Diff, DiffQuery, Figures, OperationDiff, Side

_SESSION = "session:"
_CLEAR, _PROBABLE = 0.001, 0.05
_CALLS_FACTOR, _LATENCY_FACTOR, _LATENCY_CALLS = 1.2, 1.15, 8
_TESTS = 5


class Tally:
    """Counts of an operation; logarithms are of latencies in microseconds."""

    def __init__(self) -> None:
        self.calls = self.errors = self.violated = 0
        self.log_sum = self.log_squares = 0.0
        self.statuses: dict[int, int] = {}
        self.quantiles: Sequence[float] = (0.0, 0.0, 0.0)
        self.first: datetime | None = None
        self.last: datetime | None = None

    def add(self, status: int, counts: _Counts) -> None:
        """The calls that were answered with a status."""
        self.calls += counts.calls
        self.errors += counts.errors
        self.violated += counts.violated
        self.log_sum += counts.log_sum
        self.log_squares += counts.log_squares
        self.statuses[status] = self.statuses.get(status, 0) + counts.calls
        self.first = min(self.first or counts.first, counts.first)
        self.last = max(self.last or counts.last, counts.last)

    @property
    def log_mean(self) -> float:
        """The mean of the logarithms."""
        return self.log_sum / self.calls

    @property
    def log_variance(self) -> float:
        """Their variance."""
        square = self.log_squares - self.log_sum**2 / self.calls
        return max(square, 0.0) / max(self.calls - 1, 1)


class _Counts(NamedTuple):
    calls: int
    errors: int
    violated: int
    log_sum: float
    log_squares: float
    first: datetime
    last: datetime


_ALL = ("", "*")


def diff(reading: Reading, query: DiffQuery) -> Diff:
    """What differs. Raises CommandError where a part is none, JournalError."""
    now = datetime.now(UTC)
    (one, first), (other, second) = (
        _part(reading, query, name, now) for name in ("before", "after")
    )
    keys = sorted({*first, *second} - {_ALL})
    tests = _TESTS * (len(keys) + 1)
    found = [_compared(key, first.get(key), second.get(key), (one, other), tests) for key in keys]
    total = _compared(_ALL, first.get(_ALL), second.get(_ALL), (one, other), tests)
    same = [operation for operation in found if operation.state == "same"]
    kept = found if query.all else [each for each in found if each.state != "same"]
    order = {"new": 0, "gone": 1, "changed": 2, "same": 3}
    kept.sort(key=lambda each: (order[each.state], -len(each.changes), each.mock, each.operation))
    return Diff(one, other, total, tuple(kept), len(same))


def _part(
    reading: Reading, query: DiffQuery, name: str, now: datetime
) -> tuple[Side, dict[tuple[str, str], Tally]]:
    text = getattr(query, name)
    chosen = _chosen(query, name, text, now)
    tallies: dict[tuple[str, str], Tally] = {}
    for mock, operation, status, *counts in reading.rows(
        "SELECT mock, operation, status, count(*), count(*) FILTER (outcome <> 'ok'), "
        "count(*) FILTER (len(violations) > 0), sum(ln(greatest(latency_us, 1))), "
        "sum(ln(greatest(latency_us, 1)) ** 2), min(ts), max(ts) "
        f"FROM requests r WHERE {chosen.where} GROUP BY ALL",
        chosen.parameters,
    ):
        for key in ((mock, operation), _ALL):
            tallies.setdefault(key, Tally()).add(status, _Counts(*counts))
    # As FLOAT they take a third of the memory, and are as exact as is told.
    quantiles = "quantile_disc(CAST(latency_us AS FLOAT), [0.5, 0.95, 0.99])"
    for mock, operation, found in reading.rows(
        f"SELECT mock, operation, {quantiles} FROM requests r WHERE {chosen.where} GROUP BY ALL "
        f"UNION ALL SELECT '', '*', {quantiles} FROM requests r WHERE {chosen.where}",
        chosen.parameters,
    ):
        if (mock, operation) in tallies:
            tallies[mock, operation].quantiles = found
    if not tallies:
        _check_session(reading, name, chosen)
    total = tallies.get(_ALL, Tally())
    seconds = _seconds(chosen, total, now)
    return Side(text, _utc(total.first), _utc(total.last), total.calls, seconds), tallies


def _chosen(query: DiffQuery, name: str, text: str, now: datetime) -> Chosen:
    given: dict[str, str | None] = {}
    if text.startswith(_SESSION):
        given["session"] = text.removeprefix(_SESSION)
    else:
        since, dots, until = text.partition("..")
        if not dots:
            why = f"{text!r} is neither FROM..TO nor session:NAME"
            raise CommandError(
                f"{name}: {why}.",
                "Write 2h..1h, 2026-03-01..2026-03-02, 1h.. or session:NAME.",
                "wrong",
                [Violation(name, why)],
            )
        given.update(since=since.strip() or None, until=until.strip() or None)
    return choose(
        Selection(mock=query.mock, operation=query.operation, principal=query.principal, **given),
        now=now,
    )


def _check_session(reading: Reading, name: str, chosen: Chosen) -> None:
    """Refuse a session that no call has, as a misspelt one would differ in nothing from another."""
    session = chosen.parameters.get("session")
    if session and not reading.rows(
        "SELECT 1 FROM requests r WHERE r.session = $session LIMIT 1", {"session": session}
    ):
        why = f"no call has the session {session[:100]!r}"
        hint = "`logs sql` tells which there are: select distinct session from requests"
        raise CommandError(f"{name}: {why}.", hint, "wrong", [Violation(name, why)])


def _seconds(chosen: Chosen, total: Tally, now: datetime) -> float | None:
    """How long a part is; None of a session, as it lasts as long as its test takes."""
    if "session" in chosen.parameters:
        return None
    first, last = _utc(total.first), _utc(total.last)
    since = chosen.since or first
    until = min(chosen.until, now) if chosen.until else last
    if since is None or until is None:
        return None
    return max((until - since).total_seconds(), 1.0)


def _compared(
    key: tuple[str, str],
    first: Tally | None,
    second: Tally | None,
    sides: tuple[Side, Side],
    tests: int,
) -> OperationDiff:
    before = _figures(first, sides[0]) if first else None
    after = _figures(second, sides[1]) if second else None
    state: Literal["new", "gone", "changed", "same"] = "same"
    changes: tuple[Change, ...] = ()
    if first and second:
        changes = tuple(_changes(first, second, sides, tests))
        state = "changed" if changes else "same"
    elif first or second:
        state = "gone" if first else "new"
    return OperationDiff(key[0], key[1], state, before, after, changes)


def _changes(first: Tally, second: Tally, sides: tuple[Side, Side], tests: int) -> Iterator[Change]:
    spans = (sides[0].seconds or 1.0, sides[1].seconds or 1.0)
    if sides[0].seconds is None or sides[1].seconds is None:
        spans = (1.0, 1.0)
    rates = (first.calls / spans[0], second.calls / spans[1])
    share = spans[1] / (spans[0] + spans[1])
    calls = first.calls + second.calls
    statistic = _likelihood((first.calls, second.calls), (calls * (1 - share), calls * share))
    factor = rates[1] / rates[0]
    if max(factor, 1 / factor) >= _CALLS_FACTOR:
        timed = spans != (1.0, 1.0)
        words = f"called {factor:.3g} times as often: " + (
            f"{_number(rates[1] * 60)} a minute, before {_number(rates[0] * 60)}"
            if timed
            else f"{second.calls:,} times, before {first.calls:,}"
        )
        yield from _told("calls", words, statistic, 1, tests)
    for measure, one, other, words in (
        ("errors", first.errors, second.errors, "failed"),
        ("violations", first.violated, second.violated, "broke the contract"),
    ):
        statistic = _table([[one, first.calls - one], [other, second.calls - other]])
        told = (
            f"{words} in {_percent(other, second.calls)} of the calls, "
            f"before {_percent(one, first.calls)}"
        )
        yield from _told(measure, told, statistic, 1, tests)
    yield from _latency(first, second, tests)
    codes = sorted({*first.statuses, *second.statuses})
    counts = [[side.statuses.get(code, 0) for code in codes] for side in (first, second)]
    if len(codes) > 1:
        told = ", ".join(
            f"{code} {_percent(after, second.calls)}, before {_percent(before, first.calls)}"
            for code, before, after in zip(codes, *counts, strict=True)
            if abs(after / second.calls - before / first.calls) >= 0.005
        )
        if told:
            statistic = _table(counts)
            yield from _told("statuses", f"statuses: {told}", statistic, len(codes) - 1, tests)


def _latency(first: Tally, second: Tally, tests: int) -> Iterator[Change]:
    if min(first.calls, second.calls) < _LATENCY_CALLS:
        return
    error = math.sqrt(first.log_variance / first.calls + second.log_variance / second.calls + 1e-6)
    statistic = ((second.log_mean - first.log_mean) / error) ** 2
    factor = math.exp(second.log_mean - first.log_mean)
    if max(factor, 1 / factor) < _LATENCY_FACTOR:
        return
    way = "slower" if factor > 1 else "faster"
    told = (
        f"{way}: p50 {_ms(second, 0)} ms, before {_ms(first, 0)}; "
        f"p95 {_ms(second, 1)} ms, before {_ms(first, 1)}"
    )
    yield from _told("latency", told, statistic, 1, tests)


def _told(measure: Any, words: str, statistic: float, freedom: int, tests: int) -> Iterator[Change]:
    chance = _chance(statistic, freedom) * tests
    if chance < _CLEAR:
        yield Change(measure, "clear", words)
    elif chance < _PROBABLE:
        yield Change(measure, "probable", words)


def _figures(tally: Tally, side: Side) -> Figures:
    calls = tally.calls
    rate = calls / side.seconds * 60 if side.seconds else None
    p50, p95, p99 = (value / 1000 for value in tally.quantiles)
    statuses = {str(code): number for code, number in sorted(tally.statuses.items())}
    return Figures(
        calls, rate, tally.errors / calls, tally.violated / calls, p50, p95, p99, statuses
    )


def _likelihood(seen: Sequence[float], expected: Sequence[float]) -> float:
    """The G statistic of counts where others were expected."""
    return 2 * sum(
        one * math.log(one / other) for one, other in zip(seen, expected, strict=True) if one
    )


def _table(counts: Sequence[Sequence[int]]) -> float:
    """The G statistic of a table of two rows: whether both are of one mix."""
    rows = [sum(row) for row in counts]
    columns = [sum(column) for column in zip(*counts, strict=True)]
    total = sum(rows)
    return sum(
        _likelihood(row, [rows[at] * column / total for column in columns])
        for at, row in enumerate(counts)
    )


def _chance(statistic: float, freedom: int) -> float:
    """How probable a chi-squared variable so large is; by Wilson and Hilferty for many degrees."""
    statistic = max(statistic, 0.0)
    if freedom == 1:
        return math.erfc(math.sqrt(statistic / 2))
    scale = 2 / (9 * freedom)
    normal = ((statistic / freedom) ** (1 / 3) - (1 - scale)) / math.sqrt(scale)
    return 0.5 * math.erfc(normal / math.sqrt(2))


def _ms(tally: Tally, at: int) -> str:
    return _number(tally.quantiles[at] / 1000)


def _percent(part: int, whole: int) -> str:
    return f"{_number(part / whole * 100)} %"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None else None

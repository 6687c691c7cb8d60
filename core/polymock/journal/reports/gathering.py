"""The figures of a report, gathered from the journal in a few passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from polymock.journal.reading import Reading
from polymock.journal.reports.answers import MOCK, OPERATION, Answer, figures, read_answers
from polymock.journal.reports.callers import Of, who_calls
from polymock.journal.reports.emptiness import hints
from polymock.journal.reports.failures import error_classes, slowest
from polymock.journal.reports.percentiles import BUCKETS, EXACT_CALLS, error, percentiles
from polymock.journal.reports.timelines import timeline
from polymock.journal.selecting import Chosen, choose, stored
from polymock_schemas.journal.figures import QUANTILES
from polymock_schemas.journal_questions import Selection
from polymock_schemas.log_reports import (
    Figures,
    MockFigures,
    OperationFigures,
    Report,
    ReportQuery,
)

PASSES = 5

Progress = Callable[[float, float | None, str], None]
"""Told how many passes are done, of how many, and what comes next."""


def _silent(_done: float, _total: float | None, _words: str) -> None:
    """Progress that nobody hears of."""


def gather(
    reading: Reading,
    query: ReportQuery,
    progress: Progress = _silent,
    now: datetime | None = None,
) -> Report:
    """The report that a query asks for, without its document. Raises CommandError, JournalError."""
    now = now if now is not None else datetime.now(UTC)
    selection = msgspec.convert(query, Selection, from_attributes=True)
    chosen = choose(selection, now=now)
    since, until = _time(reading, chosen)
    progress(0, PASSES, "answers")
    answers = read_answers(reading, chosen)
    report = Report(
        made=now,
        selection=selection,
        since=since,
        until=until,
        seconds=0.0,
        total=None,
        dropped=_dropped(reading, chosen),
    )
    if not answers or since is None or until is None:
        return msgspec.structs.replace(report, hints=hints(reading, selection, since, until))
    return _filled(reading, query.most, chosen, answers, report, progress)


def _filled(
    reading: Reading,
    most: int,
    chosen: Chosen,
    answers: Sequence[Answer],
    report: Report,
    progress: Progress,
) -> Report:
    since, until = report.since, report.until
    assert since is not None and until is not None
    seconds = (until - since).total_seconds()
    calls = sum(answer.calls for answer in answers)
    exact = calls <= EXACT_CALLS
    buckets = None if exact else BUCKETS
    progress(1, PASSES, "latencies")
    latencies = percentiles(
        reading, chosen, (MOCK, OPERATION), QUANTILES, buckets=buckets, levels=(0, 1)
    )

    def of(part: Sequence[Answer], *key: int | None) -> Figures:
        return figures(part, latencies[key], calls, seconds)

    mocks = _grouped(answers, lambda each: (each.mock, each.protocol))
    operations = _grouped(answers, lambda each: (each.mock, each.protocol, each.operation))
    progress(2, PASSES, "time")
    steps = timeline(reading, chosen, since, until, exact=exact)
    progress(3, PASSES, "callers")
    calling = who_calls(reading, chosen, most, Of(calls, seconds, buckets))
    progress(4, PASSES, "failures")
    errors = error_classes(reading, answers, most, chosen)
    left_out = {
        "operations": len(operations) - most,
        **calling.left_out,
        "errors": sum(answer.outcome != "ok" for answer in answers) - len(errors),
    }
    return msgspec.structs.replace(
        report,
        seconds=seconds,
        total=of(answers, None, None),
        mocks=tuple(
            MockFigures(mock, protocol, of(part, part[0].mock_key, None))
            for (mock, protocol), part in mocks
        ),
        operations=tuple(
            OperationFigures(
                mock, protocol, operation, of(part, part[0].mock_key, part[0].operation_key)
            )
            for (mock, protocol, operation), part in operations[:most]
        ),
        principals=calling.principals,
        sessions=calling.sessions,
        callers=calling.callers,
        errors=errors,
        slowest=slowest(reading, chosen, most),
        timeline=steps,
        left_out={name: number for name, number in left_out.items() if number > 0},
        latency_error=error(buckets),
    )


def _time(reading: Reading, chosen: Chosen) -> tuple[datetime | None, datetime | None]:
    """The time that was asked about, as far as the journal has it; (None, None): it is empty."""
    first, last = reading.rows("SELECT min(r.ts), max(r.ts) FROM requests r")[0]
    if first is None:
        return None, None
    since, until = first.replace(tzinfo=UTC), last.replace(tzinfo=UTC)
    if chosen.since is not None:
        since = max(since, chosen.since)
    if chosen.until is not None:
        until = min(until, chosen.until)
    return since, max(since, until)


def _dropped(reading: Reading, chosen: Chosen) -> int:
    conditions = ["TRUE"]
    given: dict[str, Any] = {}
    if chosen.since is not None:
        conditions.append("ts >= $since")
        given["since"] = stored(chosen.since)
    if chosen.until is not None:
        conditions.append("ts < $until")
        given["until"] = stored(chosen.until)
    where = " AND ".join(conditions)
    return int(
        reading.rows(f"SELECT coalesce(sum(dropped), 0) FROM journal_gaps WHERE {where}", given)[0][
            0
        ]
    )


def _grouped(
    answers: Sequence[Answer], key: Callable[[Answer], tuple[str, ...]]
) -> list[tuple[tuple[str, ...], list[Answer]]]:
    """The answers by key; the key with the most calls first."""
    found: dict[tuple[str, ...], list[Answer]] = {}
    for answer in answers:
        found.setdefault(key(answer), []).append(answer)
    return sorted(found.items(), key=lambda each: (-sum(a.calls for a in each[1]), each[0]))

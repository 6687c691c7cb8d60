"""What was answered: calls that are alike in mock, operation and answer, counted in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from polymock.journal.reading import Reading
from polymock.journal.selecting import Chosen
from polymock_schemas.log_reports import Figures, Latency, Sizes

MOCK = "hash(r.mock, r.protocol)"
OPERATION = "hash(r.mock, r.protocol, r.operation)"
"""What tells mocks and operations apart: numbers, as grouping by texts takes much longer."""


class Answer(NamedTuple):
    """Calls that are alike, and their sums; `first_ts` and `last_ts` as stored. `mock_key` and
    `operation_key` are MOCK and OPERATION of them."""

    mock: str
    protocol: str
    operation: str
    status: int
    outcome: str
    source: str
    calls: int
    latency_sum: int
    latency_max: int
    request_bytes: int
    response_bytes: int
    largest_request: int
    largest_response: int
    first_ts: datetime
    last_ts: datetime
    mock_key: int
    operation_key: int


def read_answers(reading: Reading, chosen: Chosen) -> list[Answer]:
    """All answers to the chosen calls."""
    rows = reading.rows(
        f"""
        SELECT any_value(r.mock), any_value(r.protocol), any_value(r.operation),
            any_value(r.status), any_value(r.outcome), any_value(r.source), count(*),
            CAST(sum(r.latency_us) AS BIGINT), max(r.latency_us),
            CAST(sum(r.request_bytes) AS BIGINT), CAST(sum(r.response_bytes) AS BIGINT),
            max(r.request_bytes), max(r.response_bytes), min(r.ts), max(r.ts),
            hash(any_value(r.mock), any_value(r.protocol)),
            hash(any_value(r.mock), any_value(r.protocol), any_value(r.operation))
        FROM requests r WHERE {chosen.where}
        GROUP BY hash(r.mock, r.protocol, r.operation, r.status, r.outcome, r.source)
        """,
        chosen.parameters,
    )
    return [Answer(*row) for row in rows]


def figures(
    answers: Sequence[Answer], quantiles: tuple[int, ...], calls: int, seconds: float
) -> Figures:
    """The figures of some answers, with the quantiles of their latencies, of `calls` in all."""
    mine = sum(answer.calls for answer in answers)
    errors = sum(answer.calls for answer in answers if answer.outcome != "ok")
    return Figures(
        calls=mine,
        share=mine / calls,
        per_second=mine / seconds if seconds else 0.0,
        errors=errors,
        error_ratio=errors / mine,
        latency=latency_of(
            sum(answer.latency_sum for answer in answers) / mine,
            quantiles,
            max(answer.latency_max for answer in answers),
        ),
        sizes=Sizes(
            sum(answer.request_bytes for answer in answers),
            sum(answer.response_bytes for answer in answers),
            max(answer.largest_request for answer in answers),
            max(answer.largest_response for answer in answers),
        ),
        outcomes=_counted(answers, lambda each: each.outcome),
        sources=_counted(answers, lambda each: each.source or "server"),
        statuses=_counted(answers, status_of),
        first_ts=utc(min(answer.first_ts for answer in answers)),
        last_ts=utc(max(answer.last_ts for answer in answers)),
    )


def latency_of(mean: float, quantiles: tuple[int, ...], slowest: int) -> Latency:
    """Latencies, none of which is above the slowest, be they rounded as they may."""
    p50, p90, p95, p99 = (min(each, slowest) for each in quantiles)
    return Latency(round(mean), p50, p90, p95, p99, slowest)


def status_of(answer: Answer) -> str:
    """The status as it is told apart: `404`, and of gRPC `grpc 5`."""
    return f"grpc {answer.status}" if answer.protocol == "grpc" else str(answer.status)


def utc(stored: datetime) -> datetime:
    """An instant of the journal, saying that it is UTC."""
    return stored.replace(tzinfo=UTC)


def _counted(answers: Sequence[Answer], key: Callable[[Answer], str]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for answer in answers:
        found[key(answer)] += answer.calls
    return dict(found.most_common())

"""The time of a report in steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from polymock.journal.reading import Reading
from polymock.journal.reports.percentiles import BUCKETS, percentiles
from polymock.journal.selecting import Chosen
from polymock_schemas.log_reports import Step, Timeline

MOST_STEPS = 90
STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10_800, 21_600, 43_200),
    *(86_400, 7 * 86_400, 28 * 86_400, 364 * 86_400),
)
"""Seconds; steps that people read times in."""
SAMPLED = "epoch_us(r.ts) % 8 = 0"
"""Where there are many calls, latencies over time are those of one in eight."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timeline(
    reading: Reading, chosen: Chosen, since: datetime, until: datetime, *, exact: bool
) -> Timeline:
    """The time from `since` to `until` in steps, each with what came in it."""
    seconds = step_of(since, until)
    key = f"epoch_us(r.ts) // {seconds * 1_000_000}"
    counted = reading.rows(
        f"""
        SELECT {key} AS step, count(*), count_if(r.outcome = 'client_error'),
            count_if(r.outcome = 'server_error'), count_if(r.outcome = 'fault')
        FROM requests r WHERE {chosen.where} GROUP BY step
        """,
        chosen.parameters,
    )
    counts = {row[0]: row[1:] for row in counted}
    latencies = percentiles(
        reading,
        chosen if exact else chosen.also(SAMPLED),
        (key,),
        (0.5, 0.95),
        buckets=None if exact else BUCKETS,
    )
    first = _number(since, seconds)
    last = max(first, _number(until - timedelta(microseconds=1), seconds), *counts)
    return Timeline(
        seconds,
        tuple(
            Step(
                EPOCH + timedelta(seconds=number * seconds),
                *counts.get(number, (0, 0, 0, 0)),
                *latencies.get((number,), (0, 0)),
            )
            for number in range(first, last + 1)
        ),
    )


def step_of(since: datetime, until: datetime) -> int:
    """How many seconds a step of a time is, so that there are not too many of them."""
    span = (until - since).total_seconds()
    return next((step for step in STEPS if span / step <= MOST_STEPS), STEPS[-1])


def _number(instant: datetime, seconds: int) -> int:
    return (instant - EPOCH) // timedelta(seconds=seconds)

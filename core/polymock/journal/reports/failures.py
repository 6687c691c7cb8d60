"""What fails, and what is slow."""

from __future__ import annotations

from collections.abc import Sequence

from polymock.journal.reading import Reading
from polymock.journal.reports.answers import Answer, utc
from polymock.journal.selecting import Chosen
from polymock_schemas.log_reports import ErrorClass, SlowCall

LONGEST = 300
"""Characters of a path or a reason that are shown."""

Key = tuple[object, ...]


def error_classes(
    reading: Reading, answers: Sequence[Answer], most: int, chosen: Chosen
) -> tuple[ErrorClass, ...]:
    """The most frequent answers other than ok, and what the last of each broke."""
    failed = [answer for answer in answers if answer.outcome != "ok"]
    whole = sum(answer.calls for answer in failed)
    failed.sort(key=lambda each: (-each.calls, each.mock, each.operation, each.status))
    shown = failed[:most]
    last = _last_of(reading, shown, chosen)
    found = []
    for answer in shown:
        id_, why = last.get(_key(answer), ("", ""))
        found.append(
            ErrorClass(
                answer.mock,
                answer.protocol,
                answer.operation,
                answer.status,
                answer.outcome,
                answer.source,
                answer.calls,
                answer.calls / whole,
                utc(answer.last_ts),
                id_,
                why,
            )
        )
    return tuple(found)


def _key(answer: Answer) -> Key:
    return (*answer[:6], answer.last_ts)


def _last_of(
    reading: Reading, shown: Sequence[Answer], chosen: Chosen
) -> dict[Key, tuple[str, str]]:
    """Id and first violation of the last call of each answer."""
    if not shown:
        return {}
    wanted = ", ".join(f"$ts{number}" for number in range(len(shown)))
    picked = chosen.also(
        f"r.outcome <> 'ok' AND r.ts IN ({wanted})",
        **{f"ts{number}": answer.last_ts for number, answer in enumerate(shown)},
    )
    rows = reading.rows(
        f"""
        SELECT r.mock, r.protocol, r.operation, r.status, r.outcome, r.source, r.ts,
            CAST(r.id AS VARCHAR), left(r.violations[1].location, {LONGEST}),
            left(r.violations[1].message, {LONGEST})
        FROM requests r WHERE {picked.where}
        """,
        picked.parameters,
    )
    return {
        tuple(row[:7]): (row[7], f"{row[8]}: {row[9]}".removeprefix(": ") if row[9] else "")
        for row in rows
    }


def slowest(reading: Reading, chosen: Chosen, most: int) -> tuple[SlowCall, ...]:
    """The calls that took longest."""
    rows = reading.rows(
        f"""
        SELECT CAST(r.id AS VARCHAR), r.ts, r.mock, r.protocol, r.operation, r.method,
            left(r.path, {LONGEST}), r.status, r.outcome, r.source, r.principal, r.client,
            r.latency_us
        FROM requests r WHERE {chosen.where} ORDER BY r.latency_us DESC, r.ts LIMIT {most}
        """,
        chosen.parameters,
    )
    return tuple(SlowCall(id_, utc(ts), *rest) for id_, ts, *rest in rows)

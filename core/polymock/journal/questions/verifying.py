"""Whether something was called, and how often."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from polymock.errors import CommandError
from polymock.journal.questions.matching import Matcher, Seen, failures, matchers, path_pattern
from polymock.journal.reading import Reading
from polymock_schemas.calls import Violation
from polymock_schemas.log_questions import (
    Calls,
    NearMiss,
    SeenCall,
    Verification,
    VerifyQuery,
)

SHOWN = 20
_NEAREST = 3
_LOOKED_AT = 5_000
_COLUMNS = (
    "CAST(r.id AS VARCHAR), r.ts, r.method, r.path, r.operation, r.status, r.session, r.outcome, "
    "r.client, r.query, CAST(r.request_headers AS VARCHAR), r.request_body, r.truncated"
)
_QUICK = ("method", "status", "outcome", "client")


def verify(
    reading: Reading, query: VerifyQuery, where: str, parameters: dict[str, Any]
) -> Verification:
    """Count the calls that are as asked, among those that a condition on `requests r` chooses.

    Raises CommandError where nothing is asked, or the numbers contradict one another; JournalError.
    """
    if query == VerifyQuery():
        why = "it does not say what should have been called"
        raise CommandError(
            f"{why[0].upper()}{why[1:]}.",
            "Say what: method, path, operation, session, body or another of its conditions.",
            "wrong",
            [Violation("", why)],
        )
    least, most = bounds(query)
    asked = matchers(query)
    count, calls = 0, []
    for seen in _rows(reading, query, where, parameters):
        if not failures(asked, seen):
            count += 1
            if count <= SHOWN:
                calls.append(_call(seen))
    holds = least <= count and (most is None or count <= most)
    near = () if holds or count >= least else nearest(reading, asked, where, parameters)
    wanted = _wanted(least, most)
    return Verification(holds, _summary(count, wanted, near), wanted, count, tuple(calls), near)


def bounds(query: VerifyQuery) -> tuple[int, int | None]:
    """How many calls there should be: at least, and at most (None: any number)."""
    given = [
        name for name in ("times", "at_least", "at_most") if getattr(query, name) is not None
    ] + (["never"] if query.never else [])
    if ("times" in given or "never" in given) and len(given) > 1:
        raise _contradiction(given[0], f"{' and '.join(given)} exclude each other")
    if query.never:
        return 0, 0
    if query.times is not None:
        return query.times, query.times
    if query.at_least is not None and query.at_most is not None and query.at_least > query.at_most:
        raise _contradiction("at_least", "at_least is more than at_most")
    if query.at_most is not None:
        return query.at_least or 0, query.at_most
    return (query.at_least if query.at_least is not None else 1), None


def quick_condition(query: Calls, parameters: dict[str, Any]) -> str:
    """What is asked of a call as far as DuckDB can tell quickly; adds its parameters."""
    conditions = []
    for name in _QUICK:
        wanted = getattr(query, name)
        if wanted is not None:
            conditions.append(f"r.{name} = $q_{name}")
            parameters[f"q_{name}"] = wanted.upper() if name == "method" else wanted
    if query.path is not None and "%" not in query.path:
        conditions.append("(contains(r.path, '%') OR regexp_full_match(r.path, $q_path, 's'))")
        parameters["q_path"] = path_pattern(query.path)
    return " AND ".join(conditions) or "TRUE"


def nearest(
    reading: Reading, asked: list[Matcher], where: str, parameters: dict[str, Any]
) -> tuple[NearMiss, ...]:
    """Of the latest calls those that differ in the least, one of a kind."""
    rows = reading.stream(
        f"SELECT {_COLUMNS} FROM requests r WHERE {where} ORDER BY r.ts DESC LIMIT {_LOOKED_AT}",
        parameters,
    )
    kinds: dict[tuple[str, ...], tuple[float, Seen]] = {}
    for row in rows:
        seen = Seen(*row)
        differs = tuple(failures(asked, seen))
        if differs and differs not in kinds:
            kinds[differs] = (_distance(differs), seen)
    best = heapq.nsmallest(_NEAREST, kinds.items(), key=lambda item: item[1][0])
    return tuple(NearMiss(_call(seen), differs) for differs, (_, seen) in best)


def _rows(
    reading: Reading, query: VerifyQuery, where: str, parameters: dict[str, Any]
) -> Iterator[Seen]:
    given = dict(parameters)
    condition = f"{where} AND {quick_condition(query, given)}"
    rows = reading.stream(f"SELECT {_COLUMNS} FROM requests r WHERE {condition}", given)
    return (Seen(*row) for row in rows)


def _distance(differs: tuple[str, ...]) -> float:
    """How far a call is from the one wanted: each difference counts, less where texts are alike."""
    return sum(_unlike(told) for told in differs)


def _unlike(told: str) -> float:
    name, _, rest = told.partition(": ")
    seen, _, wanted = rest.rpartition(", wanted ")
    if not name.startswith(("path", "method")):
        return 0.6 if "/" in name else 0.8
    alike = difflib.SequenceMatcher(None, seen[:200], wanted[:200], autojunk=False).ratio()
    return 1.5 - alike if name == "path" else 1.0


def _call(seen: Seen) -> SeenCall:
    return SeenCall(seen.id, seen.ts.replace(tzinfo=UTC), *seen[2:7])


def _wanted(least: int, most: int | None) -> str:
    if most == 0:
        return "never"
    if most is None:
        return f"at least {_times(least)}"
    if least == most:
        return f"exactly {_times(least)}"
    return f"at most {_times(most)}" if not least else f"{least} to {_times(most)}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _summary(count: int, wanted: str, near: tuple[NearMiss, ...]) -> str:
    seen = "never called" if not count else f"called {_times(count)}"
    told = f"It was {seen}; wanted: {wanted}."
    if near:
        call = near[0].call
        told += f" Nearest: {call.method} {call.path}, but {'; '.join(near[0].differs)}."
    return told


def _contradiction(name: str, why: str) -> CommandError:
    return CommandError(f"{name}: {why}.", "Give one of them.", "wrong", [Violation(name, why)])

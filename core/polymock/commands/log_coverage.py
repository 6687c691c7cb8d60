"""How much of the contracts the recorded traffic exercised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from polymock.commands.context import Context
from polymock.errors import CommandError
from polymock.journal.coverage.answering import LOOKING_SECONDS, Findings, Patience, Question, Range
from polymock.journal.coverage.junit import ALL, junit
from polymock.journal.selecting import choose, stored
from polymock_schemas.journal_questions import Selection
from polymock_schemas.log_coverage import (
    MAX_PARTS,
    CoverageFigure,
    CoverageParams,
    CoverageResult,
    CoveredPart,
)

LONGEST_SECONDS = 20.0
"""So long exchanges are looked into where the parts known to be exercised are not enough."""
_HUNDRED = 100.0


def measure(context: Context, params: CoverageParams) -> CoverageResult:
    """Which parts of the contracts were exercised. Raises CommandError, JournalError."""
    chosen = choose(
        Selection(
            mock=params.mock,
            operation=params.operation,
            session=params.session,
            since=params.since,
            until=params.until,
        )
    )
    asked = Range(
        _stored(chosen.since), _stored(chosen.until), params.mock, params.operation, params.session
    )
    limit = params.fail_under

    def rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        return context.journal.rows(statement, parameters)

    question = Question(rows, asked)
    patience = Patience(
        LOOKING_SECONDS,
        LONGEST_SECONDS,
        None if limit is None else lambda parts: _percent(_wanted(parts, params)) >= limit,
    )
    findings = question.answer(chosen.where, dict(chosen.parameters), patience)
    if not findings.parts:
        raise _nothing(params)
    return _result(findings, params)


def is_below(result: CoverageResult, _params: CoverageParams) -> bool:
    """Whether less was exercised than was asked for."""
    return result.failed


def _result(findings: Findings, params: CoverageParams) -> CoverageResult:
    parts = _wanted(findings.parts, params)
    percent = _percent(parts)
    listed = parts if params.covered else list(_missing(parts))
    limit = params.fail_under
    result = CoverageResult(
        percent=_rounded(percent),
        figures=tuple(_figures(parts)),
        parts=tuple(listed[: params.limit]),
        left_out=max(0, len(listed) - params.limit),
        unseen=findings.unseen,
        notes=tuple(_notes(findings)),
        fail_under=limit,
        failed=limit is not None and percent < limit,
    )
    if params.format != "junit":
        return result
    cases = replace(result, parts=tuple(parts[:MAX_PARTS]))
    return replace(result, document=junit(cases))


def _wanted(parts: Iterable[CoveredPart], params: CoverageParams) -> list[CoveredPart]:
    """The parts of the kinds that are asked for, those of an operation one after the other."""
    wanted = [part for part in parts if not params.kind or part.kind in params.kind]
    return sorted(wanted, key=lambda part: (part.mock, part.operation, _KINDS.index(part.kind)))


def _missing(parts: Sequence[CoveredPart]) -> Iterable[CoveredPart]:
    """What was never exercised; of an operation that was never called, no more than that."""
    uncalled = {
        (part.mock, part.operation)
        for part in parts
        if part.kind == "operation" and not part.covered
    }
    for part in parts:
        is_told = part.kind != "operation" and (part.mock, part.operation) in uncalled
        if not part.covered and not is_told:
            yield part


def _percent(parts: Sequence[CoveredPart]) -> float:
    return _HUNDRED * sum(part.covered for part in parts) / len(parts) if parts else _HUNDRED


def _rounded(percent: float) -> float:
    """To one place, but 100 where nothing is missing and there alone."""
    return percent if percent == _HUNDRED else min(round(percent, 1), 99.9)


def _figures(parts: Sequence[CoveredPart]) -> Iterable[CoverageFigure]:
    groups: dict[tuple[str, str], list[CoveredPart]] = {}
    for part in parts:
        groups.setdefault((part.mock, part.kind), []).append(part)
        groups.setdefault((part.mock, ALL), []).append(part)
    for (mock, kind), group in sorted(groups.items(), key=_order):
        covered = sum(part.covered for part in group)
        yield CoverageFigure(mock, kind, len(group), covered, _rounded(_percent(group)))


_KINDS = ("operation", "status", "parameter", "request", "response", "field", "argument", "input")


def _order(item: tuple[tuple[str, str], object]) -> tuple[str, int]:
    mock, kind = item[0]
    return mock, _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _notes(findings: Findings) -> Iterable[str]:
    if findings.unseen:
        yield (
            f"{findings.unseen} exchanges have not been looked into yet: what they exercised "
            "beside operations and statuses may be missing. A running server looks into them in "
            "the background; ask again, or for less"
        )
    for mock in findings.unlisted:
        yield (
            f"Of {mock} only operations and statuses are known here: a server that serves it "
            "tells the rest, where the protocol lists it"
        )


def _nothing(params: CoverageParams) -> CommandError:
    if params.operation is not None:
        what = f"There is no operation {params.operation[:200]!r}"
    elif params.mock is not None:
        what = f"There is no mock {params.mock[:200]!r}"
    else:
        return CommandError(
            "The journal knows no contract.", "Serve one: `polymock serve`.", "unavailable"
        )
    return CommandError(
        f"{what} in the journal.",
        'See which there are: polymock logs sql "select mock, operation from operations"',
        "unknown",
    )


def _stored(moment: datetime | None) -> datetime | None:
    return None if moment is None else stored(moment)

"""Answers to questions about the journal, printed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from polymock.output import print_lines, print_table, printable
from polymock_schemas.anomalies import AnomalyQuery, AnomalyReport
from polymock_schemas.log_questions import (
    Diff,
    DiffQuery,
    Export,
    ExportQuery,
    Figures,
    OperationDiff,
    Tail,
    TailedCall,
    TailQuery,
    UnmatchedCalls,
    UnmatchedQuery,
    Verification,
    VerifyQuery,
)

_WAIT = 10.0
FOLDER = "exports"
"""Where a server writes files, beside its journal."""


def show_anomalies(report: AnomalyReport, _params: AnomalyQuery) -> None:
    """Two lines for each anomaly: what it is, and the query that shows it."""
    lines = []
    for anomaly in report.anomalies:
        lines += [f"{anomaly.severity:<6}  {anomaly.kind}: {anomaly.summary}"]
        lines += [f"        {anomaly.evidence}"]
    if not lines:
        lines.append(f"Nothing is odd; {report.calls:,} calls were judged or compared with.")
    if report.more:
        lines.append(f"{report.more} more: --limit shows them.")
    print_lines([*lines, *report.notes])


def show_unmatched(found: UnmatchedCalls, _params: UnmatchedQuery) -> None:
    """A line for each sort of call, with what was meant below it."""
    lines = []
    for one in found.unmatched:
        lines.append(f"{one.calls:>6,} x  {one.method} {one.path}  ({one.mock}, {one.status})")
        near = f"nearest: {one.nearest} of {one.nearest_mock}; " if one.nearest else ""
        hint = one.hint if one.hint not in one.why else ""
        end = "" if one.why.endswith((".", "?", "!")) else "."
        lines.append(f"          {near}{one.why}{end} {hint}".rstrip())
    if not lines:
        lines.append("Every call was of an operation.")
    if found.kinds > len(found.unmatched):
        lines.append(f"{found.kinds - len(found.unmatched)} more: --limit shows them.")
    print_lines(lines)


def show_verification(result: Verification, _params: VerifyQuery) -> None:
    """Whether it holds, and what was called instead."""
    lines = [("Yes. " if result.holds else "No. ") + result.summary]
    if not result.holds:
        lines += [
            f"  {call.ts:%H:%M:%S}  {call.method} {call.path}  {call.status}"
            for call in result.calls
        ]
        for near in result.nearest:
            call = near.call
            lines.append(f"  near: {call.method} {call.path}  {call.status}  ({call.id})")
            lines += [f"        {told}" for told in near.differs]
    print_lines(lines)


def show_diff(diff: Diff, _params: DiffQuery) -> None:
    """The operations that came, went or changed, and in what."""
    lines = [
        f"before  {diff.before.name}: {diff.before.calls:,} calls",
        f"after   {diff.after.name}: {diff.after.calls:,} calls",
    ]
    total = [f"all     {change.summary} ({change.significance})" for change in diff.total.changes]
    print_lines([*lines, *total])
    for operation in diff.operations:
        print_lines([f"{operation.state:<7} {operation.operation or '(none)'} of {operation.mock}"])
        print_lines(f"        {told}" for told in _changes(operation))
    same = "1 operation is" if diff.same == 1 else f"{diff.same} operations are"
    print_lines([f"{same} as before."])


def show_tail(told: Tail, _params: TailQuery) -> None:
    """A line for each exchange."""
    rows = [_cells(call) for call in told.calls]
    if rows:
        print_table(("time", "mock", "call", "status", "ms", "operation"), rows)
    else:
        print_lines(["Nothing was called."])


def show_export(written: Export, params: ExportQuery) -> None:
    """Where the file is, and what is in it.

    A server of this machine wrote it beside its journal: it is brought to where it was asked for.
    Raises CommandError where that cannot be.
    """
    path = _fetched(Path(written.path), params)
    left_out = f", {written.left_out:,} like others left out" if written.left_out else ""
    print_lines([f"{path}: {written.exchanges:,} exchanges{left_out}, {written.bytes:,} bytes."])
    if written.note:
        sys.stderr.write(f"{printable(written.note)}\n")


def _fetched(path: Path, params: ExportQuery) -> Path:
    wanted = Path(params.output).expanduser().absolute()
    is_ours = path.parent.name == FOLDER and path.name == wanted.name and path != wanted
    if not is_ours or not path.is_file():
        return path
    # Imported here: where the file is already, it is not needed.
    from polymock.journal.exporting.files import replacing

    with replacing(wanted, force=params.force) as partial:
        shutil.copyfile(path, partial)
    path.unlink(missing_ok=True)
    return wanted


def follow_tail(ask: Callable[[Mapping[str, Any]], Any], params: TailQuery) -> None:
    """A line for each exchange, as they come; until it is interrupted."""
    for call in follow(ask, params):
        print_lines(["  ".join(_cells(call))])


def follow(ask: Callable[[Mapping[str, Any]], Any], params: TailQuery) -> Iterator[TailedCall]:
    """Exchanges as they come: `ask` answers the question with other parameters, again and again."""
    given = {
        name: value
        for name, value in msgspec.to_builtins(params).items()
        if value is not None and value != ""
    }
    while True:
        told = msgspec.convert(ask(given), Tail, from_attributes=True)
        yield from told.calls
        given |= {"after": told.cursor, "limit": 1000, "wait": _WAIT}


def _cells(call: TailedCall) -> tuple[str, ...]:
    query = f"?{call.query}" if call.query else ""
    return (
        f"{call.ts:%H:%M:%S.%f}"[:-3],
        call.mock,
        f"{call.method} {call.path}{query}",
        str(call.status),
        f"{call.latency_ms:.1f}",
        call.operation or "; ".join(call.violations) or "(none)",
    )


def _changes(operation: OperationDiff) -> Iterator[str]:
    for change in operation.changes:
        yield f"{change.summary} ({change.significance})"
    only = operation.after or operation.before
    if operation.state in ("new", "gone") and only is not None:
        yield _figures(only)


def _figures(figures: Figures) -> str:
    statuses = ", ".join(f"{code}: {count:,}" for code, count in figures.statuses.items())
    return (
        f"{figures.calls:,} calls ({statuses}), p50 {figures.p50_ms:.3g} ms, "
        f"p95 {figures.p95_ms:.3g} ms, {figures.errors:.1%} failed"
    )

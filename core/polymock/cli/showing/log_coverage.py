"""Coverage, printed: figures and what was never exercised, or the document that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from polymock.errors import CommandError
from polymock.journal.coverage.junit import told
from polymock.output import print_json, print_lines, print_table
from polymock_schemas.log_coverage import CoverageParams, CoverageResult, CoveredPart


def show_coverage(result: CoverageResult, params: CoverageParams) -> None:
    """Figures by mock and kind, then the parts that were never exercised; or the document."""
    if params.format in (None, "text"):
        _show_figures(result, params)
    elif params.format == "json":
        print_json(result)
    else:
        sys.stdout.write(result.document)


def document_for(result: CoverageResult, params: CoverageParams, file: Path) -> str:
    """JUnit XML or JSON, as `--format` or the file's name says. Raises CommandError where neither
    does."""
    is_json = params.format == "json" or (params.format is None and file.suffix == ".json")
    if not is_json and params.format != "junit":
        raise CommandError(
            "--output: nothing says in which form.",
            "Add `--format junit` or `--format json`.",
            "wrong",
        )
    sys.stderr.write(f"{_verdict(result)}\n")
    if is_json:
        return msgspec.json.format(msgspec.json.encode(result), indent=2).decode() + "\n"
    return result.document


def _show_figures(result: CoverageResult, params: CoverageParams) -> None:
    rows = [
        (each.mock, each.kind, f"{each.covered}/{each.parts}", f"{each.percent:g} %")
        for each in result.figures
    ]
    print_table(("mock", "part", "exercised", ""), rows)
    if result.parts:
        print_lines(["", "All parts:" if params.covered else "Never exercised:"])
        print_table(
            ("mock", "operation", "part", "name", *(("exercised",) if params.covered else ())),
            [tuple(_row(part, covered=params.covered)) for part in result.parts],
        )
    lines = [f"{result.left_out} more: --limit shows more."] if result.left_out else []
    lines += [f"{note}." for note in result.notes]
    print_lines([*lines, "", _verdict(result)] if lines or result.parts else [_verdict(result)])


def _row(part: CoveredPart, *, covered: bool) -> Iterator[str]:
    yield part.mock
    yield part.operation
    yield part.kind
    yield "" if part.kind == "operation" else told(part)
    if covered:
        yield "yes" if part.covered else "never"


def _verdict(result: CoverageResult) -> str:
    share = f"{result.percent:g} % exercised"
    if result.fail_under is None:
        return f"{share}."
    return f"{share}, {'less than' if result.failed else 'of'} {result.fail_under:g} % wanted."

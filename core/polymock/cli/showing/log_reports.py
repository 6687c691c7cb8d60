"""Reports, printed or written to a file."""

from __future__ import annotations

import sys
from pathlib import Path

from polymock.errors import CommandError
from polymock.journal.reports.writing import write
from polymock_schemas.calls import Violation
from polymock_schemas.log_reports import Format, Report, ReportQuery

_FORMS: dict[str, Format] = {
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
}


def show_report(report: Report, params: ReportQuery) -> None:
    """The report on standard output: as text, if no other form is asked for."""
    sys.stdout.write(report.document if params.format else write(report, "text"))


def report_for(report: Report, params: ReportQuery, file: Path) -> str:
    """The report as the file's name, or `--format`, asks for it. Raises CommandError."""
    return report.document if params.format else write(report, form_of(file))


def form_of(file: Path) -> Format:
    """The form that a file's name asks for; text where it has no ending.

    Raises CommandError where its ending asks for none.
    """
    ending = file.suffix.lower()
    if not ending:
        return "text"
    form = _FORMS.get(ending)
    if form is None:
        why = f"{str(file)[:200]!r} does not tell the format"
        hint = f"End it with {', '.join(_FORMS)}; or say --format."
        raise CommandError(f"--output: {why}.", hint, "wrong", [Violation("output", why)])
    return form

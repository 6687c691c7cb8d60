"""Reports, printed or written to a file."""

from __future__ import annotations

import sys
from pathlib import Path

from polymock.errors import CommandError
from polymock.journal.reports.wording import count
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
    """The report on standard output, or in the file that was named.

    Raises CommandError where it cannot be written.
    """
    form = params.format or form_of(params.output)
    document = report.document if params.format else write(report, form)
    if params.output is None:
        sys.stdout.write(document)
        return
    try:
        Path(params.output).expanduser().write_text(document, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(
            f"output: {params.output[:200]} cannot be written: {reason}.",
            "Name a file in a folder that you may write to.",
        ) from error
    calls = 0 if report.total is None else report.total.calls
    sys.stderr.write(f"{params.output} reports on {count(calls)} calls.\n")


def form_of(output: str | None) -> Format:
    """The form that a file's name asks for; text where there is no file, or no ending.

    Raises CommandError where its ending asks for none.
    """
    ending = "" if output is None else Path(output).suffix.lower()
    if output is None or not ending:
        return "text"
    form = _FORMS.get(ending)
    if form is None:
        why = f"{output[:200]!r} does not tell the format"
        hint = f"End it with {', '.join(_FORMS)}; or say --format."
        raise CommandError(f"output: {why}.", hint, "wrong", [Violation("output", why)])
    return form

"""A report in the form that is asked for."""

from __future__ import annotations

import msgspec

from polymock.journal.reports.html import write_html
from polymock.journal.reports.markdown import write_markdown
from polymock.journal.reports.text import write_text
from polymock_schemas.log_reports import Format, Report


def write(report: Report, form: Format | None) -> str:
    """The report as a document; "" where no form is asked for."""
    match form:
        case "text":
            return write_text(report)
        case "markdown":
            return write_markdown(report)
        case "html":
            return write_html(report)
        case "json":
            return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
        case _:
            return ""

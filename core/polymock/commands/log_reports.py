"""Reports on the traffic of a time."""

from __future__ import annotations

import msgspec

from polymock.commands.context import Context
from polymock.journal.reports.gathering import gather
from polymock.journal.reports.writing import write
from polymock.journal.selecting import check_names
from polymock_schemas.log_reports import Report, ReportQuery


def report(context: Context, params: ReportQuery) -> Report:
    """How traffic was. Raises CommandError, JournalError."""
    check_names(context.journal, params)
    found = gather(context.journal, params, context.progress)
    return msgspec.structs.replace(found, document=write(found, params.format))

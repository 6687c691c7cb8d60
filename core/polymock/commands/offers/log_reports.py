"""Reports on recorded traffic."""

from __future__ import annotations

from polymock.commands.command import Command, Route, Terminal
from polymock_schemas.log_reports import Report, ReportQuery

REPORT = Command(
    name="logs.report",
    summary="Tell how traffic was: calls, rates, latencies, errors, sizes, callers, slow calls.",
    help="In all, and per mock, operation, principal, session and step of time: as text, JSON, "
    "Markdown, or one HTML page with charts. In SQL: FROM report_operations(since := '1h')",
    params=ReportQuery,
    result=Report,
    run="polymock.commands.log_reports:report",
    place="journal",
    example={"mock": "shop", "since": "1h"},
    route=Route("GET", "/logs/report"),
    terminal=Terminal(
        show="polymock.cli.showing.log_reports:show_report",
        document="polymock.cli.showing.log_reports:report_for",
    ),
)

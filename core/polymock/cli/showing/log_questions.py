"""Answers to questions about the journal, printed."""

from __future__ import annotations

from polymock.output import print_lines
from polymock_schemas.anomalies import AnomalyQuery, AnomalyReport


def show_anomalies(report: AnomalyReport, _params: AnomalyQuery) -> None:
    """A line for each anomaly, and the query that shows it."""
    lines = []
    for anomaly in report.anomalies:
        lines += [f"{anomaly.severity:<6}  {anomaly.kind}: {anomaly.summary}"]
        lines += [f"        {anomaly.evidence}"]
    if not lines:
        lines.append(f"Nothing is odd in {report.calls:,} calls.")
    if report.more:
        lines.append(f"{report.more} more: --limit shows them.")
    print_lines([*lines, *report.notes])

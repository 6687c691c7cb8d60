"""Figures as people read them: counts, ratios, times, sizes, rates."""

from __future__ import annotations

from datetime import datetime, timedelta

from polymock.journal.reports.tables import cut
from polymock.output import printable
from polymock_schemas.log_reports import Report

_SHORT_UNITS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))
_SIZES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
LONGEST = 160
"""Columns of a text that are shown."""
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

EXPLANATIONS = (
    "Rates are over the time named above. Errors are answers other than ok: those that the caller "
    "caused (client), that the mock could not help (server), or that a stub asked for (fault).",
    "p95: 95 of 100 calls took at most this, from their arrival to the reply.",
)


def count(number: int) -> str:
    """`12,345`"""
    return f"{number:,}"


def short_count(number: float) -> str:
    """`12.3k`, for axes."""
    for factor, unit in _SHORT_UNITS:
        if number >= factor:
            return f"{_three(number / factor)}{unit}"
    return _three(number)


def percent(ratio: float) -> str:
    """`5.9 %`; what is not nothing, and not all, never looks so."""
    if 0 < ratio < 0.0005:
        return "<0.1 %"
    if 0.9995 <= ratio < 1:
        return ">99.9 %"
    return f"{ratio * 100:.0f} %" if ratio in (0, 1) else f"{ratio * 100:.1f} %"


def latency(microseconds: float) -> str:
    """`405 µs`, `1.34 ms`, `2.5 s`, `3 min 20 s`"""
    if microseconds < 999.5:
        return f"{microseconds:.0f} µs"
    if microseconds < 999_500:
        return f"{_three(microseconds / 1_000)} ms"
    if microseconds < 120_000_000:
        return f"{_three(microseconds / 1_000_000)} s"
    return span(microseconds / 1_000_000)


def size(number: int) -> str:
    """`812 B`, `1.71 GB`"""
    for factor, unit in _SIZES:
        if number >= factor:
            return f"{_three(number / factor)} {unit}"
    return f"{number} B"


def rate(per_second: float) -> str:
    """Calls in a time: `16.5/s`, `3.2/min`, `1.1/h`, `0.5/d`"""
    for seconds, unit in ((1, "s"), (60, "min"), (3_600, "h")):
        if per_second * seconds >= 1:
            return f"{_three(per_second * seconds)}/{unit}"
    return f"{_three(per_second * 86_400)}/d"


def span(seconds: float) -> str:
    """`7 d`, `1 h 30 min`, `12 s`, `0.25 s`; at most two units."""
    if seconds < 10:
        return f"{_three(seconds)} s"
    left = round(seconds)
    parts: list[str] = []
    for factor, unit in _SPANS:
        if left >= factor or parts:
            if left // factor:
                parts.append(f"{left // factor} {unit}")
            left %= factor
            if len(parts) == 2 or (parts and unit == _unit_after(parts[0])):
                break
    return " ".join(parts)


def instant(moment: datetime) -> str:
    """`2026-11-29 14:39:40`"""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def step_label(moment: datetime, apart: int) -> str:
    """An instant below an axis whose labels are so many seconds apart: a day where one begins."""
    if apart >= 86_400 or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"{moment:%b} {moment.day}"
    return f"{moment:%H:%M:%S}" if apart < 60 else f"{moment:%H:%M}"


def selected(report: Report) -> list[tuple[str, str]]:
    """What was asked about, but for the time: name and value."""
    names = ("mock", "operation", "principal", "session")
    asked = [(name, getattr(report.selection, name)) for name in names]
    return [(name, text(value) or "(none)") for name, value in asked if value is not None]


def period(report: Report) -> str:
    """The time that a report is about."""
    if report.since is None or report.until is None:
        return "no time at all"
    until = report.until
    if report.since.replace(microsecond=0) == until.replace(microsecond=0):
        return f"{instant(report.since)} UTC"
    long = span((until - report.since) / timedelta(seconds=1))
    return f"{instant(report.since)} to {instant(until)} UTC ({long})"


def notes(report: Report) -> list[str]:
    """What has to be said about a report's figures."""
    found: list[str] = []
    if report.dropped:
        found.append(
            f"{count(report.dropped)} calls of that time were answered but not recorded: "
            "see journal_gaps."
        )
    if report.latency_error:
        off = f"{report.latency_error * 100:.1g} %"
        found.append(
            f"Of so many calls percentiles are within {off}; those over time are of one call in "
            "eight."
        )
    return found


def more(report: Report, name: str) -> str:
    """What a list leaves out: `and 48 more: --most shows them`."""
    left = report.left_out.get(name, 0)
    return f"and {count(left)} more: --most shows them" if left else ""


def text(value: str) -> str:
    """A text of the journal in one line, without what steers a terminal or turns text around."""
    return printable(value).replace("\n", "\\n")


def label(value: str) -> str:
    """A text of the journal in one line that is not too long."""
    return cut(text(value), LONGEST)


def operation_name(operation: str) -> str:
    """The name of an operation, or that there is none."""
    return label(operation) or "(no operation)"


def caller_name(name: str) -> str:
    """The name of a principal or session, or that there is none."""
    return label(name) or "(none)"


def _three(number: float) -> str:
    """Three digits that count."""
    if number >= 99.95:
        return f"{number:.0f}"
    shown = f"{number:.1f}" if number >= 9.995 else f"{number:.2f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _unit_after(part: str) -> str:
    units = [unit for _, unit in _SPANS]
    place = units.index(part.split()[1])
    return units[min(place + 1, len(units) - 1)]

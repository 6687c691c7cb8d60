"""A report as Markdown (GitHub's dialect), for pull requests and agents.

What callers bring (paths, user agents, names) is escaped: it is text, and neither markup nor links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from polymock.journal.reports.tables import cut
from polymock.journal.reports.wording import (
    EXPLANATIONS,
    caller_name,
    count,
    instant,
    label,
    latency,
    more,
    notes,
    operation_name,
    percent,
    period,
    rate,
    selected,
    size,
    text,
)
from polymock_schemas.log_reports import CallerFigures, Figures, Latency, Report

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~$^=-])")
LONGEST = 500
"""Columns of a text that are shown."""
_TIMES = ("p50", "p90", "p95", "p99", "max")


def write_markdown(report: Report) -> str:
    """The report as Markdown; ends with a newline."""
    return "\n\n".join(_blocks(report)) + "\n"


def escaped(value: str) -> str:
    """A text that Markdown shows as it is, in a table too."""
    plain = (
        cut(text(value), LONGEST).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    )
    plain = _MARKUP.sub(r"\\\1", plain)
    # GitHub makes links of what looks like one, and mentions of names.
    return plain.replace(":", "&#58;").replace("@", "&#64;").replace("www.", "www&#46;")


def _blocks(report: Report) -> Iterator[str]:
    yield "# Traffic report"
    yield f"Calls of {period(report)}."
    asked = selected(report)
    if asked:
        yield "\n".join(f"- {name}: {escaped(value)}" for name, value in asked)
    if report.total is None:
        yield "No call matches."
        if report.hints:
            yield "\n".join(f"- {escaped(hint)}" for hint in report.hints)
        return
    yield _summary(report.total)
    for title, block in (
        ("Mocks", _mocks(report)),
        ("Operations", _operations(report)),
        ("Errors", _errors(report)),
        ("Principals", _named("principal", report.principals)),
        ("Sessions", _named("session", report.sessions)),
        ("Callers", _callers(report)),
        ("Slowest calls", _slowest(report)),
    ):
        if block:
            yield f"## {title}"
            yield block
            left = more(report, title.lower())
            if left:
                yield f"… {left.replace('--most', '`--most`')}"
    yield "\n".join(f"> {note}" for note in (*notes(report), *EXPLANATIONS))


def _summary(total: Figures) -> str:
    times, sizes = total.latency, total.sizes
    return _table(
        ("figure", "value"),
        "lr",
        [
            ("calls", count(total.calls)),
            ("rate", rate(total.per_second)),
            ("errors", f"{count(total.errors)} ({percent(total.error_ratio)})"),
            *(
                (f"latency {name}", shown)
                for name, shown in zip(_TIMES, _times(times), strict=True)
            ),
            ("bodies in", f"{size(sizes.request_bytes)}, largest {size(sizes.largest_request)}"),
            ("bodies out", f"{size(sizes.response_bytes)}, largest {size(sizes.largest_response)}"),
            ("answered by", _shares(total.sources, total.calls)),
            ("statuses", _shares(total.statuses, total.calls)),
        ],
    )


def _shares(counts: dict[str, int], calls: int) -> str:
    return ", ".join(f"{escaped(name)} {percent(n / calls)}" for name, n in counts.items())


def _mocks(report: Report) -> str:
    return _table(
        ("mock", "protocol", "calls", "share", "rate", "errors", *_TIMES),
        "ll" + "r" * 9,
        [
            (
                escaped(label(each.mock)),
                escaped(label(each.protocol)),
                count(each.figures.calls),
                percent(each.figures.share),
                rate(each.figures.per_second),
                percent(each.figures.error_ratio),
                *_times(each.figures.latency),
            )
            for each in report.mocks
        ],
    )


def _operations(report: Report) -> str:
    return _table(
        ("mock", "operation", "calls", "share", "rate", "errors", *_TIMES, "out"),
        "ll" + "r" * 10,
        [
            (
                escaped(label(each.mock)),
                escaped(operation_name(each.operation)),
                count(each.figures.calls),
                percent(each.figures.share),
                rate(each.figures.per_second),
                percent(each.figures.error_ratio),
                *_times(each.figures.latency),
                size(each.figures.sizes.response_bytes),
            )
            for each in report.operations
        ],
    )


def _errors(report: Report) -> str:
    return _table(
        (
            "mock",
            "operation",
            "status",
            "outcome",
            "answered by",
            "calls",
            "of errors",
            "last",
            "why",
        ),
        "llrllrrll",
        [
            (
                escaped(label(each.mock)),
                escaped(operation_name(each.operation)),
                str(each.status),
                escaped(each.outcome),
                escaped(label(each.source)),
                count(each.calls),
                percent(each.share),
                instant(each.last_ts),
                escaped(label(each.why)),
            )
            for each in report.errors
        ],
    )


def _named(head: str, found: Sequence[CallerFigures]) -> str:
    return _table(
        (head, "calls", "share", "rate", "errors", *_TIMES, "last call"),
        "l" + "r" * 9 + "l",
        [
            (
                escaped(caller_name(each.name)),
                count(each.calls),
                percent(each.share),
                rate(each.per_second),
                percent(each.error_ratio),
                *_times(each.latency),
                instant(each.last_ts),
            )
            for each in found
        ],
    )


def _callers(report: Report) -> str:
    return _table(
        ("principal", "client", "user agent", "calls", "share", "errors", "last call"),
        "lllrrrl",
        [
            (
                escaped(caller_name(each.principal)),
                escaped(label(each.client)),
                escaped(label(each.user_agent)),
                count(each.calls),
                percent(each.share),
                percent(each.error_ratio),
                instant(each.last_ts),
            )
            for each in report.callers
        ],
    )


def _slowest(report: Report) -> str:
    return _table(
        ("latency", "when", "mock", "operation", "path", "status", "caller", "id"),
        "rllllrll",
        [
            (
                latency(each.latency_us),
                instant(each.ts),
                escaped(label(each.mock)),
                escaped(operation_name(each.operation)),
                escaped(label(each.path)),
                str(each.status),
                escaped(label(each.principal or each.client)),
                each.id,
            )
            for each in report.slowest
        ],
    )


def _times(times: Latency) -> tuple[str, ...]:
    shown = (times.p50_us, times.p90_us, times.p95_us, times.p99_us, times.max_us)
    return tuple(map(latency, shown))


def _table(heads: Sequence[str], sides: str, rows: Sequence[Sequence[str]]) -> str:
    """A table; `sides` has l or r for each column. "" where there are no rows."""
    if not rows:
        return ""
    rule = ["---" if side == "l" else "--:" for side in sides]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))

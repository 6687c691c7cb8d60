"""A report as plain text, in lines of at most 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from polymock.journal.reports.tables import WIDTH, cut, table
from polymock.journal.reports.wording import (
    EXPLANATIONS,
    caller_name,
    count,
    instant,
    latency,
    more,
    notes,
    operation_name,
    percent,
    period,
    rate,
    selected,
    short_count,
    size,
    span,
    text,
)
from polymock_schemas.log_reports import Figures, Latency, Report, Timeline

_TIMES = ("p50", "p90", "p95", "p99", "max")
_BARS = "▁▂▃▄▅▆▇█"


def write_text(report: Report) -> str:
    """The report as text; ends with a newline."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"Calls of {period(report)}"
    for name, value in selected(report):
        yield cut(f"  {name}: {value}", WIDTH)
    yield ""
    if report.total is None:
        yield "No call matches."
        for hint in report.hints:
            yield from _wrapped(text(hint), "  ")
        for note in notes(report):
            yield from _wrapped(note, "  ")
        return
    yield from _summary(report.total)
    if report.timeline is not None:
        yield from _timeline(report.timeline)
    for title, lines in (
        ("Mocks", _mocks(report) if len(report.mocks) > 1 else ()),
        ("Operations", _operations(report)),
        ("Errors", _errors(report)),
        ("Principals", _named(report, "principals")),
        ("Sessions", _named(report, "sessions")),
        ("Callers", _callers(report)),
        ("Slowest calls", _slowest(report)),
    ):
        shown = list(lines)
        if shown:
            yield from ("", title, *shown)
            left = more(report, title.lower())
            if left:
                yield left
    yield ""
    for note in (*notes(report), *EXPLANATIONS):
        yield from _wrapped(note)


def _summary(total: Figures) -> Iterator[str]:
    outcomes = total.outcomes
    parts = ", ".join(
        f"{word} {percent(outcomes[name] / total.calls)}"
        for name, word in (
            ("client_error", "client"),
            ("server_error", "server"),
            ("fault", "fault"),
        )
        if outcomes.get(name)
    )
    times, sizes = total.latency, total.sizes
    yield f"calls      {count(total.calls)}, {rate(total.per_second)}"
    yield f"errors     {count(total.errors)}, {percent(total.error_ratio)}" + (
        f" ({parts})" if parts else ""
    )
    yield (
        f"latency    p50 {latency(times.p50_us)}, p90 {latency(times.p90_us)}, "
        f"p95 {latency(times.p95_us)}, p99 {latency(times.p99_us)}, max {latency(times.max_us)}"
    )
    yield (
        f"bodies     {size(sizes.request_bytes)} in (largest {size(sizes.largest_request)}), "
        f"{size(sizes.response_bytes)} out (largest {size(sizes.largest_response)})"
    )
    yield from _wrapped(f"answers    {_shares(total.sources, total.calls)}", " " * 11)
    yield from _wrapped(f"statuses   {_shares(total.statuses, total.calls)}", " " * 11)


def _shares(counts: dict[str, int], calls: int) -> str:
    return ", ".join(f"{text(name)} {percent(n / calls)}" for name, n in counts.items())


def _timeline(timeline: Timeline) -> Iterator[str]:
    steps = timeline.steps
    if len(steps) < 2:
        return
    errors = [step.client_errors + step.server_errors + step.faults for step in steps]
    calls = [step.calls for step in steps]
    slow = [step.p95_us for step in steps]
    yield ""
    yield f"Per {span(timeline.step_seconds)}, from {instant(steps[0].ts)}"
    yield f"calls      {_bars(calls)}  up to {short_count(max(calls))}"
    if any(errors):
        yield f"errors     {_bars(errors)}  up to {short_count(max(errors))}"
    yield f"p95        {_bars(slow)}  up to {latency(max(slow))}"


def _bars(values: Sequence[int]) -> str:
    """A bar for each value, a space for none; neighbours share one where there are too many."""
    room = WIDTH - 30
    group = -(-len(values) // room)
    shown = [max(values[first : first + group]) for first in range(0, len(values), group)]
    top = max(shown) or 1
    return "".join(
        _BARS[min(value * len(_BARS) // top, len(_BARS) - 1)] if value else " " for value in shown
    )


def _mocks(report: Report) -> Iterator[str]:
    heads = ("mock", "protocol", "calls", "share", "rate", "errors", *_TIMES)
    yield from table(
        heads,
        [
            (
                text(each.mock),
                text(each.protocol),
                count(each.figures.calls),
                percent(each.figures.share),
                rate(each.figures.per_second),
                percent(each.figures.error_ratio),
                *_times(each.figures.latency),
            )
            for each in report.mocks
        ],
        ("mock", "protocol"),
    )


def _operations(report: Report) -> Iterator[str]:
    yield from table(
        ("mock", "operation", "calls", "errors", *_TIMES),
        [
            (
                text(each.mock),
                operation_name(each.operation),
                count(each.figures.calls),
                percent(each.figures.error_ratio),
                *_times(each.figures.latency),
            )
            for each in report.operations
        ],
        ("mock", "operation"),
    )


def _times(times: Latency) -> tuple[str, str, str, str, str]:
    shown = (times.p50_us, times.p90_us, times.p95_us, times.p99_us, times.max_us)
    p50, p90, p95, p99, most = map(latency, shown)
    return p50, p90, p95, p99, most


def _errors(report: Report) -> Iterator[str]:
    if report.errors:
        yield from table(
            ("operation", "status", "outcome", "by", "calls", "last", "why"),
            [
                (
                    operation_name(each.operation),
                    str(each.status),
                    each.outcome.removesuffix("_error"),
                    each.source,
                    count(each.calls),
                    instant(each.last_ts)[5:],
                    text(each.why),
                )
                for each in report.errors
            ],
            ("operation", "outcome", "by", "why"),
        )


def _named(report: Report, name: str) -> Iterator[str]:
    found = report.principals if name == "principals" else report.sessions
    if found:
        head = name.removesuffix("s")
        yield from table(
            (head, "calls", "share", "rate", "errors", "p50", "p95", "p99", "last call"),
            [
                (
                    caller_name(each.name),
                    count(each.calls),
                    percent(each.share),
                    rate(each.per_second),
                    percent(each.error_ratio),
                    latency(each.latency.p50_us),
                    latency(each.latency.p95_us),
                    latency(each.latency.p99_us),
                    instant(each.last_ts),
                )
                for each in found
            ],
            (head,),
        )


def _callers(report: Report) -> Iterator[str]:
    yield from table(
        ("principal", "client", "user agent", "calls", "share", "errors", "last call"),
        [
            (
                caller_name(each.principal),
                text(each.client),
                text(each.user_agent),
                count(each.calls),
                percent(each.share),
                percent(each.error_ratio),
                instant(each.last_ts),
            )
            for each in report.callers
        ],
        ("principal", "client", "user agent"),
    )


def _slowest(report: Report) -> Iterator[str]:
    yield from table(
        ("latency", "when", "operation", "path", "status", "caller", "id"),
        [
            (
                latency(each.latency_us),
                instant(each.ts)[5:],
                operation_name(each.operation),
                text(each.path),
                str(each.status),
                text(each.principal or each.client),
                each.id[:13],
            )
            for each in report.slowest
        ],
        ("operation", "path", "caller", "id"),
    )


def _wrapped(words: str, indent: str = "") -> list[str]:
    return textwrap.wrap(words, WIDTH, subsequent_indent=indent or "", break_on_hyphens=False)

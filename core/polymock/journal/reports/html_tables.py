"""The tables of a report's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from polymock.journal.reports.charts import range_bar
from polymock.journal.reports.markup import Child, Markup, element
from polymock.journal.reports.wording import (
    caller_name,
    count,
    instant,
    label,
    latency,
    operation_name,
    percent,
    rate,
    size,
)
from polymock_schemas.log_reports import CallerFigures, Figures, Latency, Report

BAD_RATIO = 0.1
"""From this ratio of errors on, it is shown in red."""
_TIMES = ("p50", "p90", "p95", "p99", "max")

Cell = tuple[str, Child]
"""The class of a cell (`n` a figure, `t` a text, `m` one that is not folded, "" none of them), and
what stands in it."""


def mocks(report: Report) -> Markup:
    """Each mock."""
    least, most = _range(each.figures.latency for each in report.mocks)
    return _table(
        ("mock", "protocol", *_figure_heads()),
        [
            (
                ("m", label(each.mock)),
                ("", label(each.protocol)),
                *_figures(each.figures, least, most),
            )
            for each in report.mocks
        ],
    )


def operations(report: Report) -> Markup:
    """The operations."""
    least, most = _range(each.figures.latency for each in report.operations)
    several = len({each.mock for each in report.operations}) > 1
    return _table(
        (*(["mock"] if several else []), "operation", *_figure_heads()),
        [
            (
                *([("m", label(each.mock))] if several else []),
                ("t", element("code", operation_name(each.operation))),
                *_figures(each.figures, least, most),
            )
            for each in report.operations
        ],
    )


def _figure_heads() -> tuple[str, ...]:
    return ("calls", "share", "rate", "errors", *_TIMES, "p50 to p99 (dot: p95)", "sent")


def _figures(figures: Figures, least: int, most: int) -> Iterator[Cell]:
    yield "n", count(figures.calls)
    yield "n", percent(figures.share)
    yield "n", rate(figures.per_second)
    yield _ratio(figures.error_ratio)
    yield from _times(figures.latency)
    yield "", range_bar(figures.latency, least, most)
    yield "n", size(figures.sizes.response_bytes)


def _range(latencies: Iterator[Latency]) -> tuple[int, int]:
    """The least p50 and the greatest p99: the ends of a common scale."""
    found = list(latencies)
    return min(each.p50_us for each in found), max(each.p99_us for each in found)


def _times(times: Latency) -> Iterator[Cell]:
    for value in (times.p50_us, times.p90_us, times.p95_us, times.p99_us, times.max_us):
        yield "n", latency(value)


def _ratio(ratio: float) -> Cell:
    return "n bad" if ratio >= BAD_RATIO else "n", percent(ratio)


def errors(report: Report) -> Markup | None:
    """The classes of errors; None where there are none."""
    return (
        _table(
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
            [
                (
                    ("m", label(each.mock)),
                    ("t", element("code", operation_name(each.operation))),
                    ("n", str(each.status)),
                    ("", each.outcome.replace("_", " ")),
                    ("", label(each.source)),
                    ("n", count(each.calls)),
                    ("n", percent(each.share)),
                    ("n", instant(each.last_ts)),
                    ("t", label(each.why)),
                )
                for each in report.errors
            ],
        )
        if report.errors
        else None
    )


def named(head: str, found: Sequence[CallerFigures]) -> Markup | None:
    """Principals or sessions; None where nobody names any."""
    return (
        _table(
            (head, "calls", "share", "rate", "errors", *_TIMES, "last call"),
            [
                (
                    ("t", caller_name(each.name)),
                    ("n", count(each.calls)),
                    ("n", percent(each.share)),
                    ("n", rate(each.per_second)),
                    _ratio(each.error_ratio),
                    *_times(each.latency),
                    ("n", instant(each.last_ts)),
                )
                for each in found
            ],
        )
        if found
        else None
    )


def callers(report: Report) -> Markup:
    """Who calls."""
    return _table(
        ("principal", "client", "user agent", "calls", "share", "errors", "last call"),
        [
            (
                ("t", caller_name(each.principal)),
                ("", label(each.client)),
                ("t", label(each.user_agent)),
                ("n", count(each.calls)),
                ("n", percent(each.share)),
                _ratio(each.error_ratio),
                ("n", instant(each.last_ts)),
            )
            for each in report.callers
        ],
    )


def slowest(report: Report) -> Markup:
    """The slowest calls."""
    return _table(
        ("latency", "when", "mock", "operation", "path", "status", "caller", "id"),
        [
            (
                ("n", latency(each.latency_us)),
                ("n", instant(each.ts)),
                ("m", label(each.mock)),
                ("t", element("code", operation_name(each.operation))),
                ("t", element("code", label(each.path))),
                ("n", str(each.status)),
                ("t", label(each.principal or each.client)),
                ("", element("code", each.id)),
            )
            for each in report.slowest
        ],
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Markup:
    figures = {number for row in rows for number, (kind, _) in enumerate(row) if kind[:1] == "n"}
    head = element(
        "tr",
        *(
            element("th", name, scope="col", class_="n" if number in figures else None)
            for number, name in enumerate(heads)
        ),
    )
    body = [
        element("tr", *(element("td", child, class_=kind or None) for kind, child in row))
        for row in rows
    ]
    return element(
        "div", element("table", element("thead", head), element("tbody", *body)), class_="wide"
    )

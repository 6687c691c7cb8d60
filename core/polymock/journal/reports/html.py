"""A report as one HTML page that needs nothing else: no script, no font, no network.

The page's own policy forbids it to load or run anything; whatever callers brought is text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from polymock.journal.reports.charts import (
    OUTCOMES,
    calls_chart,
    latency_chart,
    shares_bar,
)
from polymock.journal.reports.html_tables import (
    callers,
    errors,
    mocks,
    named,
    operations,
    slowest,
)
from polymock.journal.reports.markup import Markup, element, joined
from polymock.journal.reports.wording import (
    EXPLANATIONS,
    count,
    instant,
    latency,
    more,
    notes,
    percent,
    period,
    rate,
    selected,
    size,
    span,
    text,
)
from polymock_schemas.log_reports import Figures, Report, Timeline

_STYLE = Path(__file__).with_name("report.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_COLOURS = 8


def write_html(report: Report) -> str:
    """The report as a page."""
    sections = list(_sections(report))
    links = [element("a", title, href=f"#{name}") for name, title, _ in sections]
    page = element(
        "html",
        element(
            "head",
            Markup('<meta charset="utf-8">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", f"Traffic report, {period(report)}"),
            element("style", Markup(_STYLE.read_text(encoding="utf-8"))),
        ),
        element(
            "body",
            _header(report),
            element("nav", *links) if links else None,
            *_top(report),
            *(
                element("section", element("h2", title), body, id=name)
                for name, title, body in sections
            ),
            _footer(report),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{page}\n"


def _header(report: Report) -> Markup:
    chips = [
        element("span", element("b", f"{name} "), value, class_="chip")
        for name, value in selected(report)
    ]
    themes: list[Markup] = []
    for name, checked in (("auto", ""), ("light", None), ("dark", None)):
        themes.append(
            Markup(
                f'<input type="radio" name="theme" id="theme-{name}"'
                f"{' checked' if checked is not None else ''}>"
            )
        )
        themes.append(element("label", name, for_=f"theme-{name}"))
    return element(
        "header",
        element(
            "div",
            element("h1", "Traffic report"),
            element("p", f"Calls of {period(report)}", class_="soft"),
            element("div", *chips, class_="chips") if chips else None,
        ),
        element("fieldset", *themes, class_="themes", aria_label="Colours"),
    )


def _top(report: Report) -> Iterator[Markup]:
    """The figures that matter most; or that there are none, and what to do."""
    total = report.total
    if total is None:
        hints = [element("p", text(hint)) for hint in report.hints]
        yield element("section", element("h2", "No call matches"), *hints)
        return
    times, sizes = total.latency, total.sizes
    tiles = (
        (count(total.calls), f"calls, {rate(total.per_second)}"),
        (percent(total.error_ratio), f"errors, {count(total.errors)}"),
        (latency(times.p50_us), "half of the calls took at most this (p50)"),
        (latency(times.p95_us), "95 of 100 calls (p95)"),
        (latency(times.p99_us), f"99 of 100 calls (p99); at most {latency(times.max_us)}"),
        (size(sizes.response_bytes), f"sent in bodies, {size(sizes.request_bytes)} received"),
    )
    yield element(
        "div",
        *(element("div", element("b", a), element("span", b), class_="tile") for a, b in tiles),
        class_="tiles",
    )


def _sections(report: Report) -> Iterator[tuple[str, str, Markup]]:
    """Id, title and body of each section that has something to say."""
    total = report.total
    if total is None:
        return
    if report.timeline is not None and len(report.timeline.steps) > 1:
        step = span(report.timeline.step_seconds)
        yield "calls", f"Calls per {step}", _calls(report.timeline)
        yield "latency", f"Latency per {step}", _latency(report.timeline)
    yield "answers", "Answers", _answers(total)
    for name, title, table in (
        ("mocks", "Mocks", mocks(report) if len(report.mocks) > 1 else None),
        ("operations", "Operations", operations(report)),
        ("errors", "Errors", errors(report)),
        ("principals", "Principals", named("principal", report.principals)),
        ("sessions", "Sessions", named("session", report.sessions)),
        ("callers", "Callers", callers(report)),
        ("slowest", "Slowest calls", slowest(report)),
    ):
        if table is not None:
            left = more(report, name)
            yield name, title, joined(table, element("p", left, class_="soft") if left else None)


def _calls(timeline: Timeline) -> Markup:
    return joined(element("div", calls_chart(timeline), class_="wide"), _legend(OUTCOMES))


def _latency(timeline: Timeline) -> Markup:
    lines = (("p50", "p50"), ("p95", "p95"))
    return joined(element("div", latency_chart(timeline), class_="wide"), _legend(lines))


def _legend(parts: Sequence[tuple[str, str]]) -> Markup:
    return element(
        "div",
        *(element("span", element("i", class_=kind), name) for kind, name in parts),
        class_="legend",
    )


def _answers(total: Figures) -> Markup:
    known = {"ok": "ok", "client_error": "client", "server_error": "server", "fault": "fault"}
    outcomes = {known.get(name, "c7"): number for name, number in total.outcomes.items()}
    names = dict(OUTCOMES)
    return element(
        "div",
        _shares("Outcomes", [(kind, names.get(kind, kind), n) for kind, n in outcomes.items()]),
        _shares("Answered by", _coloured(total.sources)),
        _shares("Statuses", _coloured(total.statuses)),
        class_="answers",
    )


def _coloured(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """The most frequent in a colour each, the others in one."""
    found = [(f"c{number}", text(name), n) for number, (name, n) in enumerate(counts.items())]
    if len(found) <= _COLOURS:
        return found
    shown, others = found[: _COLOURS - 1], found[_COLOURS - 1 :]
    shown.append((f"c{_COLOURS - 1}", f"{len(others)} others", sum(n for _, _, n in others)))
    return shown


def _shares(title: str, parts: Sequence[tuple[str, str, int]]) -> Markup:
    whole = sum(number for _, _, number in parts)
    legend = [(kind, f"{name} {percent(number / whole)}") for kind, name, number in parts]
    return element("div", element("h3", title), shares_bar(parts), _legend(legend))


def _footer(report: Report) -> Markup:
    told = [*notes(report), *(EXPLANATIONS if report.total is not None else ())]
    made = f"Made by Polymock, {instant(report.made)} UTC. All times are UTC."
    return element("footer", *(element("p", each) for each in (*told, made)))

"""Charts of a report as SVG: no script, coloured by the page's style sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor, log, log10

from polymock.journal.reports.markup import Markup, element, joined
from polymock.journal.reports.wording import count, instant, latency, short_count, step_label
from polymock_schemas.log_reports import Latency, Step, Timeline

WIDTH, HEIGHT = 960.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 14.0, 10.0, 26.0
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
MOST_TICKS = 5
LABEL_WIDTH = 80.0
LABELLED = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 345_600, 691_200),
)
"""Seconds between two labels of the time."""

OUTCOMES = (
    ("ok", "ok"),
    ("client", "client errors"),
    ("server", "server errors"),
    ("fault", "faults"),
)
"""Their class in the style sheet, and how they are called; in the order that they are stacked."""


def calls_chart(timeline: Timeline) -> Markup:
    """Calls over time: a bar for each step, stacked by outcome."""
    marks = ticks(max(step.calls for step in timeline.steps))
    return _chart(
        "Calls over time",
        _scale(marks, short_count),
        _times(timeline),
        *(_bar(timeline, number, marks[-1]) for number in range(len(timeline.steps))),
    )


def latency_chart(timeline: Timeline) -> Markup:
    """The median and p95 over time: a line for each."""
    marks = ticks(max(step.p95_us for step in timeline.steps))
    top = marks[-1]
    lines = [
        _line([step.p50_us if step.calls else None for step in timeline.steps], top, "p50"),
        _line([step.p95_us if step.calls else None for step in timeline.steps], top, "p95"),
    ]
    hits = (
        _hit(timeline, number, f"p50 {latency(step.p50_us)}, p95 {latency(step.p95_us)}")
        for number, step in enumerate(timeline.steps)
        if step.calls
    )
    return _chart("Latency over time", _scale(marks, latency), _times(timeline), *lines, *hits)


def shares_bar(parts: Sequence[tuple[str, str, int]]) -> Markup:
    """One bar of parts: the class in the style sheet, the name, and how many."""
    whole = sum(number for _, _, number in parts)
    drawn: list[Markup] = []
    x = 0.0
    for kind, name, number in parts:
        width = 1000 * number / whole
        told = element("title", f"{name}: {count(number)}")
        drawn.append(element("rect", told, class_=kind, x=x, y=0, width=max(width, 0.5), height=18))
        x += width
    return element(
        "svg",
        *drawn,
        class_="shares",
        viewBox="0 0 1000 18",
        preserveAspectRatio="none",
        role="img",
    )


def range_bar(times: Latency, least: int, most: int) -> Markup:
    """From p50 to p99 on a logarithmic scale from `least` to `most`, with a mark at p95."""

    def x(microseconds: int) -> float:
        whole = log(max(most, 2) / max(least, 1)) or 1.0
        return 4 + 112 * min(max(log(max(microseconds, 1) / max(least, 1)) / whole, 0.0), 1.0)

    left, mark, right = x(times.p50_us), x(times.p95_us), x(times.p99_us)
    told = f"p50 {latency(times.p50_us)}, p95 {latency(times.p95_us)}, p99 {latency(times.p99_us)}"
    return element(
        "svg",
        element("title", told),
        element("line", class_="track", x1=4, x2=116, y1=7, y2=7),
        element("rect", class_="range", x=left, y=4, width=max(right - left, 2.0), height=6, rx=3),
        element("circle", class_="mark", cx=mark, cy=7, r=3.5),
        class_="range-bar",
        viewBox="0 0 120 14",
        role="img",
    )


def ticks(value: float) -> list[float]:
    """Round numbers from 0 on, the last of which is not below the value: those of an axis."""
    least = max(value, 1.0) / MOST_TICKS
    power = 10 ** floor(log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)
    step = max(step, 1)
    return [number * step for number in range(max(ceil(value / step - 0.001), 1) + 1)]


def _chart(title: str, *parts: Markup) -> Markup:
    return element(
        "svg",
        element("title", title),
        *parts,
        class_="chart",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_label=title,
    )


def _scale(marks: Sequence[float], wording: Callable[[float], str]) -> Markup:
    """Lines across, each with its value."""
    drawn: list[Markup] = []
    for mark in marks:
        y = TOP + PLOT_HEIGHT * (1 - mark / marks[-1])
        drawn.append(element("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y))
        told = wording(mark) if mark else "0"
        drawn.append(element("text", told, class_="value", x=LEFT - 8, y=y + 4))
    return joined(*drawn)


def _times(timeline: Timeline) -> Markup:
    """When some of the steps begin: those at round times."""
    steps, seconds = timeline.steps, timeline.step_seconds
    width = PLOT_WIDTH / len(steps)
    least = seconds * LABEL_WIDTH / width
    apart = next((each for each in LABELLED if each >= least and each % seconds == 0), 0)
    apart = apart or seconds * ceil(least / seconds)
    return joined(
        *(
            element(
                "text",
                step_label(step.ts, apart),
                class_="time",
                x=LEFT + width * number,
                y=HEIGHT - 6,
            )
            for number, step in enumerate(steps)
            if step.ts.timestamp() % apart == 0
        )
    )


def _bar(timeline: Timeline, number: int, top: float) -> Markup:
    steps = timeline.steps
    width = PLOT_WIDTH / len(steps)
    drawn: list[Markup] = []
    y = TOP + PLOT_HEIGHT
    for (kind, _), value in zip(OUTCOMES, _outcomes(steps[number]), strict=True):
        if value:
            height = PLOT_HEIGHT * value / top
            y -= height
            drawn.append(
                element(
                    "rect",
                    class_=kind,
                    x=LEFT + width * number + min(0.5, width / 10),
                    y=y,
                    width=max(width - min(1.0, width / 5), 0.4),
                    height=height,
                )
            )
    return joined(*drawn, _hit(timeline, number, ", ".join(_told(steps[number]))))


def _outcomes(step: Step) -> tuple[int, int, int, int]:
    failed = step.client_errors + step.server_errors + step.faults
    return step.calls - failed, step.client_errors, step.server_errors, step.faults


def _told(step: Step) -> Iterator[str]:
    yield f"{count(step.calls)} call{'' if step.calls == 1 else 's'}"
    for (_, name), value in list(zip(OUTCOMES, _outcomes(step), strict=True))[1:]:
        if value:
            yield f"{count(value)} {name if value > 1 else name.removesuffix('s')}"


def _hit(timeline: Timeline, number: int, words: str) -> Markup:
    """What is told of a step when it is pointed at."""
    width = PLOT_WIDTH / len(timeline.steps)
    return element(
        "rect",
        element("title", f"{instant(timeline.steps[number].ts)} UTC: {words}"),
        class_="hit",
        x=LEFT + width * number,
        y=TOP,
        width=width,
        height=PLOT_HEIGHT,
    )


def _line(values: Sequence[int | None], top: float, kind: str) -> Markup:
    """A line through the values, with gaps where there is none; a dot where one stands alone."""
    width = PLOT_WIDTH / len(values)
    runs: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            x, y = LEFT + width * (number + 0.5), TOP + PLOT_HEIGHT * (1 - value / top)
            runs[-1].append(f"{x:.1f},{y:.1f}")
    drawn = [
        element("polyline", class_=f"line {kind}", points=" ".join(run)) for run in runs if run[1:]
    ]
    alone = [run[0].split(",") for run in runs if len(run) == 1]
    dots = [element("circle", class_=f"dot {kind}", cx=x, cy=y, r=2.5) for x, y in alone]
    return joined(*drawn, *dots)

"""Runs into figures: medians, ratios of the same round, spreads, Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from statistics import median

import msgspec


class Run(msgspec.Struct, frozen=True):
    """One target under one workload, once. `recorded` is None where it keeps no count."""

    target: str
    workload: str
    round: int
    rate: float
    p50_us: int
    p99_us: int
    failed: int
    worker_us: float
    control_us: float
    sent: int
    recorded: int | None


class Start(msgspec.Struct, frozen=True):
    """One start: seconds from the command to the first answer, and resident bytes then.

    The seconds are infinite where no answer came in time."""

    target: str
    document: str
    seconds: float
    memory: int


class Row(msgspec.Struct, frozen=True):
    """What is said of one target under one workload."""

    target: str
    rate: float
    spread: float
    ratios: tuple[float, ...]
    p50_us: float
    p99_us: float
    worker_us: float
    control_us: float
    recorded: str


def rows(runs: Sequence[Run], workload: str, measure: str = "bare", against: str = "") -> list[Row]:
    """A row for each target. The spread is (highest - lowest) / median of its rates; the
    ratios are those of its rate to that of the target `measure` in the same round, under the
    workload `against` (default: the same)."""
    mine = [run for run in runs if run.workload == workload]
    measured = against or workload
    bare = {
        run.round: run.rate for run in runs if (run.target, run.workload) == (measure, measured)
    }
    found = []
    for target in dict.fromkeys(run.target for run in mine):
        its = [run for run in mine if run.target == target]
        rates = [run.rate for run in its]
        found.append(
            Row(
                target,
                median(rates),
                (max(rates) - min(rates)) / median(rates),
                tuple(run.rate / bare[run.round] for run in its if bare),
                median(run.p50_us for run in its),
                median(run.p99_us for run in its),
                median(run.worker_us for run in its),
                median(run.control_us for run in its),
                _recorded(its),
            )
        )
    return found


def load_table(found: Sequence[Row], measure: str = "bare") -> str:
    """The rows as a Markdown table, and how many times faster than each peer Polymock is."""
    lines = [
        f"| target | requests/s | spread | of {measure} | p50 ms | p99 ms | CPU µs/request "
        "(worker + control) | every request recorded |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for row in found:
        ratio = ""
        if row.ratios:
            ratio = f"{median(row.ratios):.2f} ({min(row.ratios):.2f} to {max(row.ratios):.2f})"
        cpu = f"{row.worker_us:.0f} + {row.control_us:.0f}"
        if not row.target.startswith("polymock"):
            cpu = f"{row.worker_us + row.control_us:.0f}"
        lines.append(
            f"| {row.target} | {row.rate:,.0f} | {row.spread:.0%} | {ratio} | "
            f"{row.p50_us / 1000:.2f} | {row.p99_us / 1000:.2f} | {cpu} | {row.recorded} |"
        )
    rates = {row.target: row.rate for row in found}
    ours = rates.get("polymock")
    times = [
        f"{ours / rate:.1f} times {name}"
        for name, rate in rates.items()
        if ours is not None and name not in ("bare", "polymock")
    ]
    return "\n".join([*lines, *(["", f"Polymock is {', '.join(times)}."] if times else [])])


def start_table(starts: Sequence[Start]) -> str:
    """Medians of the starts as a Markdown table."""
    lines = ["| target | document | first answer, s | resident, MiB |", "|---|---|--:|--:|"]
    for key in dict.fromkeys((start.target, start.document) for start in starts):
        its = [start for start in starts if (start.target, start.document) == key]
        seconds = median(start.seconds for start in its)
        memory = median(start.memory for start in its) / 2**20
        shown = f"{seconds:.2f}" if isfinite(seconds) else "none in time"
        lines.append(f"| {key[0]} | {key[1]} | {shown} | {memory:.0f} |")
    return "\n".join(lines)


def _recorded(runs: Sequence[Run]) -> str:
    """Whether the records are as many as the answers, or a few more: those that wrk cut off."""
    if any(run.failed for run in runs):
        return f"{sum(run.failed for run in runs)} failed"
    counted = [run for run in runs if run.recorded is not None]
    if not counted:
        return ""
    missing = sum(max(0, run.sent - (run.recorded or 0)) for run in counted)
    total = sum(run.sent for run in counted)
    return f"no: {missing:,} of {total:,} missing" if missing else f"yes ({total:,})"

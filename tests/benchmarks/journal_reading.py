"""How soon a journal of ten million exchanges answers, at rest and while calls are recorded."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import big_journal
import msgspec

from polymock.commands.catalog import installed
from polymock.commands.context import Context
from polymock.commands.execution import carry_out
from polymock.ids import new_run
from polymock.journal.appender import Source
from polymock.journal.frames import Batch, encode_call, reply_fields
from polymock.journal.reading import Reading
from polymock.journal.reports.gathering import gather
from polymock.journal.reports.writing import write
from polymock.journal.writer import Journal, Settings
from polymock_schemas.calls import Call, Reply
from polymock_schemas.journal import MACROS
from polymock_schemas.log_reports import ReportQuery

RECORDED_PER_SECOND = 2_000
BATCHES_PER_SECOND = 20
HOUR = {"since": "2026-01-08T12:00:00Z", "until": "2026-01-08T13:00:00Z"}
WEEK = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-09T00:00:00Z"}
UNTIL = datetime(2026, 1, 9, tzinfo=UTC)

Question = Callable[[Reading], object]


class Answered(msgspec.Struct, frozen=True):
    """How long a question took, in seconds: the median, and the longest."""

    title: str
    at_rest: float
    recording: float
    longest: float


def measure(folder: Path, rows: int, rounds: int, say: Callable[[str], None]) -> str:
    """A table of questions to a journal of so many rows, in Markdown."""
    path = folder / "journal.duckdb"
    say(f"journal: {rows:,} exchanges are made")
    # In a process of its own, as it takes memory that is not the journal's.
    made = [sys.executable, big_journal.__file__, str(path), "--rows", str(rows)]
    subprocess.run([*made, "--until", UNTIL.isoformat()], check=True)
    journal = Journal(Settings(str(path)))
    try:
        found = [_ask(journal, *each, rounds, say) for each in _questions()]
    finally:
        journal.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    lines = [
        "| question | at rest, s | while recording, s | longest, s |",
        "|---|--:|--:|--:|",
        *(
            f"| {each.title} | {each.at_rest:.3f} | {each.recording:.3f} | {each.longest:.3f} |"
            for each in found
        ),
        "",
        f"{rows:,} exchanges of a week; {path.stat().st_size / 1e9:.2f} GB. While "
        f"{RECORDED_PER_SECOND:,} exchanges a second are recorded by the same process, which took "
        f"{memory} MiB at most.",
    ]
    return "\n".join(lines)


def _questions() -> Iterator[tuple[str, Question]]:
    yield "report of the week", lambda reading: gather(reading, ReportQuery())
    yield "report of an hour", lambda reading: gather(reading, ReportQuery(**HOUR))
    yield (
        "report of an hour, as a page",
        lambda reading: write(gather(reading, ReportQuery(**HOUR)), "html"),
    )
    yield (
        "report of an operation",
        lambda reading: gather(reading, ReportQuery(operation="GET /orders/{orderId}")),
    )
    yield "coverage of the week", _command("logs.coverage", {})
    yield "coverage of an hour", _command("logs.coverage", HOUR)
    yield "anomalies of the week", _command("logs.anomalies", WEEK)
    yield "anomalies of an hour", _command("logs.anomalies", HOUR)
    hour = ", ".join(f"{name} := '{value}'" for name, value in HOUR.items())
    for macro in MACROS:
        if {"since", "until"} <= {parameter.name for parameter in macro.parameters}:
            yield f"`{macro.name}` of an hour", _sql(f"FROM {macro.name}({hour})")
    for name in ("latency", "errors", "coverage", "unmatched"):
        yield f"`{name}` of the week", _sql(f"FROM {name}")


def _command(name: str, params: dict[str, str]) -> Question:
    command = installed().find(name)
    return lambda reading: carry_out(command, params, Context(journal=reading))


def _sql(statement: str) -> Question:
    return lambda reading: reading.query(statement, 1000, 60_000)


def _ask(
    journal: Journal, title: str, question: Question, rounds: int, say: Callable[[str], None]
) -> Answered:
    say(f"journal: {title}")
    at_rest = [_timed(journal, question) for _ in range(rounds)]
    with _recording(journal):
        recording = [_timed(journal, question) for _ in range(rounds)]
    return Answered(title, median(at_rest), median(recording), max(*at_rest, *recording))


def _timed(journal: Journal, question: Question) -> float:
    begun = time.monotonic()
    with journal.reading(60.0) as reading:
        question(reading)
    return time.monotonic() - begun


@contextmanager
def _recording(journal: Journal) -> Iterator[None]:
    """Exchanges come in all the while."""
    ended = threading.Event()
    thread = threading.Thread(target=_record, args=(journal, ended))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _record(journal: Journal, ended: threading.Event) -> None:
    source = Source("bench:0", new_run(), 0)
    reply = Reply(200, ((b"content-type", b"application/json"),), b'{"id":1}', "example")
    fields = reply_fields(reply, reply.body, len(reply.body), len(reply.body))
    size = RECORDED_PER_SECOND // BATCHES_PER_SECOND
    sequence = 0
    while not ended.wait(1 / BATCHES_PER_SECOND):
        now = time.time_ns() // 1000
        rows = []
        for number in range(size):
            call = Call("GET", f"/products/{(sequence * size + number) % 5000}", b"", (), {})
            data = msgspec.Raw(encode_call(0, call, fields, b"", 0, 0))
            rows.append((now + number, 400 + number, data))
        batch = Batch(sequence + 1, 1, sequence * size, (("shop", "openapi"),), rows)
        journal.submit(source, batch, lambda: None)
        sequence += 1

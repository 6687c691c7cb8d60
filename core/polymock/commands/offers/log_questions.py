"""Questions to the journal: what is odd, what missed, whether something was called, what differs,
what comes."""

from __future__ import annotations

from polymock.commands.command import Command, Route, Terminal
from polymock_schemas.anomalies import AnomalyQuery, AnomalyReport
from polymock_schemas.log_questions import (
    Diff,
    DiffQuery,
    Export,
    ExportQuery,
    Tail,
    TailQuery,
    UnmatchedCalls,
    UnmatchedQuery,
    Verification,
    VerifyQuery,
)

_RUN = "polymock.commands.log_questions"
_SHOW = "polymock.cli.showing.log_questions"

ANOMALIES = Command(
    name="logs.anomalies",
    summary="Say what is odd in the traffic: rates, latencies, errors, new callers, scans.",
    help="Each operation is judged by its own past: with `since` by the traffic before it, else "
    "each part by the rest. Every anomaly comes with a query for `logs sql` that shows it.",
    params=AnomalyQuery,
    result=AnomalyReport,
    run="polymock.commands.log_anomalies:anomalies",
    place="journal",
    example={"since": "1h", "severity": "medium"},
    route=Route("POST", "/logs/anomalies"),
    terminal=Terminal(show=f"{_SHOW}:show_anomalies"),
)
UNMATCHED = Command(
    name="logs.unmatched",
    summary="Say which calls no operation answered, and what they missed the nearest one by.",
    params=UnmatchedQuery,
    result=UnmatchedCalls,
    run=f"{_RUN}:unmatched",
    place="journal",
    example={"since": "15m"},
    route=Route("GET", "/logs/unmatched"),
    terminal=Terminal(show=f"{_SHOW}:show_unmatched"),
)
VERIFY = Command(
    name="logs.verify",
    summary="Check that something was called, so often, with that body; exit code 1 if not.",
    help="Without a number it must have been called once at least. Where it was not, the calls "
    "that came nearest are told, with what differs.",
    params=VerifyQuery,
    result=Verification,
    run=f"{_RUN}:verify",
    place="journal",
    example={"method": "POST", "path": "/pets", "contains": {"name": "Rex"}, "times": 2},
    route=Route("POST", "/logs/verify"),
    terminal=Terminal(show=f"{_SHOW}:show_verification", fails=f"{_RUN}:fails"),
)
DIFF = Command(
    name="logs.diff",
    summary="Compare two times, or two sessions: operations, rates, latencies, errors, statuses.",
    help="What may well be chance is left out: a change is told as `clear` or `probable`.",
    params=DiffQuery,
    result=Diff,
    run=f"{_RUN}:diff",
    place="journal",
    example={"before": "2h..1h", "after": "1h.."},
    route=Route("POST", "/logs/diff"),
    terminal=Terminal(arguments=("before", "after"), show=f"{_SHOW}:show_diff"),
)
TAIL = Command(
    name="logs.tail",
    summary="Show the latest exchanges, or those that come.",
    help="The answer's `cursor` is the `after` of the next question; `wait` waits until something "
    "comes.",
    params=TailQuery,
    result=Tail,
    run=f"{_RUN}:tail",
    place="journal",
    example={"limit": 50, "outcome": "client_error"},
    route=Route("POST", "/logs/tail"),
    terminal=Terminal(
        show=f"{_SHOW}:show_tail",
        follow=f"{_SHOW}:follow_tail",
        short={"limit": "n"},
        hidden=("after", "wait"),
    ),
)

EXPORT = Command(
    name="logs.export",
    summary="Copy exchanges to a file: Parquet, CSV, JSON lines, HAR or a Postman collection.",
    help="A file that is there is kept, unless it is to be replaced (`force`). What is not asked "
    "for on the command line goes to the folder `exports` beside the journal.",
    params=ExportQuery,
    result=Export,
    run="polymock.commands.log_exports:export",
    place="journal",
    role="admin",
    writes=True,
    example={"output": "today.har", "since": "24h"},
    route=Route("POST", "/logs/export"),
    terminal=Terminal(arguments=("output",), show=f"{_SHOW}:show_export"),
)

COMMANDS = (ANOMALIES, UNMATCHED, VERIFY, DIFF, TAIL, EXPORT)

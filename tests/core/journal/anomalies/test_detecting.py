"""Oddities planted in traffic are found, and traffic without them has none."""

import datetime
import random

import duckdb
import pytest

from core.journal.anomalies.made_traffic import DAY, END, Plan, Plant, made
from core.journal.questions.recorded import journal, read
from polymock.commands.context import Context
from polymock.commands.log_anomalies import anomalies
from polymock.errors import CommandError
from polymock.journal import sql
from polymock.journal.reading import reading
from polymock_schemas.anomalies import AnomalyQuery

PLANTS = {
    # kind planted: (kind found, factor)
    "rate": ("rate", 6),
    "silence": ("rate", 0.0),
    "latency": ("latency", 4),
    "slow": ("latency", 0.3),  # so many calls take thirty times as long
    "errors": ("errors", 0.35),
    "violations": ("violations", 0.35),
    "unmatched": ("unmatched", 120),
    "new_client": ("new_client", 60),
    "new_user_agent": ("new_user_agent", 60),
    "scan_paths": ("scan", 120),
    "scan_ids": ("scan", 250),
}


def ten_minutes(seed):
    """A run of tests in CI."""
    return Plan(seed, span=600, rate=8, rhythm=0, drift=0.1, clients=3, restarts=0)


def an_hour(seed):
    return Plan(seed, span=3600, rate=4, rhythm=0.1, drift=0.2, restarts=1)


def a_day(seed):
    return Plan(seed, span=DAY, rate=0.25, restarts=1)


def four_days(seed):
    return Plan(seed, span=4 * DAY, rate=0.08)


def planted(plan, kind, at=None):
    """The plan with an oddity of a kind, and when it begins and ends."""
    rng = random.Random(plan.seed)
    lasts = min(max(plan.span * 0.02, 60), 3600)
    at = at if at is not None else rng.uniform(0.35, 0.9)
    name = "rate" if kind == "silence" else kind
    plan.plants = [Plant(name, at, lasts, rng.choice((0, 1)), PLANTS[kind][1])]
    start = END - datetime.timedelta(seconds=plan.span * (1 - at))
    return plan, start, start + datetime.timedelta(seconds=lasts)


def ask(plan, **query):
    """The report, each of whose queries has been run by the sandbox."""
    connection = made(plan)
    with reading(connection, 120) as journal:
        report = anomalies(Context(journal=journal), AnomalyQuery(**query))
    for anomaly in report.anomalies:
        assert sql.run(connection, anomaly.evidence, 1000, 10_000).rows
    connection.close()
    return report


def near(report, start, stop):
    """What was found at about that time."""
    slack = datetime.timedelta(seconds=max(60, 4 * report.window_seconds))
    start, stop = (moment.replace(tzinfo=datetime.UTC) for moment in (start, stop))
    return [
        one
        for one in report.anomalies
        if one.first_ts < stop + slack and one.last_ts > start - slack
    ]


@pytest.mark.parametrize("kind", PLANTS)
@pytest.mark.parametrize("seed", [2001, 2002])
def test_in_ten_minutes_of_traffic_it_is_found(kind, seed):
    plan, start, stop = planted(ten_minutes(seed), kind)
    report = ask(plan)
    found = near(report, start, stop)
    assert PLANTS[kind][0] in {one.kind for one in found}
    assert list(report.anomalies) == found


@pytest.mark.parametrize("kind", ["rate", "silence", "latency", "slow", "errors", "scan_ids"])
def test_in_a_day_of_traffic_it_is_found(kind):
    plan, start, stop = planted(a_day(7), kind, at=0.5)
    report = ask(plan)
    found = near(report, start, stop)
    assert PLANTS[kind][0] in {one.kind for one in found}
    assert list(report.anomalies) == found


@pytest.mark.parametrize(
    "plan",
    [*(ten_minutes(seed) for seed in range(5)), an_hour(1), a_day(1), a_day(2), four_days(1)],
    ids=lambda plan: f"{plan.span:.0f}s-{plan.seed}",
)
def test_traffic_with_nothing_odd_raises_no_alarm(plan):
    assert [one.summary for one in ask(plan).anomalies] == []


@pytest.mark.parametrize("kind", ["latency", "errors", "new_client", "scan_paths"])
def test_the_last_hour_is_judged_by_the_time_before(kind):
    plan, start, stop = planted(a_day(11), kind, at=1 - 3500 / DAY)
    report = ask(plan, since="2026-03-12T08:30:00Z")
    assert report.since == datetime.datetime(2026, 3, 12, 8, 30, tzinfo=datetime.UTC)
    assert PLANTS[kind][0] in {one.kind for one in near(report, start, stop)}


def test_slow_calls_are_told_by_their_share():
    plan = Plan(7, span=DAY, rate=0.25, restarts=0, tail=0.0)
    plan.plants = [Plant("slow", 0.5, 3600, 0, 0.12)]
    (found,) = ask(plan).anomalies
    assert found.unit == "of calls"
    assert "took far longer than nearly all others in" in found.summary
    assert found.seen > 0.05 > found.baseline


@pytest.mark.parametrize(("lasts", "is_told"), [(3600, True), (8 * 3600, False)])
def test_an_hour_with_half_the_traffic_is_odd_and_a_quiet_night_is_not(lasts, is_told):
    plan = Plan(3, span=DAY, rate=0.5, rhythm=0, drift=0, burstiness=0.05, restarts=0)
    plan.plants = [Plant("rate", 0.5, lasts, -1, 0.5)]
    assert bool(ask(plan).anomalies) == is_told


def test_what_is_odd_before_the_time_judged_is_no_news():
    plan, _, _ = planted(a_day(11), "latency", at=0.5)
    assert ask(plan, since="2026-03-12T08:30:00Z").anomalies == ()


def test_all_operations_at_once_are_told_as_one():
    plan = ten_minutes(5)
    plan.plants = [Plant("rate", 0.5, 90, -1, 5), Plant("errors", 0.5, 90, -1, 0.4)]
    found = ask(plan).anomalies
    assert sorted((one.kind, one.operation) for one in found) == [("errors", ""), ("rate", "")]


def test_an_anomaly_says_what_where_when_and_how_much():
    plan, _, _ = planted(ten_minutes(2001), "errors", at=0.6)
    (found,) = [one for one in ask(plan).anomalies if one.kind == "errors"]
    assert (found.mock, found.unit, found.severity) == ("shop", "of calls", "high")
    assert found.operation in ("GET /products", "GET /products/{id}")
    assert found.seen > 0.2 > found.baseline
    assert f"{found.operation} of shop failed" in found.summary
    assert found.surprise > 6


def test_kinds_severity_and_limit():
    plan, _, _ = planted(ten_minutes(2001), "scan_ids", at=0.6)
    kinds = {one.kind for one in ask(plan).anomalies}
    assert {"scan", "rate"} <= kinds
    assert {one.kind for one in ask(plan, kinds=("scan",)).anomalies} == {"scan"}
    assert {one.severity for one in ask(plan, severity="high").anomalies} == {"high"}
    limited = ask(plan, limit=1)
    assert (len(limited.anomalies), limited.more > 0) == (1, True)


def test_a_selection_is_all_that_is_judged_and_shown():
    plan, _, _ = planted(ten_minutes(2001), "errors", at=0.6)
    with pytest.raises(CommandError, match="the journal knows no mock 'other'"):
        ask(plan, mock="other")
    for one in ask(plan, mock="shop").anomalies:
        assert "mock = 'shop'" in one.evidence


def test_runs_now_and_then_are_not_judged_by_the_time_between():
    """Ten minutes of tests every few hours: silence is no outage, a run no burst."""
    connection = made(ten_minutes(1))
    for number in range(1, 9):
        other = made(ten_minutes(100 + number))
        rows = other.execute("SELECT * FROM requests").fetchall()
        appender = connection.appender("requests")
        shift = datetime.timedelta(hours=3 * number)
        appender.append_rows([(row[0], row[1] - shift, *row[2:]) for row in rows])
        appender.flush()
    kinds = ("rate", "latency", "errors", "violations", "unmatched", "scan")
    with reading(connection) as journal:
        report = anomalies(Context(journal=journal), AnomalyQuery(kinds=kinds))
    assert [one.summary for one in report.anomalies] == []


def test_an_empty_journal_and_one_with_a_call():
    with read([]) as journal:
        report = anomalies(Context(journal=journal), AnomalyQuery())
    assert (report.calls, report.anomalies, report.since) == (0, (), None)
    assert report.notes
    with read([{"path": "/a"}]) as journal:
        report = anomalies(Context(journal=journal), AnomalyQuery(since="2026-03-12T09:00:00Z"))
    assert (report.calls, report.anomalies) == (1, ())
    assert len(report.notes) == 2


def test_hostile_names_stay_values():
    name = "x' OR 1=1; -- \x00\n\"$q?"
    rows = [{"operation": "GET /a", "path": "/a"}] * 400
    rows += [{"operation": "GET /a", "path": "/a", "user_agent": name}] * 40
    with read(rows) as journal:
        found = anomalies(Context(journal=journal), AnomalyQuery()).anomalies
        (agent,) = [one for one in found if one.kind == "new_user_agent"]
        result = journal.query(agent.evidence, 10, 1000)
    assert agent.subject == name
    assert result.rows[0][0] == name
    assert duckdb.extract_statements(agent.evidence)


@pytest.mark.parametrize(("event", "is_odd"), [("server.started", True), ("server.stopped", False)])
def test_silence_until_now_is_odd_as_long_as_the_server_runs(event, is_odd):
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    ended = now - datetime.timedelta(minutes=30)
    rows = [
        {"operation": "GET /users", "ts": ended - datetime.timedelta(seconds=5 * number)}
        for number in range(3000)
    ]
    connection = journal(rows)
    connection.execute(
        "INSERT INTO events (id, ts, type) VALUES (uuid(), ?::TIMESTAMP, ?)", [ended, event]
    )
    with reading(connection) as opened:
        report = anomalies(Context(journal=opened), AnomalyQuery(since="25m", kinds=("rate",)))
    assert bool(report.anomalies) == is_odd
    if is_odd:
        assert report.anomalies[0].seen == 0
    connection.close()

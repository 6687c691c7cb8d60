"""What a report says of calls that are known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from polymock.errors import CommandError

from .conftest import NOON


@pytest.fixture
def traffic(add):
    """A hundred calls in a hundred seconds: some of orders, by three callers, a few that fail."""
    for number in range(100):
        more = {}
        if number % 10 == 9:
            more = {"operation": "POST /orders", "method": "POST", "path": "/orders", "status": 201}
            more |= {"source": "world", "request_bytes": 500, "response_bytes": 100}
        if number % 20 == 0:
            more = {"status": 404, "outcome": "client_error"}
        if number == 50:
            more = {"status": 503, "outcome": "fault", "source": "stub", "latency_us": 9_000_000}
        if number == 51:
            more = {"status": 422, "outcome": "client_error", "source": "refusal"}
            more["violations"] = [{"location": "query.limit", "message": "is too large"}]
            more["id"] = "019ca990-0000-7000-8000-00000000dead"
        principal = "ada" if number < 60 else "bob" if number < 90 else ""
        session = "test-1" if number < 5 else ""
        add(
            number,
            **{"latency_us": 1000 + number, "principal": principal} | more | {"session": session},
        )


def test_totals(traffic, report):
    found = report()
    total = found.total
    assert (found.since, found.until) == (NOON, NOON + timedelta(seconds=99))
    assert found.seconds == 99
    assert (total.calls, total.share, total.per_second) == (100, 1.0, 100 / 99)
    assert (total.errors, total.error_ratio) == (7, 0.07)
    assert total.outcomes == {"ok": 93, "client_error": 6, "fault": 1}
    assert total.sources == {"example": 88, "world": 10, "refusal": 1, "stub": 1}
    assert total.statuses == {"200": 83, "201": 10, "404": 5, "422": 1, "503": 1}
    assert (total.sizes.request_bytes, total.sizes.response_bytes) == (5000, 1900)
    assert (total.sizes.largest_request, total.sizes.largest_response) == (500, 100)
    assert (total.first_ts, total.last_ts) == (NOON, NOON + timedelta(seconds=99))
    assert found.latency_error == 0
    assert found.left_out == {}


def test_percentiles_are_those_of_the_sorted_latencies(traffic, report):
    latency = report().total.latency
    values = sorted([1000 + n for n in range(100) if n != 50] + [9_000_000])
    assert latency.p50_us == values[49]
    assert latency.p90_us == values[89]
    assert latency.p95_us == values[94]
    assert latency.p99_us == values[98]
    assert latency.max_us == 9_000_000
    assert latency.mean_us == round(sum(values) / 100)


def test_operations_and_mocks(traffic, add, report):
    add(3, mock="rpc", protocol="grpc", operation="shop.Shop/Get", status=0, latency_us=7)
    found = report()
    assert [(each.mock, each.protocol, each.figures.calls) for each in found.mocks] == [
        ("shop", "openapi", 100),
        ("rpc", "grpc", 1),
    ]
    orders = found.operations[1]
    assert (orders.operation, orders.figures.calls) == ("POST /orders", 10)
    assert orders.figures.latency.p50_us == 1049
    assert orders.figures.share == 10 / 101
    assert found.operations[2].figures.statuses == {"grpc 0": 1}


def test_errors_say_what_the_last_of_them_broke(traffic, report):
    errors = report().errors
    assert [(each.status, each.outcome, each.calls) for each in errors] == [
        (404, "client_error", 5),
        (422, "client_error", 1),
        (503, "fault", 1),
    ]
    refused = errors[1]
    assert refused.why == "query.limit: is too large"
    assert refused.last_id.endswith("dead")
    assert refused.last_ts == NOON + timedelta(seconds=51)
    assert (errors[0].why, errors[0].share) == ("", 5 / 7)


def test_who_calls(traffic, report):
    found = report()
    assert [(each.name, each.calls, each.errors) for each in found.principals] == [
        ("ada", 60, 5),
        ("bob", 30, 2),
        ("", 10, 0),
    ]
    assert found.principals[2].latency.max_us == 1099
    assert [(each.name, each.calls) for each in found.sessions] == [("test-1", 5)]
    assert [(each.principal, each.client, each.calls) for each in found.callers] == [
        ("ada", "127.0.0.1", 60),
        ("bob", "127.0.0.1", 30),
        ("", "127.0.0.1", 10),
    ]


def test_where_nobody_names_himself_there_are_no_principals_and_no_sessions(add, report):
    add()
    found = report()
    assert found.principals == found.sessions == ()
    assert [each.calls for each in found.callers] == [1]


def test_slowest_calls_come_first(traffic, report):
    slowest = report(most=3).slowest
    assert [each.latency_us for each in slowest] == [9_000_000, 1099, 1098]
    assert (slowest[0].status, slowest[0].source, slowest[0].principal) == (503, "stub", "ada")


def test_lists_are_cut_and_say_so(add, report):
    for number in range(7):
        add(number, operation=f"GET /{number}", principal=f"p{number}", session=f"s{number}")
        add(number, operation=f"GET /{number}", status=500 + number, outcome="server_error")
    found = report(most=2)
    assert [len(each) for each in (found.operations, found.principals, found.sessions)] == [2] * 3
    assert len(found.callers) == len(found.errors) == len(found.slowest) == 2
    assert found.left_out == {
        "operations": 5,
        "principals": 6,
        "sessions": 5,
        "callers": 6,
        "errors": 5,
    }


def test_the_timeline_has_every_step_and_every_call(traffic, report):
    timeline = report().timeline
    assert timeline.step_seconds == 2
    assert len(timeline.steps) == 50
    assert sum(step.calls for step in timeline.steps) == 100
    assert sum(step.client_errors for step in timeline.steps) == 6
    assert [step.faults for step in timeline.steps].index(1) == 25
    assert timeline.steps[0].ts == NOON
    assert timeline.steps[25].p95_us == 9_000_000


def test_steps_without_calls_are_there_too(add, report):
    add(0)
    add(40)
    steps = report().timeline.steps
    assert [step.calls for step in steps] == [1, *[0] * 39, 1]


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ({"operation": "POST /orders"}, 10),
        ({"principal": "bob"}, 30),
        ({"principal": ""}, 10),
        ({"session": "test-1"}, 5),
        ({"mock": "shop", "since": "2026-03-01T12:00:10Z"}, 90),
        ({"until": "2026-03-01T12:00:10Z"}, 10),
        ({"since": "2026-03-01T13:00:10+01:00", "until": "2026-03-01T12:00:20"}, 10),
        ({"since": "3580s"}, 80),
        ({"since": "2026-03-01", "until": "2026-03-02"}, 100),
    ],
)
def test_a_selection_is_kept_to(traffic, report, query, calls):
    found = report(**query)
    assert found.total.calls == calls
    assert sum(step.calls for step in found.timeline.steps) == calls
    assert sum(each.figures.calls for each in found.operations) == calls


def test_the_last_step_is_that_of_the_last_call_or_before_the_end_asked_for(add, report):
    for second in (0, 60, 120):
        add(second)
    steps = report(since="2026-03-01T12:00:00Z", until="2026-03-01T12:01:30Z").timeline.steps
    assert [step.calls for step in steps] == [1, *[0] * 59, 1, *[0] * 29]
    assert report().timeline.steps[-1].calls == 1


def test_a_call_of_several_operations_is_found_by_each(add, report):
    add(operation="Query.pet + Query.owner")
    add(operation="Query.pets")
    assert report(operation="Query.owner").total.calls == 1
    assert report(operation="Query.pet").total.calls == 1
    assert report(operation="Query.pet + Query.owner").total.calls == 1
    assert report(operation="Query").total is None


def test_the_time_is_what_was_asked_about_as_far_as_the_journal_has_it(traffic, report):
    found = report(since="2020-01-01", until="2026-03-01T12:00:30Z")
    assert (found.since, found.until) == (NOON, NOON + timedelta(seconds=30))
    assert found.total.per_second == 1
    assert report(operation="POST /orders").seconds == 99


def test_calls_that_were_dropped_are_told(traffic, database, report):
    database.execute(
        "INSERT INTO journal_gaps VALUES ('2026-03-01 12:00:10', 'n', 7, 1, 'why'),"
        " ('2026-03-01 12:00:50', 'n', 5, 1, 'why')"
    )
    assert report().dropped == 12
    assert report(until="2026-03-01T12:00:20Z").dropped == 7


def test_an_empty_journal_says_so(report):
    found = report()
    assert (found.total, found.since) == (None, None)
    assert found.hints == ("The journal is empty: send a call to a mock, then ask again.",)


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ({"mock": "shpo"}, "No call is of the mock 'shpo'; did you mean 'shop'?"),
        ({"mock": "zzz"}, "No call is of the mock 'zzz'; there are: shop."),
        ({"session": "zzz"}, "No call is of the session 'zzz', nor of any other."),
        ({"mock": ""}, "Every call has a mock."),
        ({"since": "1s"}, "Ask about another time: with an earlier `since`, or without `until`."),
        (
            {"mock": "shop", "operation": "GET /pets/{petId}", "principal": "ada"},
            "No call has all of that at once: leave a condition out.",
        ),
    ],
)
def test_where_nothing_matches_it_says_why_and_what_to_do(add, report, query, hint):
    add(0)
    add(1, operation="GET /owners", principal="ada")
    found = report(**query)
    assert found.total is None
    assert found.hints[0] == "The journal has 2 calls, from 2026-03-01 12:00:00 to " + (
        "2026-03-01 12:00:01 UTC."
    )
    assert hint in found.hints


def test_a_name_that_could_be_sql_is_a_name(add, report):
    add(principal="x' OR 1=1 --")
    add(principal="y")
    assert report(principal="x' OR 1=1 --").total.calls == 1
    assert report(operation="'; DROP TABLE exchanges; --").total is None
    assert report().total.calls == 2


def test_times_that_are_none_are_refused(report):
    with pytest.raises(CommandError, match="'soon' is no time"):
        report(since="soon")
    with pytest.raises(CommandError, match="is not before until"):
        report(since="1m", until="2m")

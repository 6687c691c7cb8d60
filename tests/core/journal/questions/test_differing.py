"""Two times, or two sessions, compared."""

import pytest

from core.journal.questions.recorded import read
from polymock.commands.context import Context
from polymock.commands.log_questions import diff
from polymock.errors import CommandError
from polymock_schemas.log_questions import DiffQuery

SPLIT = "2026-03-12T09:05:00"


def calls(number, operation="GET /a", **more):
    return [{"operation": operation, "latency_us": 1000 + at % 7, **more} for at in range(number)]


def ask(rows, **query):
    with read(rows) as journal:
        return diff(Context(journal=journal), DiffQuery(**query))


def of_sessions(before, after, **more):
    rows = [{**row, "session": "a"} for row in before] + [{**row, "session": "b"} for row in after]
    return ask(rows, before="session:a", after="session:b", **more)


def test_the_same_is_the_same():
    found = of_sessions(calls(100), calls(103))
    assert (found.operations, found.same, found.total.state) == ((), 1, "same")
    assert (found.before.calls, found.after.calls) == (100, 103)


def test_operations_come_and_go():
    found = of_sessions(calls(9), calls(9, "GET /b"))
    assert [(one.operation, one.state) for one in found.operations] == [
        ("GET /b", "new"),
        ("GET /a", "gone"),
    ]
    assert found.operations[0].before is None
    assert found.operations[0].after.calls == 9


@pytest.mark.parametrize(
    ("before", "after", "measure", "words"),
    [
        (calls(100), calls(300), "calls", "called 3 times as often: 300 times, before 100"),
        (
            calls(200),
            calls(150) + calls(50, status=503, outcome="server_error"),
            "errors",
            "failed in 25 % of the calls, before 0 %",
        ),
        (
            calls(200),
            calls(150) + calls(50, violations=[{"location": "body", "message": "x"}]),
            "violations",
            "broke the contract in 25 % of the calls, before 0 %",
        ),
        (calls(50), calls(50, latency_us=3000), "latency", "slower: p50 3 ms, before 1;"),
        (calls(200), calls(150) + calls(50, status=201), "statuses", "201 25 %, before 0 %"),
    ],
)
def test_what_changed_is_told(before, after, measure, words):
    (found,) = of_sessions(before, after).operations
    (change,) = [one for one in found.changes if one.measure == measure]
    assert words in change.summary
    assert change.significance == "clear"


def test_what_may_well_be_chance_is_not_told():
    after = calls(95) + calls(5, status=503, outcome="server_error")
    before = calls(97) + calls(3, status=503, outcome="server_error")
    assert of_sessions(before, after).operations == ()


def test_times_are_compared_by_rate():
    rows = calls(300) + [row for row in calls(300) for _ in range(1)]
    found = ask(rows, before=f"..{SPLIT}", after=f"{SPLIT}..", all=True)
    assert (found.before.seconds, found.after.seconds) == (300.0, 299.0)
    (operation,) = found.operations
    assert operation.state == "same"
    assert operation.before.rate == pytest.approx(60.0)


def test_an_empty_part_is_empty():
    found = ask(calls(5), before="..2026-03-11", after="2026-03-12..")
    assert found.before.calls == 0
    assert found.before.first_ts is None
    assert [one.state for one in found.operations] == ["new"]


def test_nothing_at_all():
    found = ask([], before="..1h", after="1h..")
    assert (found.operations, found.total.state, found.same) == ((), "same", 0)


def test_a_session_that_no_call_has_is_refused():
    with pytest.raises(CommandError, match="after: no call has the session 'none'") as caught:
        ask(calls(5, session="a"), before="session:a", after="session:none")
    assert caught.value.violations[0].location == "after"
    # One that has calls, but none of this mock, is no mistake.
    rows = [*calls(5, session="a"), *calls(1, mock="other")]
    found = ask(rows, before="session:a", after="session:a", mock="other")
    assert found.total.state == "same"


@pytest.mark.parametrize(("name", "value"), [("mock", "nope"), ("operation", "GET /nope")])
def test_a_name_that_the_journal_does_not_know_is_refused(name, value):
    with pytest.raises(CommandError, match=f"the journal knows no {name} '{value}'") as caught:
        ask(calls(5, session="a"), before="session:a", after="session:a", **{name: value})
    assert caught.value.violations[0].location == name
    assert caught.value.hint


@pytest.mark.parametrize("side", ["yesterday", "1h", "x..y"])
def test_what_is_no_part_is_refused(side):
    with pytest.raises(CommandError):
        ask([], before=side, after="1h..")

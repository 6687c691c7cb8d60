"""The question of coverage: parts, exercised or not, as far as has been looked into and beyond."""

from datetime import timedelta

import pytest

from polymock.journal.coverage.answering import Patience, Question, Range
from polymock.journal.coverage.tracking import Tracker


@pytest.fixture
def covered(database):
    """Asks which parts were exercised: their kinds, places and names by operation."""

    def ask(where="TRUE", patience=None, **asked):
        question = Question(database.rows, Range(**asked))
        findings = question.answer(where, {}, patience or Patience())
        covered.findings = findings
        found = {}
        for part in findings.parts:
            if part.covered:
                told = " ".join(filter(None, (part.kind, part.place, part.name)))
                found.setdefault(part.operation, set()).add(told)
        return found

    covered = ask
    return ask


def call(database, seconds=0.0, **more):
    """A call that exercises a parameter and two properties."""
    body = '{"items":[{"id":1}]}'
    database.put("GET /pets", seconds, query="limit=1", response_body=body, **more)


EXERCISED = {
    "GET /pets": {
        "operation GET /pets",
        "status 200",
        "parameter query limit",
        "response 200 items",
        "response 200 items[].id",
    }
}


@pytest.mark.parametrize("is_tracked", [False, True])
def test_the_same_is_told_whether_it_was_looked_into_before_or_not(database, covered, is_tracked):
    call(database)
    if is_tracked:
        Tracker(database, lambda: 0).catch_up()
        assert database.rows("SELECT count(*) > 0 FROM exercised") == [(True,)]
    assert covered() == EXERCISED
    assert covered.findings.unseen == 0
    assert covered.findings.unlisted == []
    assert covered(operation="POST /pets") == {}
    assert covered(mock="shop") == EXERCISED
    assert covered(mock="rpc") == {}


def test_every_part_is_told_once(database, covered):
    covered()
    keys = [(p.mock, p.operation, p.kind, p.place, p.name) for p in covered.findings.parts]
    assert len(keys) == len(set(keys)) == 4 + 6 + 14
    assert not any(part.covered for part in covered.findings.parts)


def test_statuses_count_by_code_by_range_and_by_default(database, covered):
    database.put("GET /pets", status=404)
    assert covered() == {"GET /pets": {"operation GET /pets", "status 4XX"}}
    database.put("GET /pets", status=503)
    assert "status default" in covered()["GET /pets"]
    (part,) = [p for p in covered.findings.parts if p.name == "default"]
    assert part.calls == 1


def test_each_of_several_operations_in_one_call_counts(database, covered):
    database.put("POST /pets + GET /pets/{petId}", status=200)
    assert covered() == {
        "POST /pets": {"operation POST /pets"},
        "GET /pets/{petId}": {
            "operation GET /pets/{petId}",
            "status 200",
            "parameter path petId",
        },
    }


@pytest.mark.parametrize("is_tracked", [False, True])
def test_sessions_are_told_apart(database, covered, is_tracked):
    call(database, session="a")
    database.put("POST /pets", session="b", request_body='{"name":""}', status=201)
    if is_tracked:
        Tracker(database, lambda: 0).catch_up()
    assert covered("r.session = 'a'", session="a") == EXERCISED
    assert covered("r.session = 'b'", session="b")["POST /pets"] >= {"request name"}
    assert covered("r.session = ''", session="") == {}


@pytest.mark.parametrize("is_tracked", [False, True])
@pytest.mark.parametrize(
    ("since", "until", "is_there"),
    [
        (None, 100, False),
        (None, 101, True),
        (100, None, True),
        (101, 4000, True),  # the second call
        (101, 1800, False),
        (99, 102, True),
        (4001, None, False),
        (3900, 4000, False),
    ],
)
def test_times_are_kept_to_exactly(database, covered, is_tracked, since, until, is_there):
    call(database, 100)
    call(database, 3000)
    call(database, 4000)
    if is_tracked:
        Tracker(database, lambda: 0).catch_up()
    ends = {
        name: database.noon + timedelta(seconds=seconds)
        for name, seconds in (("since", since), ("until", until))
        if seconds is not None
    }
    found = covered("FALSE", **ends).get("GET /pets", set())
    assert ("parameter query limit" in found) is is_there


def test_what_came_late_is_looked_into_too(database, covered):
    call(database)
    tracker = Tracker(database, lambda: 0)
    tracker.catch_up()
    database.put("GET /pets", 1, query="colour=red")
    assert "parameter query filter" in covered()["GET /pets"]
    tracker.catch_up()
    assert "parameter query filter" in covered(patience=Patience(0.0))["GET /pets"]


def test_what_there_is_no_time_for_is_counted(database, covered, monkeypatch):
    monkeypatch.setattr("polymock.journal.coverage.answering.LEAST_SECONDS", 0.0)
    for seconds in range(3):
        call(database, seconds * 1000)
    assert covered(patience=Patience(0.0)) == {"GET /pets": {"operation GET /pets", "status 200"}}
    assert covered.findings.unseen == 3


def test_it_goes_on_looking_where_that_is_not_enough(database, covered, monkeypatch):
    monkeypatch.setattr("polymock.journal.coverage.answering.LEAST_SECONDS", 0.0)
    call(database)
    patience = Patience(0.0, 10.0, lambda parts: sum(part.covered for part in parts) >= 5)
    assert covered(patience=patience) == EXERCISED
    assert covered.findings.unseen == 0


def test_without_the_tables_of_this_version_operations_and_statuses_are_told(database, covered):
    call(database)

    def rows(statement, parameters):
        found = database.rows(statement, parameters)
        return [row for row in found if row[0] not in ("footprints", "exercised")]

    findings = Question(rows, Range()).answer("TRUE", {}, Patience())
    assert {part.kind for part in findings.parts} == {"operation", "status"}
    assert findings.unlisted == ["rpc", "shop"]

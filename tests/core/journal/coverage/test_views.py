"""Coverage as users ask for it in SQL: views and macros over what has been looked into."""

import pytest

from polymock.journal import sql
from polymock.journal.coverage.answering import Patience, Question, Range
from polymock.journal.coverage.tracking import Tracker

KEYS = "mock, operation, kind, place, name"


@pytest.fixture
def database(database):
    """With calls in two sessions, an hour apart, that have been looked into."""
    database.put("GET /pets", query="limit=1", response_body='{"items":[]}')
    database.put("GET /pets", 3600, status=404, session="one", response_body='{"title":""}')
    database.put("GET /pets/{petId}", 3600, session="one")
    Tracker(database, lambda: 0).catch_up()
    return database


def covered(database, relation):
    """The parts that a view or a macro has for exercised: kind, place and name."""
    statement = f"SELECT kind, place, name FROM {relation} WHERE covered AND kind <> 'operation'"
    return {tuple(row) for row in sql.run(database, statement, 1000, 10_000).rows}


def test_the_view_says_what_the_command_says(database):
    rows = database.rows(f"SELECT {KEYS}, required, covered FROM contract_coverage")
    findings = Question(database.rows, Range()).answer("TRUE", {}, Patience())
    told = {
        (p.mock, p.operation, p.kind, p.place, p.name, p.required, p.covered)
        for p in findings.parts
    }
    assert len(rows) == len(told)
    assert set(rows) == told


def test_the_macro_takes_a_session_and_a_time(database):
    first = {("status", "", "200"), ("parameter", "query", "limit"), ("response", "200", "items")}
    second = {
        *(("status", "", "4XX"), ("response", "4XX", "title")),
        *(("status", "", "200"), ("parameter", "path", "petId")),
    }
    assert covered(database, "contract_coverage") == first | second
    assert covered(database, "contract_coverage(session := 'one')") == second
    assert covered(database, "contract_coverage(until := '2026-03-01T13:00:00Z')") == first
    assert covered(database, "contract_coverage(since := '2026-03-01T12:30:00Z')") == second
    assert covered(database, "contract_coverage(mock := 'rpc')") == set()


def test_percentages_are_told_by_mock_and_kind(database):
    rows = sql.run(database, "FROM coverage_percent(mock := 'shop')", 100, 10_000).rows
    assert rows == [
        ["shop", "operation", 3, 2, 66.7],
        ["shop", "parameter", 4, 2, 50.0],
        ["shop", "request", 3, 0, 0.0],
        ["shop", "response", 5, 2, 40.0],
        ["shop", "status", 6, 3, 50.0],
    ]

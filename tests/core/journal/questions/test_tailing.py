"""Exchanges after a cursor, one after the other, each once."""

import uuid

import pytest

from core.journal.questions.recorded import START, journal, read
from polymock.errors import CommandError
from polymock.journal.questions.tailing import tail
from polymock.journal.reading import reading
from polymock_schemas.log_questions import TailQuery

ROWS = [{"path": f"/{number}", "method": "POST" if number % 2 else "GET"} for number in range(10)]


def paths(told):
    return [call.path for call in told.calls]


def test_the_latest_come_oldest_first():
    with read(ROWS) as opened:
        assert paths(tail(opened, TailQuery(limit=3))) == ["/7", "/8", "/9"]


def test_those_before_the_latest_do_not_come_back():
    rows = [{"path": f"/{number}", "ts": START} for number in range(10)]
    with read(rows) as opened:
        first = tail(opened, TailQuery(limit=3))
        assert len(first.calls) == 3
        assert paths(tail(opened, TailQuery(after=first.cursor))) == []


def test_a_cursor_goes_on_where_the_answer_ended():
    with read(ROWS) as opened:
        seen, cursor = [], "0"
        while told := tail(opened, TailQuery(limit=3, after=cursor)):
            cursor = told.cursor
            if not told.calls:
                break
            seen += paths(told)
    assert seen == [f"/{number}" for number in range(10)]


def test_what_is_recorded_late_is_seen_and_nothing_twice():
    connection = journal(ROWS)
    with reading(connection) as opened:
        first = tail(opened, TailQuery(limit=20))
        connection.execute(
            "INSERT INTO requests SELECT * REPLACE (?::UUID AS id, ts - INTERVAL '200 ms' AS ts, "
            "'/late' AS path) FROM requests WHERE path = '/9'",
            [uuid.UUID(int=99)],
        )
        opened.renew()
        second = tail(opened, TailQuery(after=first.cursor))
        third = tail(opened, TailQuery(after=second.cursor))
    assert paths(first)[-1] == "/9"
    assert paths(second) == ["/late"]
    assert paths(third) == []


def test_many_at_one_moment_are_each_seen_once():
    rows = [{"path": f"/{number}", "ts": START} for number in range(250)]
    with read(rows) as opened:
        seen, cursor = [], "0"
        for _ in range(20):
            told = tail(opened, TailQuery(limit=60, after=cursor))
            cursor = told.cursor
            seen += paths(told)
    assert len(seen) >= 250
    assert set(seen) == {f"/{number}" for number in range(250)}


def test_filters():
    with read(ROWS) as opened:
        assert paths(tail(opened, TailQuery(method="post", path="/*", limit=2))) == ["/7", "/9"]
        assert paths(tail(opened, TailQuery(path="/3"))) == ["/3"]
        assert paths(tail(opened, TailQuery(status=500))) == []


def test_bodies_are_told_where_they_are_asked_for():
    row = {
        "request_body": "hello",
        "request_headers": '{"a": "b"}',
        "violations": [{"location": "body", "message": "is bad"}],
    }
    with read([row]) as opened:
        (plain,) = tail(opened, TailQuery()).calls
        (full,) = tail(opened, TailQuery(bodies=True)).calls
    assert (plain.request_body, plain.request_headers) == (None, None)
    assert (full.request_body, full.request_headers) == ("hello", {"a": "b"})
    assert full.violations == ("body: is bad",)
    assert full.latency_ms == 1.0


def test_waiting_ends_when_something_comes():
    connection = journal([])
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            connection.execute(
                "INSERT INTO requests (id, ts, method, path, latency_us, request_headers) "
                "VALUES (uuid(), now()::TIMESTAMP, 'GET', '/new', 1, '{}')"
            )

    connection.execute("SET TimeZone = 'UTC'")
    with reading(connection) as opened:
        told = tail(opened, TailQuery(wait=5), sleep)
    assert paths(told) == ["/new"]
    assert len(waits) == 2


def test_waiting_ends_in_time():
    with read([]) as opened:
        told = tail(opened, TailQuery(wait=0.3))
    assert told.calls == ()
    assert told.cursor


@pytest.mark.parametrize("cursor", ["x", "1.zz", "1;drop", "-1", "9" * 40])
def test_what_is_no_cursor_is_refused(cursor):
    with read([]) as opened, pytest.raises(CommandError):
        tail(opened, TailQuery(after=cursor))

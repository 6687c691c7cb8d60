"""Macros in users' SQL: what they answer, and that they open no way around the sandbox."""

from __future__ import annotations

import time

import duckdb
import pytest

from polymock.errors import JournalError
from polymock.journal.database import open_journal
from polymock.journal.sql import run

FILL = """
INSERT INTO exchanges (id, ts, mock, protocol, operation, method, path, status, outcome, source,
    principal, client, user_agent, session, latency_us, request_bytes, response_bytes)
SELECT uuid(), TIMESTAMP '2026-03-01 12:00' + to_seconds(i * 60), 'shop', 'openapi',
    CASE WHEN i % 3 = 0 THEN 'GET /a' ELSE 'GET /b' END, 'GET', '/a',
    CASE WHEN i % 10 = 0 THEN 500 ELSE 200 END,
    CASE WHEN i % 10 = 0 THEN 'server_error' ELSE 'ok' END,
    'example', 'p' || i % 2, '127.0.0.1', 'curl', '', 1000 + i, 1, 2
FROM range(120) t(i)
"""


@pytest.fixture(scope="module")
def database():
    with open_journal(":memory:") as connection:
        connection.execute(FILL)
        connection.execute(
            "INSERT INTO exchanges BY NAME SELECT * REPLACE (now()::TIMESTAMP AS ts,"
            " 'fresh' AS mock) FROM exchanges LIMIT 1"
        )
        yield connection


def ask(database, statement, limit=100, timeout_ms=3000):
    return run(database, statement, limit, timeout_ms).rows


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ("", 121),
        ("mock := 'shop'", 120),
        ("since := '1h'", 1),
        ("since := now() - INTERVAL 1 HOUR", 1),
        ("since := '2026-03-01 13:00', until := '2026-03-01 13:30'", 30),
        ("since := '2026-03-01T14:00:00+01:00', until := '2026-03-01T13:30:00Z'", 30),
        ("since := TIMESTAMP '2026-03-01 13:00', mock := 'shop'", 60),
        ("since := DATE '2026-03-01', until := DATE '2026-03-02'", 120),
        ("'2026-03-01 13:00', '2026-03-01 13:30'", 30),
        ("until := '1m', since := '365000d'", 120),
        ("principal := 'p0', mock := 'shop', operation := 'GET /a'", 20),
        ("since := (SELECT min(ts) + INTERVAL 1 HOUR FROM requests), mock := 'shop'", 60),
    ],
)
def test_a_selection_in_sql(database, arguments, calls):
    assert ask(database, f"SELECT sum(calls)::BIGINT FROM report_operations({arguments})") == [
        [calls]
    ]


def test_figures_of_operations(database):
    rows = ask(
        database,
        "SELECT operation, calls, share, per_second, errors, p50_us, max_us, response_bytes"
        " FROM report_operations(mock := 'shop')",
    )
    assert rows == [
        ["GET /b", 80, 80 / 120, 80 / (119 * 60), 8, 1059, 1119, 160],
        ["GET /a", 40, 40 / 120, 40 / (119 * 60), 4, 1057, 1117, 80],
    ]


def test_steps_of_time_are_as_long_as_asked(database):
    rows = ask(database, "FROM report_timeline(step := '30m', mock := 'shop')")
    assert [row[2] for row in rows] == [30, 30, 30, 30]
    rows = ask(database, "FROM report_timeline(step := INTERVAL 1 HOUR, mock := 'shop')")
    assert [row[2] for row in rows] == [60, 60]


@pytest.mark.parametrize("name", ["latency", "errors", "coverage", "traffic_per_minute"])
def test_a_macro_of_a_views_name_answers_as_the_view_does(database, name):
    assert ask(database, f"FROM {name}()") == ask(database, f"FROM {name}")


def test_the_slowest_are_as_many_as_asked(database):
    rows = ask(database, "SELECT latency_us FROM report_slowest(most := 2, operation := 'GET /b')")
    assert rows == [[1119], [1118]]


def test_a_time_that_is_none_says_what_it_should_be(database):
    with pytest.raises(JournalError, match="YYYY-MM-DD"):
        ask(database, "FROM latency(since := 'soon')")


@pytest.mark.parametrize(
    "arguments",
    [
        "since := (SELECT sleep_ms(1000))",
        "mock := repeat('x', 1000000000)",
        "mock := (SELECT content FROM read_text('/etc/passwd'))",
        "mock := (DELETE FROM exchanges RETURNING mock)",
        "mock := (SELECT * FROM query('SELECT 1'))",
        "step := (SELECT nextval('s'))",
    ],
)
def test_arguments_are_kept_from_what_all_sql_is_kept_from(database, arguments):
    with pytest.raises(JournalError):
        ask(database, f"FROM report_timeline({arguments})")


def test_macros_in_macros_in_macros_are_stopped_in_time(database):
    nested = "'1d'"
    for _ in range(12):
        nested = f"(SELECT min(first_ts) FROM report_mocks(since := {nested}))"
    started = time.monotonic()
    with pytest.raises(JournalError):
        ask(database, f"SELECT {nested}", timeout_ms=500)
    assert time.monotonic() - started < 10


def test_users_can_make_no_macros_of_their_own(database):
    for statement in (
        "CREATE MACRO m() AS TABLE SELECT 1",
        "CREATE TEMP MACRO latency() AS TABLE SELECT 1",
        "DROP MACRO TABLE latency",
    ):
        with pytest.raises(JournalError):
            ask(database, statement)


def test_now_means_the_same_on_every_machine(database):
    assert ask(database, "SELECT current_setting('TimeZone')") == [["UTC"]]
    with pytest.raises(duckdb.Error):
        database.execute("SET TimeZone = 'Asia/Tokyo'")

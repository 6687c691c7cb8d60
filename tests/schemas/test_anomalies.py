"""The macros that say what is odd."""

import datetime

import duckdb
import pytest

from polymock_schemas.journal import ddl

START = datetime.datetime(2026, 3, 12, 9, 0)


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        for statement in ddl():
            connection.execute(statement)
        table = "exchanges" if "exchanges" in _tables(connection) else "requests"
        connection.execute(
            f"INSERT INTO {table} (id, ts, mock, operation, outcome, latency_us, client, "
            "user_agent, principal, path, source, session) "
            "SELECT uuid(), TIMESTAMP '2026-03-12 09:00:00' + INTERVAL 3 SECOND * range, 'shop', "
            "'GET /a', CASE WHEN range BETWEEN 2000 AND 2099 THEN 'server_error' ELSE 'ok' END, "
            "CASE WHEN range BETWEEN 1000 AND 1099 THEN 9000 ELSE 1000 + range % 9 END, "
            "CASE WHEN range > 2500 THEN '10.0.0.2' ELSE '10.0.0.1' END, 'test', '', '/a', "
            "'sample', '' FROM range(3000)"
        )
        connection.execute(
            f"INSERT INTO {table} (id, ts, mock, operation, client, path, source, session, "
            "user_agent, principal) SELECT uuid(), TIMESTAMP '2026-03-12 09:30:00', 'shop', '', "
            "'10.0.0.9', '/x' || range % 40, 'refusal', '', 'test', '' FROM range(80)"
        )
        yield connection


def _tables(connection):
    return {
        row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    }


def test_windows_that_are_odd_are_told(database):
    rows = database.execute(
        "SELECT measure, min(starts), max(seen) FROM anomalies() GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert [row[0] for row in rows] == ["errors", "latency"]
    assert rows[0][1] == datetime.datetime(2026, 3, 12, 10, 40)
    assert rows[0][2] == 1.0
    assert rows[1][1] == datetime.datetime(2026, 3, 12, 9, 50)
    assert rows[1][2] == pytest.approx(9000)


def test_a_selection_and_a_step(database):
    query = "SELECT count(*) FROM anomalies(until := '2026-03-12T10:30:00Z', step := '1 minute')"
    assert database.execute(query).fetchone() == (5,)
    assert database.execute("SELECT count(*) FROM anomalies(mock := 'other')").fetchone() == (0,)


def test_new_callers(database):
    rows = database.execute(
        "SELECT kind, name, calls FROM new_callers(since := '2026-03-12T10:00:00Z')"
    ).fetchall()
    assert rows == [("client", "10.0.0.2", 499)]


def test_scans(database):
    rows = database.execute("SELECT client, addresses, calls FROM scans()").fetchall()
    assert rows == [("10.0.0.9", 40, 80)]

"""Percentiles off counts, beside those that DuckDB makes of the values."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polymock.journal.database import open_journal
from polymock.journal.reading import reading
from polymock.journal.reports.percentiles import error, percentiles
from polymock.journal.selecting import choose
from polymock_schemas.journal_questions import Selection

QUANTILES = (0.5, 0.9, 0.95, 0.99)


@pytest.fixture(scope="module")
def database():
    with open_journal(":memory:") as connection:
        yield connection


def fill(database: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, int]]) -> None:
    database.execute("DELETE FROM exchanges")
    with database.cursor() as cursor:
        cursor.execute("BEGIN")
        for row in rows:
            cursor.execute(
                "INSERT INTO exchanges (mock, operation, latency_us) VALUES (?, ?, ?)", list(row)
            )
        cursor.execute("COMMIT")


calls = st.lists(
    st.tuples(
        st.sampled_from(("shop", "rpc")),
        st.sampled_from(("GET /a", "GET /b", "")),
        st.integers(0, 2**40),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25, deadline=None)
@given(calls)
def test_they_are_those_of_the_values_at_every_level(database, rows):
    fill(database, rows)
    with reading(database) as journal:
        keys = ("r.mock", "r.operation")
        chosen = choose(Selection())
        exact = percentiles(journal, chosen, keys, QUANTILES, buckets=None, levels=(0, 1))
        close = percentiles(journal, chosen, keys, QUANTILES, buckets=128, levels=(0, 1))
        for group, where in (
            ((None, None), "TRUE"),
            (("shop", None), "mock = 'shop'"),
            (("rpc", "GET /b"), "mock = 'rpc' AND operation = 'GET /b'"),
        ):
            ((expected,),) = journal.rows(
                f"SELECT quantile_disc(latency_us, {list(QUANTILES)}) FROM requests WHERE {where}"
            )
            if expected is None:
                assert group not in exact
                continue
            assert exact[group] == tuple(expected)
            for found, value in zip(close[group], expected, strict=True):
                assert abs(found - value) <= value * error(128) * 1.01 + 1


def test_without_keys_there_is_one_group(database):
    fill(database, [("shop", "GET /a", n) for n in range(1, 101)])
    with reading(database) as journal:
        found = percentiles(journal, choose(Selection()), (), (0.5, 1.0), buckets=None)
    assert found == {(): (50, 100)}

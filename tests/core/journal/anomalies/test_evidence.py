"""Values in a query that shows an anomaly."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.journal import sql
from polymock.journal.anomalies.evidence import moment, quoted


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        yield connection


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back_as_it_was(database, text):
    assert sql.run(database, f"SELECT {quoted(text)}", 1, 5000).rows == [[text]]


def test_an_instant_keeps_its_microseconds(database):
    found = sql.run(database, f"SELECT epoch_us({moment(1_773_307_799_109_797)})", 1, 5000)
    assert found.rows == [[1_773_307_799_109_797]]

"""The large journal of the benchmarks is the same on every machine, and a journal."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from polymock.journal.database import open_read_only

UNTIL = datetime(2026, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def generator() -> dict[str, Any]:
    return runpy.run_path(str(Path(__file__).with_name("big_journal.py")))


def test_it_is_the_same_each_time(generator: dict[str, Any], tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        generator["make"](tmp_path / name, 3000, UNTIL)
        with open_read_only(str(tmp_path / name)) as journal:
            found.append(journal.execute("FROM requests ORDER BY id").fetchall())
    assert found[0] == found[1]
    assert len(found[0]) == len({row[0] for row in found[0]}) == 3000


def test_it_is_about_a_week_of_three_mocks(generator: dict[str, Any], tmp_path: Path) -> None:
    generator["make"](tmp_path / "journal", 20_000, UNTIL)
    with open_read_only(str(tmp_path / "journal")) as journal:
        first, last = journal.execute("SELECT min(ts), max(ts) FROM requests").fetchone()
        assert last <= UNTIL.replace(tzinfo=None)
        assert 6.9 < (last - first).total_seconds() / 86_400 < 7.1
        mocks = journal.execute("SELECT mock, protocol FROM report_mocks()").fetchall()
        assert set(mocks) == {
            ("shop", "openapi"),
            ("shop-graph", "graphql"),
            ("shop-rpc", "grpc"),
        }
        ratio = journal.execute("SELECT sum(errors) / sum(calls) FROM report_mocks()").fetchone()
        assert 0.04 < ratio[0] < 0.08
        covered = "SELECT count(*) FILTER (covered), count(*) FROM coverage"
        called, declared = journal.execute(covered).fetchone()
        assert declared - called == 5

"""Journals that no server has open: their views and macros, be they older or somebody else's."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from polymock.journal.database import open_journal, open_read_only
from polymock.journal.reading import reading
from polymock.journal.reports.gathering import gather
from polymock.journal.sql import run
from polymock_schemas.journal import MACROS, SCHEMA_VERSION, VIEWS
from polymock_schemas.log_reports import ReportQuery

VERSIONS = Path(__file__).parent / "versions"


@pytest.fixture(params=range(1, SCHEMA_VERSION))
def older(request, tmp_path):
    """A journal of an older version, with a call."""
    path = str(tmp_path / "old.duckdb")
    with duckdb.connect(path) as journal:
        journal.execute((VERSIONS / f"{request.param}.sql").read_text())
        journal.execute("DELETE FROM requests")
        journal.execute(
            "INSERT INTO requests (id, ts, mock, protocol, operation, path, status, outcome,"
            " source, principal, client, user_agent, session, latency_us, request_bytes,"
            " response_bytes) VALUES (uuid(), '2026-03-01 12:00', 'shop', 'openapi', 'GET /a',"
            " '/a', 200, 'ok', 'example', '', '', '', '', 5, 0, 0)"
        )
    return path


def test_an_older_journal_has_todays_views_and_macros(older):
    before = Path(older).read_bytes()
    with open_read_only(older) as journal:
        for statement in ("FROM latency", "FROM latency(mock := 'shop')", "FROM coverage"):
            assert run(journal, statement, 10, 5000).rows is not None
        found = run(journal, "SELECT operation, p99_us FROM report_operations()", 10, 5000)
        assert found.rows == [["GET /a", 5]]
        with reading(journal) as read:
            assert gather(read, ReportQuery()).total.calls == 1
    assert Path(older).read_bytes() == before


def test_every_view_and_macro_can_be_asked_of_a_journal_without_a_server(tmp_path):
    path = str(tmp_path / "journal.duckdb")
    open_journal(path).close()
    with open_read_only(path) as journal:
        for view in VIEWS:
            assert run(journal, f"FROM {view.name}", 10, 5000).columns
        for macro in MACROS:
            assert run(journal, f"FROM {macro.name}()", 10, 5000).columns


def test_views_of_a_file_by_somebody_else_do_not_count(tmp_path):
    path = str(tmp_path / "journal.duckdb")
    open_journal(path).close()
    with duckdb.connect(path) as journal:
        journal.execute("CREATE OR REPLACE VIEW latency AS SELECT 'theirs' AS mock")
        journal.execute("CREATE OR REPLACE MACRO latency() AS TABLE SELECT 'theirs' AS mock")
    with open_read_only(path) as journal:
        assert run(journal, "FROM latency", 10, 5000).rows == []
        assert run(journal, "FROM latency()", 10, 5000).rows == []

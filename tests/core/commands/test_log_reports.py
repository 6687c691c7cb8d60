"""`logs report`: over a journal's file, as every form, and into files."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from polymock.cli.showing.log_reports import form_of, report_for, show_report
from polymock.commands.local import Target, carry_out
from polymock.commands.offers.log_reports import REPORT
from polymock.errors import CommandError
from polymock.journal.database import open_journal
from polymock_schemas.log_reports import Report, ReportQuery


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with three calls."""
    path = tmp_path / "journal.duckdb"
    with open_journal(str(path)) as connection:
        connection.execute(
            "INSERT INTO exchanges (id, ts, mock, protocol, operation, method, path, status,"
            " outcome, source, principal, client, user_agent, session, latency_us, request_bytes,"
            " response_bytes) SELECT uuid(), TIMESTAMP '2026-03-01 12:00' + to_seconds(i), 'shop',"
            " 'openapi', 'GET /a', 'GET', '/a', 200, 'ok', 'example', '', '::1', 'curl', '', 5, 0,"
            " 2 FROM range(3) t(i)"
        )
    return path


def report(journal: Path, **params: object) -> Report:
    found = carry_out(REPORT, params, Target(journal=str(journal)), actor="test")
    assert isinstance(found, Report)
    return found


def test_figures_come_without_a_document(journal: Path) -> None:
    found = report(journal)
    assert found.document == ""
    assert found.total is not None
    assert (found.total.calls, found.total.latency.p99_us) == (3, 5)


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("text", "Calls of 2026-03-01 12:00:00 to 2026-03-01 12:00:02 UTC (2 s)\n"),
        ("markdown", "# Traffic report\n"),
        ("html", "<!doctype html>\n<html"),
        ("json", '{\n  "made"'),
    ],
)
def test_a_document_comes_in_the_form_asked_for(journal: Path, form: str, begins: str) -> None:
    assert report(journal, format=form).document.startswith(begins)


def test_what_is_printed_is_text(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_report(report(journal), ReportQuery())
    shown = capsys.readouterr().out
    assert "calls      3, " in shown
    assert "GET /a" in shown


@pytest.mark.parametrize(
    ("name", "form", "begins"),
    [
        ("report.html", None, "<!doctype html>"),
        ("report.md", None, "# Traffic report"),
        ("report", None, "Calls of"),
        ("report.txt", "html", "<!doctype html>"),
    ],
)
def test_a_file_is_of_the_form_that_its_name_asks_for(
    journal: Path, name: str, form: str | None, begins: str
) -> None:
    params = msgspec.convert({"format": form}, ReportQuery)
    assert report_for(report(journal, format=form), params, Path(name)).startswith(begins)


def test_what_nobody_knows_is_refused(journal: Path) -> None:
    with pytest.raises(CommandError, match="no such parameter"):
        report(journal, mocks="shop")
    with pytest.raises(CommandError, match="most"):
        report(journal, most=0)


def test_forms_by_name() -> None:
    names = ("a.HTM", "a.json", "a")
    assert [form_of(Path(name)) for name in names] == ["html", "json", "text"]


def test_an_ending_that_asks_for_no_form_is_refused() -> None:
    with pytest.raises(CommandError, match="does not tell the format") as caught:
        form_of(Path("report.xyz"))
    assert ".html" in caught.value.hint

"""Answers to questions about the journal, as people read them."""

import datetime
import itertools

import pytest

from polymock.cli.showing import log_questions as showing
from polymock.errors import CommandError
from polymock_schemas.anomalies import Anomaly, AnomalyQuery, AnomalyReport
from polymock_schemas.log_questions import (
    Export,
    ExportQuery,
    NearMiss,
    SeenCall,
    Tail,
    TailedCall,
    TailQuery,
    Unmatched,
    UnmatchedCalls,
    UnmatchedQuery,
    Verification,
    VerifyQuery,
)

NOW = datetime.datetime(2026, 3, 12, 9, 30, 1, 250_000, tzinfo=datetime.UTC)
ANOMALY = Anomaly(
    kind="errors",
    severity="high",
    summary="GET /a of shop failed.",
    mock="shop",
    operation="GET /a",
    subject="",
    baseline=0.0,
    seen=0.5,
    unit="of calls",
    calls=20,
    first_ts=NOW,
    last_ts=NOW,
    surprise=9.0,
    evidence="SELECT 1",
)


def report(*anomalies, **more):
    return AnomalyReport(
        since=NOW,
        until=NOW,
        baseline_since=NOW,
        window_seconds=60,
        calls=1200,
        anomalies=anomalies,
        **more,
    )


def test_anomalies_are_told_with_their_query(capsys):
    showing.show_anomalies(report(ANOMALY, more=3), AnomalyQuery())
    assert capsys.readouterr().out.splitlines() == [
        "high    errors: GET /a of shop failed.",
        "        SELECT 1",
        "3 more: --limit shows them.",
    ]
    showing.show_anomalies(report(notes=("Few calls.",)), AnomalyQuery())
    assert (
        capsys.readouterr().out
        == "Nothing is odd; 1,200 calls were judged or compared with.\nFew calls.\n"
    )


def test_unmatched_calls_are_told_with_the_nearest(capsys):
    one = Unmatched(
        "shop", "openapi", "GET", "/a", 404, 7, NOW, NOW, "1", "GET /b", "shop", "it is", "Call b."
    )
    showing.show_unmatched(UnmatchedCalls(7, 2, (one,)), UnmatchedQuery())
    assert capsys.readouterr().out.splitlines() == [
        "     7 x  GET /a  (shop, 404)",
        "          nearest: GET /b of shop; it is. Call b.",
        "1 more: --limit shows them.",
    ]


def test_a_reason_that_is_a_question_ends_once(capsys):
    why = "Cannot query field 'nam'. Did you mean 'name'?"
    one = Unmatched("g", "graphql", "POST", "/g", 400, 1, NOW, NOW, "1", None, "", why, "")
    showing.show_unmatched(UnmatchedCalls(1, 1, (one,)), UnmatchedQuery())
    assert capsys.readouterr().out.splitlines()[1] == f"          {why}"


def test_what_does_not_hold_is_told_with_what_came_near(capsys):
    call = SeenCall("1", NOW, "GET", "/a", "GET /a", 200, "")
    result = Verification(False, "Never.", "once", 0, (), (NearMiss(call, ("path: x",)),))
    showing.show_verification(result, VerifyQuery())
    assert capsys.readouterr().out.splitlines() == [
        "No. Never.",
        "  near: GET /a  200  (1)",
        "        path: x",
    ]


def tailed(path):
    return TailedCall(
        "1", NOW, "shop", "openapi", "", "GET", path, "a=1", 404, "client_error", "refusal",
        1.25, "", "", "", ("body: is\x1bbad",),
    )  # fmt: skip


def test_exchanges_that_come_are_asked_for_by_the_cursor_of_those_before(capsys):
    asked = []
    answers = iter([Tail((tailed("/1"),), "5"), Tail((), "6"), Tail((tailed("/2"),), "7")])

    def ask(params):
        asked.append(dict(params))
        return next(answers)

    calls = showing.follow(ask, TailQuery(limit=3, method="GET"))
    assert [call.path for call in itertools.islice(calls, 2)] == ["/1", "/2"]
    assert asked[0]["limit"] == 3
    assert [(each.get("after"), each["method"]) for each in asked] == [
        (None, "GET"),
        ("5", "GET"),
        ("6", "GET"),
    ]
    assert asked[1]["wait"] > 0
    showing.show_tail(Tail((tailed("/1"),), "5"), TailQuery())
    assert "09:30:01.250" in (told := capsys.readouterr().out)
    assert "\\x1bbad" in told


def test_a_file_that_a_server_wrote_is_brought_to_its_place(tmp_path, capsys):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "day.har").write_text("{}")
    wanted = tmp_path / "day.har"
    written = Export(str(folder / "day.har"), "har", 1, 2)
    showing.show_export(written, ExportQuery(output=str(wanted)))
    assert wanted.read_text() == "{}"
    assert not (folder / "day.har").exists()
    assert capsys.readouterr().out == f"{wanted}: 1 exchanges, 2 bytes.\n"
    (folder / "day.har").write_text("new")
    with pytest.raises(CommandError, match="there already"):
        showing.show_export(written, ExportQuery(output=str(wanted)))


def test_an_empty_file_is_told_of(tmp_path, capsys):
    written = Export(str(tmp_path / "day.har"), "har", 0, 2, note="No exchange is as asked.")
    showing.show_export(written, ExportQuery(output=str(tmp_path / "day.har")))
    assert capsys.readouterr().err == "No exchange is as asked.\n"


def test_no_other_file_is_brought(tmp_path, capsys):
    (tmp_path / "secret").write_text("x")
    written = Export(str(tmp_path / "secret"), "har", 1, 2)
    showing.show_export(written, ExportQuery(output=str(tmp_path / "day.har")))
    assert (tmp_path / "secret").exists()
    assert not (tmp_path / "day.har").exists()

"""`logs coverage`: figures, what was never exercised, failing below a limit, JUnit XML."""

import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as Xml

import msgspec
import pytest

from polymock.cli.showing.log_coverage import document_for, show_coverage
from polymock.commands.context import Context
from polymock.commands.execution import carry_out
from polymock.commands.log_coverage import is_below, measure
from polymock.commands.offers.log_coverage import COVERAGE
from polymock.errors import CommandError
from polymock.journal.database import open_journal, open_read_only
from polymock.journal.reading import reading
from polymock_schemas.journal import EXCHANGES
from polymock_schemas.log_coverage import CoverageParams

OPERATIONS = (
    ("shop", "openapi", "GET /pets", "", "", ["200", "404"]),
    ("shop", "openapi", "POST /pets", "", "", []),
    ("zoo", "openapi", "GET /<cages>", "", "", []),
)
PARTS = (
    ("shop", "GET /pets", "parameter", "query", "limit", "integer", True, []),
    ("shop", "GET /pets", "response", "200", "name", "string", False, []),
    ("shop", "POST /pets", "request", "", "na\x00me", "string", False, []),
)
HOUR_AGO = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A journal with two mocks, and two calls of one of them an hour ago."""
    path = str(tmp_path_factory.mktemp("coverage") / "journal.duckdb")
    with closing(open_journal(path)) as connection:
        for table, rows in (("operations", OPERATIONS), ("contract_parts", PARTS)):
            with connection.cursor().appender(table) as appender:
                appender.append_rows(rows)
        for session in ("", "one"):
            values = {"id": uuid.uuid4(), "ts": HOUR_AGO, "mock": "shop", "status": 200}
            values |= {"operation": "GET /pets", "query": "limit=1", "session": session}
            values |= {"outcome": "ok", "truncated": False, "protocol": "openapi"}
            columns = [column for column in EXCHANGES.columns if column.name in values]
            names = ", ".join(column.name for column in columns)
            marks = ", ".join("?" * len(columns))
            row = [values[column.name] for column in columns]
            connection.execute(f"INSERT INTO exchanges ({names}) VALUES ({marks})", row)
    return path


@pytest.fixture
def ask(path):
    """Asks the journal, of which no server runs."""

    def asked(**params):
        with closing(open_read_only(path)) as connection, reading(connection) as journal:
            return measure(Context(journal=journal), CoverageParams(**params))

    return asked


def test_figures_are_told_by_mock_and_kind(ask):
    result = ask()
    assert result.percent == 37.5
    assert [(f.mock, f.kind, f.covered, f.parts, f.percent) for f in result.figures] == [
        ("shop", "operation", 1, 2, 50.0),
        ("shop", "status", 1, 2, 50.0),
        ("shop", "parameter", 1, 1, 100.0),
        ("shop", "request", 0, 1, 0.0),
        ("shop", "response", 0, 1, 0.0),
        ("shop", "all", 3, 7, 42.9),
        ("zoo", "operation", 0, 1, 0.0),
        ("zoo", "all", 0, 1, 0.0),
    ]
    assert (result.unseen, result.left_out, result.failed) == (0, 0, False)


def test_what_was_never_exercised_is_listed_but_of_an_uncalled_operation_no_more(ask):
    result = ask(mock="shop")
    assert [(part.operation, part.kind, part.name) for part in result.parts] == [
        ("GET /pets", "status", "404"),
        ("GET /pets", "response", "name"),
        ("POST /pets", "operation", "POST /pets"),
    ]
    assert [part.name for part in ask(kind=("request",)).parts] == ["na\x00me"]
    everything = ask(mock="shop", covered=True)
    assert len(everything.parts) == 7
    assert next(part for part in everything.parts if part.kind == "operation").calls == 2


def test_lists_are_cut_and_say_so(ask):
    result = ask(mock="shop", limit=1)
    assert (len(result.parts), result.left_out) == (1, 2)


def test_a_session_and_a_time_restrict_what_counts(ask):
    assert ask(mock="shop", session="one").percent == 42.9
    assert ask(mock="shop", session="two").percent == 0.0
    assert ask(mock="shop", since="10m").percent == 0.0
    assert ask(mock="shop", since="2h", until="30m").percent == 42.9


def test_kinds_can_be_chosen(ask):
    assert ask(mock="shop", kind=("parameter",)).percent == 100.0
    assert ask(mock="shop", kind=("operation", "status")).percent == 50.0
    assert ask(mock="shop", kind=("field",)).percent == 100.0


@pytest.mark.parametrize(
    ("kinds", "limit", "fails"),
    [
        (("operation",), 50, False),
        (("operation",), 50.1, True),
        (("parameter",), 100, False),
        ((), None, False),
    ],
)
def test_less_than_was_asked_for_fails(ask, kinds, limit, fails):
    params = CoverageParams(mock="shop", kind=kinds, fail_under=limit)
    result = ask(mock="shop", kind=kinds, fail_under=limit)
    assert result.failed is fails
    assert is_below(result, params) is fails


def test_an_operation_is_told_alone(ask):
    assert ask(operation="GET /pets").figures[-1].parts == 5


@pytest.mark.parametrize(
    ("params", "word"),
    [({"mock": "nope"}, "mock"), ({"operation": "nope"}, "operation"), ({"since": "x"}, "since")],
)
def test_what_is_not_there_is_named(ask, params, word):
    with pytest.raises(CommandError, match=word):
        ask(**params)


def test_a_mock_whose_parts_are_not_known_is_named(ask):
    assert any("zoo" in note for note in ask().notes)
    assert ask(mock="shop").notes == ()


def test_junit_has_a_suite_for_each_mock_and_a_case_for_each_part(ask):
    root = Xml.fromstring(ask(format="junit", limit=1).document)
    assert root.tag == "testsuites"
    assert (root.get("tests"), root.get("failures")) == ("8", "5")
    shop, zoo = root.findall("testsuite")
    assert (shop.get("name"), shop.get("tests"), shop.get("failures")) == ("shop", "7", "4")
    cases = shop.findall("testcase")
    assert len(cases) == 7
    failed = [case.get("name") for case in cases if case.find("failure") is not None]
    assert failed == [
        *("GET /pets 404", "GET /pets 200 name"),
        *("POST /pets POST /pets", "POST /pets na\ufffdme"),
    ]
    assert zoo.find("testcase").get("name") == "GET /<cages> GET /<cages>"


def test_it_is_shown_as_a_table(ask, capsys):
    show_coverage(ask(fail_under=80), CoverageParams(fail_under=80))
    told = capsys.readouterr().out
    assert "37.5 % exercised, less than 80 % wanted." in told
    assert "Never exercised:" in told
    assert "200 name" in told


def test_the_document_of_a_file(ask):
    file = Path("coverage.xml")
    document = document_for(ask(format="junit"), CoverageParams(format="junit"), file)
    assert Xml.fromstring(document).tag == "testsuites"
    document = document_for(ask(), CoverageParams(format="json"), file)
    assert msgspec.json.decode(document)["percent"] == 37.5
    document = document_for(ask(), CoverageParams(), Path("coverage.json"))
    assert msgspec.json.decode(document)["percent"] == 37.5
    with pytest.raises(CommandError, match="in which form") as caught:
        document_for(ask(), CoverageParams(), file)
    assert "--format junit" in caught.value.hint


def test_the_definition_leads_to_it(path):
    with closing(open_read_only(path)) as connection, reading(connection) as journal:
        result = carry_out(COVERAGE, {"mock": "shop"}, Context(journal=journal))
    assert result.percent == 42.9
    assert set(COVERAGE.example) <= {field.name for field in msgspec.structs.fields(CoverageParams)}

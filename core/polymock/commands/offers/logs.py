"""The journal of exchanges."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.commands.offers import log_keeping, log_questions
from polymock.commands.offers.log_coverage import COVERAGE
from polymock.commands.offers.log_reports import REPORT
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.commands import Nothing, SqlQuery, SqlResult
from polymock_schemas.journal import Table

SQL = Command(
    name="logs.sql",
    summary="Run one SQL statement over the journal, while the server runs or not.",
    help="It is one SELECT of DuckDB's SQL, over the tables and views that `logs schema` tells of: "
    "select operation, count(*) from requests group by all",
    params=SqlQuery,
    result=SqlResult,
    run="polymock.commands.journal:query",
    place="journal",
    example={"sql": "select operation, status, count(*) from requests group by all"},
    route=Route("POST", "/logs/sql"),
    terminal=Terminal(
        arguments=("sql",),
        show="polymock.cli.showing.logs:show_rows",
        formats={"csv": "polymock.cli.showing.logs:show_csv"},
        json="polymock.cli.showing.logs:rows_as_objects",
    ),
)
SCHEMA = Command(
    name="logs.schema",
    summary="Say what stands in the journal's tables, views and macros.",
    params=Nothing,
    result=tuple[Table, ...],
    run="polymock.commands.journal:describe",
    place="machine",
    route=Route("GET", "/logs/schema"),
    terminal=Terminal(show="polymock.cli.showing.logs:show_schema"),
)

plugin = Plugin(
    NoSettings,
    lambda _: Commands(
        "Ask the journal of exchanges.",
        (SQL, SCHEMA, REPORT, COVERAGE, *log_questions.COMMANDS, *log_keeping.COMMANDS),
    ),
)

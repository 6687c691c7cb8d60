"""Coverage of contracts by recorded traffic."""

from __future__ import annotations

from polymock.commands.command import Command, Route, Terminal
from polymock_schemas.log_coverage import CoverageParams, CoverageResult

COVERAGE = Command(
    name="logs.coverage",
    summary="Tell which parts of the contracts the recorded calls exercised, and which never.",
    help="Parts are operations, declared statuses, parameters, properties of requests and "
    "responses; of GraphQL fields, arguments and input fields; of gRPC methods and message fields.",
    params=CoverageParams,
    result=CoverageResult,
    run="polymock.commands.log_coverage:measure",
    place="journal",
    example={"mock": "shop", "since": "1h", "fail_under": 80},
    route=Route("GET", "/logs/coverage"),
    terminal=Terminal(
        show="polymock.cli.showing.log_coverage:show_coverage",
        document="polymock.cli.showing.log_coverage:document_for",
        fails="polymock.commands.log_coverage:is_below",
    ),
)

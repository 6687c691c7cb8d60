"""Configs, and the documents that they name."""

from __future__ import annotations

from typing import Any

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.commands import CheckParams, CheckResult, Nothing

CHECK = Command(
    name="config.check",
    summary="List what is wrong with a config or specs, without serving them.",
    params=CheckParams,
    result=tuple[CheckResult, ...],
    run="polymock.commands.contracts:check",
    place="machine",
    role="admin",
    example={"specs": ["openapi.yaml"], "strict": True},
    terminal=Terminal(
        words=("check",),
        arguments=("specs",),
        show="polymock.cli.showing.config:show_check",
        fails="polymock.commands.contracts:is_refused",
    ),
)
SCHEMA = Command(
    name="config.schema",
    summary="Tell the JSON Schema of polymock.yaml.",
    params=Nothing,
    result=dict[str, Any],
    run="polymock.commands.contracts:config_schema",
    place="machine",
    route=Route("GET", "/config/schema"),
    terminal=Terminal(show="polymock.cli.showing.config:show_schema"),
)

plugin = Plugin(
    NoSettings, lambda _: Commands("Check configs, and what they may say.", (CHECK, SCHEMA))
)

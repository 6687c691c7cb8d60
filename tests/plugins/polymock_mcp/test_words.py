from __future__ import annotations

import pytest

from polymock.commands.catalog import installed
from polymock_mcp.words import for_agents


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("polymock stop pets ends it", "instances_stop pets ends it"),
        ("Start one: `polymock start`.", "Start one: `instances_start`."),
        ("polymock ps --all lists all", "instances_list all lists all"),
        (
            "Take free ports: --port 0 --admin-port 0; or",
            "Take free ports: port: 0 admin_port: 0; or",
        ),
        ("choose another --name.", "choose another name."),
        ("`polymock logs server pets`", "`instances_log pets`"),
        ("`logs schema` lists the tables", "`logs_schema` lists the tables"),
        ("Start it with `polymock serve`.", "Start it with `instances_start`."),
        ("polymock stopwatch", "polymock stopwatch"),
        ("Is the path right?", "Is the path right?"),
    ],
)
def test_commands_are_tools_and_flags_parameters(said: str, told: str) -> None:
    assert for_agents(said, installed()) == told

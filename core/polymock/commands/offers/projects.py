"""Projects made from specs."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.generating import Generated, GenerateParams

GENERATE = Command(
    name="projects.generate",
    summary="Write a project folder: config, specs, seeds, tests, Docker and Kubernetes.",
    help="It runs at once: cd DIR && polymock serve",
    params=GenerateParams,
    result=Generated,
    run="polymock.commands.generating:generate",
    place="machine",
    role="admin",
    writes=True,
    example={"specs": ["openapi.yaml"], "output": "shop-mock"},
    terminal=Terminal(
        words=("generate",),
        arguments=("specs",),
        short={"output": "o"},
        show="polymock.cli.showing.projects:show_generated",
    ),
)

plugin = Plugin(NoSettings, lambda _: Commands("Make projects of specs.", (GENERATE,)))

"""The commands on background servers: started, changed, stopped, and seen."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.instances import (
    ChangeParams,
    Instance,
    InstanceList,
    ListParams,
    RestartParams,
    ServerLog,
    ServerLogParams,
    StartParams,
    StopParams,
    Stopped,
)

_TEXT = "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\npaths: {/pets: {get: {}}}\n"

START = Command(
    name="instances.start",
    summary="Serve mocks in the background, and return when they answer.",
    help="What is served is named by `specs` (a config, or OpenAPI, GraphQL or .proto files, "
    "folders and URLs), or given as text. Where a port is taken it does not start: port, "
    "admin_port and grpc_port 0 pick free ones. What it answers says at which URLs.",
    params=StartParams,
    result=Instance,
    run="polymock.commands.instances:start",
    place="machine",
    role="admin",
    writes=True,
    example={"name": "pets", "texts": [{"name": "pets.yaml", "text": _TEXT}]},
    route=Route("POST", "/instances", 201),
    terminal=Terminal(
        words=("start",),
        arguments=("specs",),
        hidden=("texts", "folder"),
        show="polymock.cli.showing.instances:show_instance",
    ),
)
CHANGE = Command(
    name="instances.change",
    summary="Let a background server serve other specs, under its name, at its ports.",
    help="What it is to serve is tried first; if that fails, it goes on as it was. Its journal "
    "goes on. What was written in its world is gone, unless the config keeps that in a file.",
    params=ChangeParams,
    result=Instance,
    run="polymock.commands.instances:change",
    place="machine",
    role="admin",
    writes=True,
    destroys=True,
    example={"name": "pets", "texts": [{"name": "pets.yaml", "text": _TEXT}]},
    route=Route("PUT", "/instances/{name}"),
    terminal=Terminal(
        words=("change",),
        arguments=("name", "specs"),
        hidden=("texts", "folder"),
        show="polymock.cli.showing.instances:show_instance",
    ),
)
STOP = Command(
    name="instances.stop",
    summary="Stop background servers; what they have begun is answered and recorded first.",
    help="They are remembered for some days, with their logs; instances restart starts one anew.",
    params=StopParams,
    result=tuple[Stopped, ...],
    run="polymock.commands.instances:stop",
    place="machine",
    role="admin",
    writes=True,
    destroys=True,
    repeats=True,
    example={"names": ["pets"]},
    route=Route("POST", "/instances/stop"),
    terminal=Terminal(
        words=("stop",),
        arguments=("names",),
        show="polymock.cli.showing.instances:show_stopped",
    ),
)
RESTART = Command(
    name="instances.restart",
    summary="Stop a background server, and start it with the same options at the same ports.",
    params=RestartParams,
    result=Instance,
    run="polymock.commands.instances:restart",
    place="machine",
    role="admin",
    writes=True,
    destroys=True,
    example={"name": "pets"},
    route=Route("POST", "/instances/{name}/restart"),
    terminal=Terminal(
        words=("restart",),
        arguments=("name",),
        show="polymock.cli.showing.instances:show_instance",
    ),
)
LIST = Command(
    name="instances.list",
    summary="List background servers: status, URLs, uptime, requests, memory, what they serve.",
    params=ListParams,
    result=InstanceList,
    run="polymock.commands.instances:list_instances",
    place="machine",
    example={"all": True},
    route=Route("GET", "/instances"),
    terminal=Terminal(
        words=("ps",),
        short={"all": "a"},
        show="polymock.cli.showing.instances:show_instances",
        json="polymock.cli.showing.instances:as_list",
    ),
)
LOG = Command(
    name="instances.log",
    summary="Show what a background server has printed about its work.",
    help="The calls that it answered are not in it, but in its journal: ask logs sql.",
    params=ServerLogParams,
    result=ServerLog,
    run="polymock.commands.instances:server_log",
    place="machine",
    role="admin",
    example={"name": "pets", "lines": 20},
    route=Route("GET", "/instances/{name}/log"),
    terminal=Terminal(
        words=("logs", "server"),
        arguments=("name",),
        short={"lines": "n"},
        show="polymock.cli.showing.instances:show_log",
        follow="polymock.cli.showing.instances:follow",
    ),
)

plugin = Plugin(
    NoSettings,
    lambda _: Commands(
        "Run servers in the background, each under a name.",
        (START, CHANGE, STOP, RESTART, LIST, LOG),
    ),
)

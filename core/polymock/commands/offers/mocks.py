"""The commands on what is served: mocks, operations, documents, calls."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.commands import Nothing
from polymock_schemas.mocks import (
    CallParams,
    CallResult,
    Document,
    DocumentQuery,
    MockInfo,
    OperationDetail,
    OperationPage,
    OperationQuery,
    OperationsQuery,
    ServedConfig,
)

LIST = Command(
    name="mocks.list",
    summary="List the mocks that a server serves, and where they answer.",
    params=Nothing,
    result=tuple[MockInfo, ...],
    run="polymock.commands.mocks:list_mocks",
    place="server",
    route=Route("GET", "/mocks"),
    terminal=Terminal(show="polymock.cli.showing.mocks:show_mocks"),
)
OPERATIONS = Command(
    name="mocks.operations",
    summary="List the operations of the mocks, and how each is called over HTTP.",
    help="mocks operation tells all of one: parameters, schemas, and a call that would do.",
    params=OperationsQuery,
    result=OperationPage,
    run="polymock.commands.mocks:operations",
    place="mocks",
    example={"text": "pet", "limit": 20},
    route=Route("GET", "/mocks/operations"),
    terminal=Terminal(show="polymock.cli.showing.mocks:show_operations"),
)
OPERATION = Command(
    name="mocks.operation",
    summary="Show an operation: parameters, bodies and replies with their schemas, an example.",
    params=OperationQuery,
    result=OperationDetail,
    run="polymock.commands.mocks:operation",
    place="mocks",
    example={"operation": "GET /pets/{petId}"},
    route=Route("GET", "/mocks/operation"),
    terminal=Terminal(arguments=("operation",), show="polymock.cli.showing.mocks:show_operation"),
)
DOCUMENT = Command(
    name="mocks.document",
    summary="Show the document that a mock was made from, as its author wrote it.",
    params=DocumentQuery,
    result=Document,
    run="polymock.commands.mocks:document",
    place="mocks",
    example={"mock": "pets"},
    route=Route("GET", "/mocks/document"),
    terminal=Terminal(arguments=("mock",), show="polymock.cli.showing.mocks:show_document"),
)
CALL = Command(
    name="mocks.call",
    summary="Send an HTTP request to the mocks of a server, and tell what they reply.",
    help="A reply with an error status is a result, too. The call is recorded as any other. "
    "GraphQL is a POST of {query, variables}, a gRPC method a POST of its message to "
    "/package.Service/Method. The header `Prefer: code=404` asks for an error that the document "
    "declares.",
    params=CallParams,
    result=CallResult,
    run="polymock.mocks.calling:call",
    place="server",
    role="operator",
    writes=True,
    example={"method": "GET", "path": "/pets/1"},
    route=Route("POST", "/mocks/call"),
    terminal=Terminal(arguments=("path",), show="polymock.cli.showing.mocks:show_reply"),
)
CONFIG = Command(
    name="mocks.config",
    summary="Show the config that a server serves, its secrets hidden.",
    params=Nothing,
    result=ServedConfig,
    run="polymock.commands.mocks:config",
    place="server",
    route=Route("GET", "/mocks/config"),
    terminal=Terminal(show="polymock.cli.showing.mocks:show_config"),
)

plugin = Plugin(
    NoSettings,
    lambda _: Commands(
        "See what is served, and call it.",
        (LIST, OPERATIONS, OPERATION, DOCUMENT, CALL, CONFIG),
    ),
)

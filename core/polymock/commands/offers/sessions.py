"""Sessions: worlds of their own."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.commands import Nothing
from polymock_schemas.world import NewSession, SessionInfo, SessionName

_SHOW = "polymock.cli.showing.world:show_sessions"
_SESSION = "/sessions/{name}"

CREATE = Command(
    name="sessions.create",
    summary="Begin a session, under a name or one that is made up.",
    params=NewSession,
    result=SessionInfo,
    run="polymock.commands.sessions:create",
    place="mocks",
    role="operator",
    writes=True,
    example={"name": "checkout-test", "ttl": 600},
    route=Route("POST", "/sessions", 201),
    terminal=Terminal(arguments=("name",), show=_SHOW),
)
LIST = Command(
    name="sessions.list",
    summary="List the sessions.",
    params=Nothing,
    result=tuple[SessionInfo, ...],
    run="polymock.commands.sessions:list_",
    place="mocks",
    route=Route("GET", "/sessions"),
    terminal=Terminal(show=_SHOW),
)
GET = Command(
    name="sessions.get",
    summary="Show a session.",
    params=SessionName,
    result=SessionInfo,
    run="polymock.commands.sessions:get",
    place="mocks",
    example={"name": "checkout-test"},
    route=Route("GET", _SESSION),
    terminal=Terminal(arguments=("name",), show=_SHOW),
)
RESET = Command(
    name="sessions.reset",
    summary="Forget what was written in a session; it goes on.",
    params=SessionName,
    result=SessionInfo,
    run="polymock.commands.sessions:reset",
    place="mocks",
    role="operator",
    writes=True,
    destroys=True,
    repeats=True,
    example={"name": "checkout-test"},
    route=Route("POST", f"{_SESSION}/reset"),
    terminal=Terminal(arguments=("name",), show=_SHOW),
)
DROP = Command(
    name="sessions.drop",
    summary="End a session.",
    params=SessionName,
    result=SessionInfo,
    run="polymock.commands.sessions:drop",
    place="mocks",
    role="operator",
    writes=True,
    destroys=True,
    example={"name": "checkout-test"},
    route=Route("DELETE", _SESSION),
    terminal=Terminal(arguments=("name",), show="polymock.cli.showing.world:show_dropped_session"),
)

plugin = Plugin(
    NoSettings,
    lambda _: Commands(
        "Worlds of their own, for a client or a test of a running server.",
        (CREATE, LIST, GET, RESET, DROP),
    ),
)

"""Tokens of the admin API."""

from __future__ import annotations

from polymock.commands.command import Command, Commands, Route, Terminal
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.tokens import (
    CreatedToken,
    NewToken,
    RevokedToken,
    TokenChoice,
    TokenInfo,
    TokensQuery,
)

CREATE = Command(
    name="tokens.create",
    summary="Make a token of the admin API; it is shown this once.",
    help="Servers know it at once. It is kept as a hash, in the user's state folder or where "
    "`server.tokens` says.",
    params=NewToken,
    result=CreatedToken,
    run="polymock.commands.tokens:create",
    place="machine",
    role="admin",
    writes=True,
    example={"name": "ci", "role": "operator", "ttl": 86400},
    route=Route("POST", "/tokens", 201),
    terminal=Terminal(arguments=("name",), show="polymock.cli.showing.tokens:show_created"),
)
LIST = Command(
    name="tokens.list",
    summary="List the tokens of the admin API, with their roles; not the tokens themselves.",
    params=TokensQuery,
    result=tuple[TokenInfo, ...],
    run="polymock.commands.tokens:list_",
    place="machine",
    role="admin",
    route=Route("GET", "/tokens"),
    terminal=Terminal(show="polymock.cli.showing.tokens:show_tokens"),
)
REVOKE = Command(
    name="tokens.revoke",
    summary="Take a token away: nobody is let in with it any more.",
    params=TokenChoice,
    result=RevokedToken,
    run="polymock.commands.tokens:revoke",
    place="machine",
    role="admin",
    writes=True,
    destroys=True,
    example={"name": "ci"},
    route=Route("DELETE", "/tokens/{name}"),
    terminal=Terminal(arguments=("name",), show="polymock.cli.showing.tokens:show_revoked"),
)

plugin = Plugin(
    NoSettings,
    lambda _: Commands(
        "Tokens that let others use the admin API, each with a role.", (CREATE, LIST, REVOKE)
    ),
)

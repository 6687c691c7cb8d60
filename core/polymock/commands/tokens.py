"""Tokens of the admin API: made, listed and taken away."""

from __future__ import annotations

from polymock.access.places import find_tokens
from polymock.access.tokens import TokenFile
from polymock.commands.context import Context
from polymock.errors import CommandError
from polymock_schemas.tokens import (
    CreatedToken,
    NewToken,
    RevokedToken,
    TokenChoice,
    TokenInfo,
    TokensQuery,
)


def create(context: Context, params: NewToken) -> CreatedToken:
    """Make a token; its text is told this once. Servers know it at once."""
    tokens = _tokens(context, params.config)
    token, secret = tokens.create(params.name, params.role, params.ttl)
    return CreatedToken(
        token.name, token.role, secret, token.created, token.expires, str(tokens.path)
    )


def list_(context: Context, params: TokensQuery) -> tuple[TokenInfo, ...]:
    """The tokens by name, without their text."""
    return _tokens(context, params.config).infos()


def revoke(context: Context, params: TokenChoice) -> RevokedToken:
    """Take a token away; servers let nobody in with it any more."""
    token = _tokens(context, params.config).revoke(params.name)
    return RevokedToken(token.name, token.role)


def _tokens(context: Context, config: str) -> TokenFile:
    """The tokens of the server that carries this out, or those of a config."""
    if not config:
        try:
            return TokenFile(context.server.tokens)
        except CommandError:
            pass  # no server does: somebody on the command line
    return TokenFile(find_tokens(config, context.folder))

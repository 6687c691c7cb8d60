"""Tokens of the admin API, printed."""

from __future__ import annotations

from collections.abc import Sequence

from polymock.output import print_lines, print_table
from polymock_schemas.tokens import (
    CreatedToken,
    NewToken,
    RevokedToken,
    TokenChoice,
    TokenInfo,
    TokensQuery,
)


def show_created(created: CreatedToken, _params: NewToken) -> None:
    """The token itself, this once, and how to use it."""
    until = f", until {created.expires:%Y-%m-%d %H:%M:%S} UTC" if created.expires else ""
    print_lines(
        [
            created.token,
            "",
            f"This is {created.name}'s token, of the role {created.role}{until}. It is not shown "
            "again.",
            "Set POLYMOCK_TOKEN to it, or send `Authorization: Bearer TOKEN`.",
            f"Its hash is in {created.file}",
        ]
    )


def show_tokens(tokens: Sequence[TokenInfo], _params: TokensQuery) -> None:
    """A line for each token."""
    if not tokens:
        print_lines(["There are no tokens. `polymock tokens create NAME --role ROLE` makes one."])
        return
    rows = [
        (
            token.name,
            token.role,
            f"{token.created:%Y-%m-%d %H:%M}",
            f"{token.expires:%Y-%m-%d %H:%M}" if token.expires else "",
            "expired" if token.expired else "",
        )
        for token in tokens
    ]
    print_table(("name", "role", "created", "expires", ""), rows)


def show_revoked(revoked: RevokedToken, _params: TokenChoice) -> None:
    """That it is gone."""
    print_lines([f"The token {revoked.name} ({revoked.role}) lets nobody in any more."])

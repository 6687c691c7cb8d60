"""Commands on tokens: what they are asked with, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Role = Literal["viewer", "operator", "admin"]
TokenName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\Z",
        description="Its name, which stands in `events` for what was done with it, such as `ci`: "
        "letters, digits, `.`, `_`, `@` and `-`, at most 64, the first a letter or digit",
    ),
]
File = Annotated[
    str,
    Meta(
        max_length=4096,
        description="The config whose `server.tokens` is meant; default: the folder's",
    ),
]


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to make."""

    name: TokenName
    role: Annotated[
        Role,
        Meta(
            description="A viewer reads; an operator also changes the world, sessions and what is "
            "recorded; an admin may do everything"
        ),
    ] = "viewer"
    ttl: Annotated[
        Annotated[float, Meta(gt=0, le=315_360_000)] | None,
        Meta(
            description="How long it is good for; default: until it is revoked",
            extra={"unit": "seconds"},
        ),
    ] = None
    config: File = ""


class TokensQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which tokens."""

    config: File = ""


class TokenChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One token."""

    name: TokenName
    config: File = ""


class TokenInfo(msgspec.Struct, frozen=True):
    """A token, without its text. `expired` tells whether its time has passed."""

    name: str
    role: Role
    created: datetime
    expires: datetime | None
    expired: bool


class CreatedToken(msgspec.Struct, frozen=True):
    """A token that was made. Its text, `token`, is told this once, and kept nowhere."""

    name: str
    role: Role
    token: str
    created: datetime
    expires: datetime | None
    file: str


class RevokedToken(msgspec.Struct, frozen=True):
    """A token that lets nobody in any more."""

    name: str
    role: Role

"""What a request gets that cannot be executed at all (GraphQL, section 7.1.2, "request error")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from polymock.errors import Invalid
from polymock_schemas.calls import Violation

BAD_USER_INPUT = "BAD_USER_INPUT"
"""The code of errors that a request's own values are the reason of."""


class InvalidRequest(Invalid):
    """Variables cannot be coerced. `errors` are the standard's: `message`, `locations`."""

    def __init__(
        self, errors: Sequence[Mapping[str, Any]], violations: Sequence[Violation]
    ) -> None:
        super().__init__(str(errors[0]["message"]), violations)
        self.errors = tuple(errors)


def wrong_argument(message: str) -> GraphQLError:
    """What a field says of an argument of the right type that it can do nothing with."""
    return GraphQLError(message, extensions={"code": BAD_USER_INPUT})


def is_from_input(error: Mapping[str, Any]) -> bool:
    """Whether an entry of `errors` tells of a value in the request, and of no fault of the mock."""
    extensions: Mapping[str, Any] = error.get("extensions") or {}
    return extensions.get("code") == BAD_USER_INPUT

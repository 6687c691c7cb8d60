"""What a request gets that cannot be executed at all (GraphQL, section 7.1.2, "request error")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import FieldNode, GraphQLError, Node, ObjectValueNode, VariableNode
from graphql.language import ListValueNode

from polymock.errors import Invalid
from polymock_schemas.calls import Violation

BAD_USER_INPUT = "BAD_USER_INPUT"
"""The code of errors that a request's own values are the reason of."""
SERVER_CODES = frozenset(
    {
        *("INTERNAL_SERVER_ERROR", "NOT_IMPLEMENTED", "BAD_GATEWAY", "SERVICE_UNAVAILABLE"),
        *("GATEWAY_TIMEOUT", "INTERNAL", "UNAVAILABLE", "DOWNSTREAM_SERVICE_ERROR"),
    }
)
"""Codes that say that the server failed."""
MAX_TOLD = 10
"""Broken constraints that one message tells."""


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


def broken_constraints(broken: Sequence[Violation]) -> GraphQLError:
    """What a field says of arguments that break their constraints: located from the argument's
    name on, `input/age`."""
    told = [{"location": each.location, "message": each.message} for each in broken]
    return GraphQLError(
        "; ".join(f"Argument '{each.location}' {each.message}" for each in broken[:MAX_TOLD]),
        extensions={"code": BAD_USER_INPUT, "violations": told},
    )


def violations_of(errors: Sequence[GraphQLError]) -> tuple[Violation, ...]:
    """The broken constraints that the errors of a result tell, by their places in the call."""
    return tuple(
        Violation(_place(error.nodes, told["location"]), told["message"])
        for error in errors
        for told in (error.extensions or {}).get("violations", ())
    )


def _place(nodes: Sequence[Node] | None, location: str) -> str:
    """Where the client wrote a value: in a variable, else in the document, told by the argument."""
    first, *rest = location.split("/")
    written: object = nodes[0] if nodes else None
    if not isinstance(written, FieldNode):
        return location
    arguments = {argument.name.value: argument.value for argument in written.arguments or ()}
    value = arguments.get(first)
    while rest and value is not None and not isinstance(value, VariableNode):
        key = rest.pop(0)
        if isinstance(value, ObjectValueNode):
            value = next((f.value for f in value.fields if f.name.value == key), None)
        elif isinstance(value, ListValueNode) and key.isdecimal():
            value = value.values[int(key)] if int(key) < len(value.values) else None
        else:
            value = None
    if not isinstance(value, VariableNode):
        return location
    return "/".join(["body/variables", value.name.value, *rest])


def is_callers(error: Mapping[str, Any]) -> bool:
    """Whether an entry of `errors` tells of a fault of the caller: it has a code, and none that
    says that the server failed."""
    extensions: Mapping[str, Any] = error.get("extensions") or {}
    code = extensions.get("code")
    return code is not None and code not in SERVER_CODES

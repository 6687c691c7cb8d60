"""What the world refuses, as the error of a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from polymock.errors import Invalid, MockError, TooLarge
from polymock.world.names import fold
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run
from polymock_graphql.planning.errors import BAD_USER_INPUT, MAX_TOLD
from polymock_graphql.reading.errors import CODES
from polymock_graphql.world.values import APART
from polymock_schemas.calls import Violation

MAX_DEPTH = 6
"""Input objects inside one another in which a name is looked for."""


def guarded(resolve: Resolve) -> Resolve:
    """A field whose refusals by the world are errors of its own, so that others still answer."""

    def resolve_guarded(entity: Entity, arguments: Arguments, run: Run) -> Any:
        try:
            return resolve(entity, arguments, run)
        except TooLarge:
            raise
        except MockError as error:
            raise refusal(error, arguments) from error

    return resolve_guarded


def refusal(error: MockError, arguments: Arguments) -> GraphQLError:
    """The error of a field; what is wrong with a property is told by the argument that named it."""
    if isinstance(error, Invalid) and error.violations:
        return _broken([_placed(each, arguments) for each in error.violations])
    code = next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), BAD_USER_INPUT)
    return GraphQLError(error.detail, extensions={"code": code})


def not_found(entity: str, key: str) -> GraphQLError:
    """What a field says that has to give an entity which is not there."""
    message = f"There is no {entity.replace('_', ' ')} {key[:200]!r}."
    return GraphQLError(message, extensions={"code": "NOT_FOUND"})


def _broken(found: Sequence[Violation]) -> GraphQLError:
    told = [{"location": each.location, "message": each.message} for each in found]
    return GraphQLError(
        "; ".join(f"Argument '{each.location}': {each.message}" for each in found[:MAX_TOLD]),
        extensions={"code": BAD_USER_INPUT, "violations": told},
    )


def _placed(violation: Violation, arguments: Arguments) -> Violation:
    """A violation of a document's property, at the argument: `input/customerId`."""
    if not violation.location.startswith("body"):
        return violation
    wanted = fold(violation.location.removeprefix("body/").partition("/")[0])
    wishes = (wanted, wanted.removesuffix("id"), wanted + "id", wanted.removesuffix("s") + "ids")
    for wish in wishes:
        path = _path(arguments, wish, MAX_DEPTH)
        if path:
            return Violation("/".join(path), violation.message)
    first = next(iter(arguments), "")
    return Violation(first or violation.location, violation.message)


def _path(value: object, wanted: str, depth: int) -> tuple[str, ...]:
    if isinstance(value, Mapping) and depth:
        for name in value:
            if fold(name) == wanted:
                return (name,)
        for name, inner in value.items():
            if fold(name) in APART:
                continue
            found = _path(inner, wanted, depth - 1)
            if found:
                return (name, *found)
    return ()

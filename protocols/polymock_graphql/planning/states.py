"""What names say of the state that an object is in: `closeIssue`, `state: CLOSED`, `closedAt`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
)

from polymock.world.names import fold
from polymock_graphql.planning.entities import Arguments, Entity, Resolve, Run
from polymock_graphql.planning.shapes import is_open, leaf_type, list_depth
from polymock_graphql.planning.words import (
    ENDS,
    MOMENTS,
    PASTS,
    first_word,
)


def ended(type_: GraphQLObjectType, name: str) -> str:
    """The state that a field tells the moment of, as `closed` of `closedAt`; "" where it tells no
    end, or always one."""
    field, folded = type_.fields[name], fold(name)
    leaf = leaf_type(field)
    is_moment = isinstance(leaf, GraphQLScalarType) and leaf.name != "Boolean"
    if not is_moment or isinstance(field.type, GraphQLNonNull):
        return ""
    found = (folded.removesuffix(moment) for moment in MOMENTS if folded.endswith(moment))
    return next((state for state in found if state in ENDS), "")


def is_ended(type_: GraphQLObjectType, name: str) -> str:
    """The state that a boolean tells of: `closed` of `isClosed`; "" for none."""
    folded = fold(name).removeprefix("is")
    named: GraphQLNamedType = get_named_type(type_.fields[name].type)
    is_boolean = named.name == "Boolean"
    return folded if is_boolean and folded in ENDS else ""


def enum_with(type_: GraphQLObjectType, state: str) -> tuple[str, str] | None:
    """The field of a type that can hold a state, and how it names it."""
    return next(_enum_values(type_, frozenset({_plain(state)})), None)


def boolean_of(type_: GraphQLObjectType, state: str) -> str:
    """The boolean of a type that tells of a state; "" for none."""
    name: str
    for name, field in type_.fields.items():
        if is_open(field) and not list_depth(field.type) and is_ended(type_, name) == state:
            return name
    return ""


def moment_field(usual: Resolve, name: str, state: Resolve | None, value: object) -> Resolve:
    """When the state was reached: null unless the object is in it, as another field tells."""

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> object:
        if name in entity.said or (state is not None and state(entity, {}, run) == value):
            return usual(entity, arguments, run)
        return None

    return resolve


def boolean_field(usual: Resolve, name: str, state: Resolve, value: str) -> Resolve:
    """Whether the object is in a state, as another field tells."""

    def resolve(entity: Entity, arguments: Arguments, run: Run) -> object:
        if name in entity.said:
            return usual(entity, arguments, run)
        return state(entity, {}, run) == value

    return resolve


def implied(name: str, target: GraphQLObjectType, *, is_payload: bool) -> Mapping[str, str]:
    """What the verb of a mutation says of the objects in its answer: `closeIssue` that their state
    is CLOSED. `target` is the type of the mutation's field, which a payload's fields hold."""
    verb = first_word(name)
    doubled = verb + verb[-1:] + "ed"
    pasts = {verb + "d", verb + "ed", doubled, verb[:-1] + "ied", PASTS.get(verb, verb)}
    wanted = frozenset(map(_plain, pasts))
    found: dict[str, str] = {}
    for type_ in _held(target) if is_payload else (target,):
        for field, value in _enum_values(type_, wanted):
            found.setdefault(field, value)
    return found


def _held(type_: GraphQLObjectType) -> Iterator[GraphQLObjectType]:
    for field in type_.fields.values():
        named = get_named_type(field.type)
        if isinstance(named, GraphQLObjectType) and is_open(field):
            yield named


def _enum_values(type_: GraphQLObjectType, states: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name, field in type_.fields.items():
        leaf = leaf_type(field)
        if isinstance(leaf, GraphQLEnumType) and not list_depth(field.type) and is_open(field):
            value = next((value for value in leaf.values if _plain(fold(value)) in states), None)
            if value is not None:
                yield name, value


def _plain(state: str) -> str:
    """`cancelled` and `canceled` are one."""
    return state.replace("ll", "l")

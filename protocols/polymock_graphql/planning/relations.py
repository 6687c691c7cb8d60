"""Fields that lead back: `order { customer }` below `customer { orders }` is that customer."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)

from polymock.world.names import fold
from polymock_graphql.planning.entities import Entity
from polymock_graphql.planning.shapes import is_open, leaf_type, list_depth


class Reached(msgspec.Struct, frozen=True, gc=False):
    """How an object is reached: from the parent, through the field."""

    parent: Entity
    field: str


def back_fields(
    schema: GraphQLSchema, type_: GraphQLObjectType, roots: Collection[object]
) -> Mapping[str, str]:
    """The field of a type's objects that leads back to their parent, by the parent's type.

    It is the only field that holds one object of the parent's type, or the one of several that is
    called like it (`repository` beside `headRepository`); where there is none, the only one that
    can hold it among others (`owner: RepositoryOwner`). What is asked for with required
    arguments leads nowhere, and everything is reached from the root types.
    """
    exact: dict[str, list[str]] = {}
    wide: dict[str, list[str]] = {}
    for name, field in type_.fields.items():
        if leaf_type(field) or list_depth(field.type) or not is_open(field):
            continue
        named = get_named_type(field.type)
        if isinstance(named, GraphQLObjectType):
            exact.setdefault(named.name, []).append(name)
        elif is_abstract_type(named):
            for possible in schema.get_possible_types(named):
                wide.setdefault(possible.name, []).append(name)
    for root in roots:
        if isinstance(root, GraphQLObjectType):
            exact.pop(root.name, None)
            wide.pop(root.name, None)
    found: dict[str, str] = {}
    for parent, names in (wide | exact).items():
        called = [name for name in names if fold(name) == fold(parent)]
        if len(names) == 1 or called:
            found[parent] = (called or names)[0]
    return found

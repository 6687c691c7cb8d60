"""What is known of an object type before anything of it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    get_named_type,
    is_abstract_type,
    is_required_argument,
)

from polymock.world.names import fold
from polymock_graphql.planning.leaves import LeafType
from polymock_graphql.planning.words import (
    BEFORE,
    ITEMS,
    KEYS,
    MORE,
    PAGE_COUNTS,
    TOTALS,
)

_TOLD = TOTALS | PAGE_COUNTS | MORE | BEFORE


class PageShape(msgspec.Struct, frozen=True):
    """An object type that holds a window of a list: a Relay connection, or a page of items."""

    lists: frozenset[str]
    """The fields that hold the items."""
    edges: str = ""
    """The field that holds the items as edges."""
    infos: frozenset[str] = frozenset()
    """The fields whose object tells of the page."""

    @property
    def fields(self) -> frozenset[str]:
        """The fields that hold items in one way or the other."""
        return self.lists | {self.edges} - {""}


def leaf_type(field: GraphQLField) -> LeafType | None:
    """The innermost type of a field, if it is a scalar or an enum."""
    named = get_named_type(field.type)
    return named if isinstance(named, GraphQLScalarType | GraphQLEnumType) else None


def list_depth(type_: GraphQLOutputType | GraphQLInputType) -> int:
    """How many lists stand around the innermost type."""
    depth = 0
    rest: object = type_
    while isinstance(rest, GraphQLNonNull | GraphQLList):
        depth += isinstance(rest, GraphQLList)
        rest = rest.of_type
    return depth


def is_open(field: GraphQLField) -> bool:
    """Whether a field can be asked for without arguments."""
    return not any(is_required_argument(argument) for argument in field.args.values())


def key_of(type_: GraphQLObjectType) -> str:
    """The field that identifies a type's objects; "" where none does."""
    found: dict[str, str] = {
        fold(name): name
        for name, field in type_.fields.items()
        if leaf_type(field) and not list_depth(field.type) and is_open(field)
    }
    own = fold(type_.name)
    for key in (*KEYS[:3], own + "id", own + "uuid"):
        if key in found:
            return found[key]
    of_ids = [name for name in found.values() if _is_id(type_.fields[name])]
    if len(of_ids) == 1 and not of_ids[0].lower().endswith("id"):
        return of_ids[0]
    keys = (found[key] for key in KEYS if key in found and _is_id(type_.fields[found[key]]))
    return next(keys, "")


def page_shape(type_: GraphQLObjectType) -> PageShape | None:
    """How a type holds a window of a list; None where it is no such type.

    A connection has `edges` of a type with a `node` (Relay Cursor Connections, section 2); a page
    has one list of objects, and numbers or an object that tell of the page.
    """
    members = {name: get_named_type(field.type) for name, field in type_.fields.items()}
    listed = [
        name
        for name, field in type_.fields.items()
        if list_depth(field.type) == 1 and leaf_type(field) is None
    ]
    infos = frozenset(name for name, member in members.items() if _tells(member))
    edges = next((name for name in listed if name == "edges" and _node(members[name])), "")
    if edges:
        node = _node(members[edges])
        lists = frozenset(name for name in listed if members[name] is node)
        return PageShape(lists=lists, edges=edges, infos=infos)
    if key_of(type_) or not (infos or _tells(type_)):
        return None
    named = next((name for word in ITEMS for name in listed if fold(name) == word), "")
    if not named and len(listed) == 1:
        named = listed[0]
    return PageShape(lists=frozenset({named}), infos=infos) if named else None


def lookups(types: Iterator[GraphQLObjectType]) -> Iterator[str]:
    """The names of abstract types whose objects some field finds by an id."""
    for type_ in types:
        for field in type_.fields.values():
            named = get_named_type(field.type)
            if is_abstract_type(named) and any(
                fold(argument).endswith(("id", "ids")) for argument in field.args
            ):
                yield named.name


def _is_id(field: GraphQLField) -> bool:
    return get_named_type(field.type).name == "ID"


def _node(member: object) -> object | None:
    """The type of an edge's node."""
    if not isinstance(member, GraphQLObjectType) or "node" not in member.fields:
        return None
    node: object = get_named_type(member.fields["node"].type)
    return node


def _tells(member: object) -> bool:
    """Whether a type's own numbers and booleans tell of a page."""
    if not isinstance(member, GraphQLObjectType):
        return False
    return any(
        fold(name) in _TOLD and get_named_type(field.type).name in ("Int", "Boolean")
        for name, field in member.fields.items()
        if not list_depth(field.type)
    )

"""Where the answer of a root field holds entities: the answer itself, a list, a page, a payload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
)

from polymock_graphql.planning.facts import SchemaFacts
from polymock_graphql.planning.objects import item_of
from polymock_graphql.planning.shapes import list_depth

Shape = Literal["one", "list", "page", "edge"]
MAX_DEPTH = 3
"""Payloads inside one another that are looked into."""


class Holding(msgspec.Struct, frozen=True):
    """A place in an answer that holds objects of an object type. `type_name` is the type of the
    payload's objects around it, from the outside in, with the field: `path`."""

    type_name: str
    shape: Shape
    path: tuple[tuple[str, str], ...] = ()


def holdings(types: SchemaFacts, field: GraphQLField) -> list[Holding]:
    """All places in a field's answer that hold objects with keys; the outer ones first."""
    found = list(_of(types, field, MAX_DEPTH, ()))
    return sorted(found, key=lambda each: len(each.path))


def _of(
    types: SchemaFacts, field: GraphQLField, depth: int, path: tuple[tuple[str, str], ...]
) -> Iterator[Holding]:
    lists = list_depth(field.type)
    named = get_named_type(field.type)
    if lists > 1:
        return
    if is_abstract_type(named):
        for name in types.possible(named) if not lists else ():
            yield from _inside(types, types.facts(name).type, depth, path, is_list=False)
    else:
        yield from _inside(types, named, depth, path, is_list=lists == 1)


def _inside(
    types: SchemaFacts,
    named: GraphQLNamedType,
    depth: int,
    path: tuple[tuple[str, str], ...],
    *,
    is_list: bool,
) -> Iterator[Holding]:
    if not isinstance(named, GraphQLObjectType):
        return
    facts = types.facts(named.name)
    if facts.is_root:
        return
    if facts.page is not None and not is_list:
        item = item_of(facts)
        if isinstance(item, GraphQLObjectType) and types.facts(item.name).key:
            yield Holding(item.name, "page", path)
        return
    if facts.key:
        yield Holding(named.name, "list" if is_list else "one", path)
        return
    node = named.fields.get("node")
    if node is not None and "cursor" in named.fields:
        held = get_named_type(node.type)
        if isinstance(held, GraphQLObjectType) and types.facts(held.name).key and not is_list:
            yield Holding(held.name, "edge", path)
        return
    if is_list or not depth:
        return
    for name, inner in named.fields.items():
        yield from _of(types, inner, depth - 1, (*path, (named.name, name)))

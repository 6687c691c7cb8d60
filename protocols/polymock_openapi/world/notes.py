"""What the operations of the world remember of their paths: the notes of their bindings."""

from __future__ import annotations

import msgspec


class Parent(msgspec.Struct, frozen=True):
    """An entity that a path names before the one that it is about: `/users/{userId}/orders`."""

    parameter: str
    kind: str


class Notes(msgspec.Struct, frozen=True):
    """How an operation names its entity.

    `key` is the path parameter that holds the key, "" where none does; with `in_body` it stands in
    the body. `parents` are outermost first; `scopes` are path parameters that nothing more is known
    of, whose values keep what was written apart. `item` is the path of one entity, `reader` the
    operation that gets one. `many`: the body is a list.
    """

    key: str = ""
    in_body: bool = False
    parents: tuple[Parent, ...] = ()
    scopes: tuple[str, ...] = ()
    item: str = ""
    reader: str = ""
    many: bool = False

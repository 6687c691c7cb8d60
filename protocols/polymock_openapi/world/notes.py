"""What the operations of the world remember of their paths: the notes of their bindings."""

from __future__ import annotations

import msgspec

from polymock.world.entities import Role
from polymock.world.transitions import State


class Parent(msgspec.Struct, frozen=True):
    """An entity that a path names before the one that it is about: `/users/{userId}/orders`."""

    parameter: str
    kind: str


class Notes(msgspec.Struct, frozen=True):
    """How an operation names its entity.

    `key` is the path parameter that holds the key, "" where none does; with `in_body` it stands in
    the body. `parents` are outermost first; `scopes` are path parameters that nothing more is known
    of, whose values keep what was written apart. `item` is the path of one entity, `reader` the
    operation that gets one. `many`: the body is a list. `action` is the path parameter of the
    entity that a verb at the path's end is about, if one stands there; `state` is what the verb
    makes of it.
    """

    key: str = ""
    in_body: bool = False
    parents: tuple[Parent, ...] = ()
    scopes: tuple[str, ...] = ()
    item: str = ""
    reader: str = ""
    many: bool = False
    action: str = ""
    state: State | None = None

    def by(self, role: Role) -> Notes:
        """The notes for an operation of a role: what may be an action may also be a collection of
        the entity's own, `POST /users/{userId}/ban` or `POST /users/{userId}/diary`."""
        if not self.action:
            return self
        if role in ("create", "list"):
            return msgspec.structs.replace(self, action="", item="", reader="")
        above = tuple(parent for parent in self.parents if parent.parameter != self.action)
        return msgspec.structs.replace(self, key=self.action, parents=above)

"""What names of mutations say: a verb, and the noun of what it is done to.

`createProduct`, `productCreate`, `insert_products_one`, `deleteManyProducts`, `update_pets_by_pk`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from polymock.world.names import (
    collection_name,
    plain_collection_name,
    plural,
    singular,
    words,
)

Act = Literal["create", "update", "replace", "save", "delete", ""]
"""What is done; `save` makes what is not there, "" is a verb that says nothing of it."""

_VERBS: dict[str, Act] = {
    **dict.fromkeys(("create", "add", "insert", "new", "register", "place", "make"), "create"),
    **dict.fromkeys(("update", "edit", "patch", "modify", "set", "change", "rename"), "update"),
    **dict.fromkeys(("upsert", "save", "put"), "save"),
    **dict.fromkeys(("delete", "remove", "destroy", "erase", "drop"), "delete"),
    "replace": "replace",
}
_COPYING = frozenset({"clone", "copy", "duplicate", "fork", "revert", "replicate"})
"""Verbs that take the key of one entity and make another of it."""
_FILLERS = frozenset(
    {"one", "many", "all", "by", "pk", "id", "bulk", "batch", "multiple", "a", "new"}
)
_MANY = frozenset({"many", "all", "bulk", "batch", "multiple"})


class Deed(msgspec.Struct, frozen=True):
    """What a mutation's name says.

    `collection` is the plural of its noun, "" without one, and `own` that of the noun as it is
    written (`user_lists` of `createUserList`). `copies` says that it makes another of one that is
    there.
    """

    act: Act
    collection: str
    is_many: bool
    own: str = ""
    copies: bool = False


def read_name(name: str) -> Deed:
    """The deed that a mutation is called after."""
    parts = list(words(name))
    if not parts:
        return Deed("", "", False)
    if parts[0] in _VERBS:
        act, rest = _VERBS[parts[0]], parts[1:]
        if act == "create" and rest[:2] == ["or", "update"]:
            act, rest = "save", rest[2:]
    elif parts[-1] in _VERBS and len(parts) > 1:
        act, rest = _VERBS[parts[-1]], parts[:-1]
    else:
        act, rest = "", parts[1:]
    copies = bool(_COPYING & {parts[0], parts[-1]}) and not act
    is_many = bool(_MANY & set(rest))
    ends_one = "one" in rest or "pk" in rest
    while len(rest) > 1 and rest[0] in _FILLERS:
        rest = rest[1:]
    while len(rest) > 1 and rest[-1] in _FILLERS:
        rest = rest[:-1]
    if not rest:
        return Deed(act, "", is_many)
    last = rest[-1]
    is_plural = singular(last) != last and plural(last) == last
    noun = "_".join(rest)
    is_many = is_many or (is_plural and not ends_one)
    return Deed(act, collection_name(noun), is_many, plain_collection_name(noun), copies)

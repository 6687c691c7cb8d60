"""What callers mean by a value that stands inside an operator: `{eq: 7}`, `{set: 7}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from polymock.world.names import fold
from polymock_graphql.planning.words import (
    EQUALS,
)

APART = frozenset(
    {
        *("clientmutationid", "where", "filter", "by", "pkcolumns", "onconflict", "ifmatch", "inc"),
        *("increment", "decrement", "append", "prepend", "deletekey", "deleteelem", "unset"),
    }
)
"""Names whose values say nothing of what the entity is like afterwards."""
_SETS = ("set", "to")


def equal(value: Any) -> Any:
    """What a filter of one field says that it is; else the value itself."""
    if not isinstance(value, Mapping):
        return value
    return next((held for op, held in value.items() if fold(op) in EQUALS), value)


def set_to(value: Any) -> Any:
    """What an update of one field sets it to, as some generators of schemas write it; else the
    value itself."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, held),) = value.items()
        if fold(name) in _SETS:
            return held
    return value

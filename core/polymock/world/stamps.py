"""Properties that the world sets itself where nobody does: times, and tags of states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from polymock.errors import Aborted
from polymock.world.clock import instant_text
from polymock.world.collections import Collection
from polymock.world.view import Entity

CREATED = frozenset(
    {
        *("createdat", "created", "createtime", "createdon", "datecreated", "creationdate"),
        *("creationtime", "createdate", "insertedat", "timecreated"),
    }
)
UPDATED = frozenset(
    {
        *("updatedat", "updated", "updatetime", "updatedon", "dateupdated", "modifiedat"),
        *("lastmodified", "lastupdated", "modified", "updatedate", "lastmodifiedat", "timeupdated"),
    }
)
TAGS = frozenset({"etag", "version", "revision", "resourceversion", "rev", "lockversion"})
"""Properties that tell one state of an entity from another, folded."""
TIMES = CREATED | UPDATED
MADE = TIMES | TAGS
"""Properties that the world sets itself where nobody does."""
_MILLISECONDS = 100_000_000_000


def at_first(collection: Collection, folded: str, sampled: Any) -> Any:
    """What a property, which is no time, is of an entity that was just made, where nobody says it:
    tags begin, states are those that entities begin in; else what was sampled."""
    if folded in TAGS:
        return 1 if isinstance(sampled, int) else sampled
    return collection.beginning(folded, sampled)


def next_tag(entity: Entity, name: str, old: Any, said: Any) -> Any:
    """The new value of a property that tells states apart. Raises Aborted where the caller speaks
    of another state than there is."""
    if said is not None and said != old and str(said) != str(old):
        raise Aborted(
            f"{entity.collection}/{entity.key[:200]} has changed: {name} is {str(old)[:200]!r}, "
            f"not {str(said)[:200]!r}."
        )
    if isinstance(old, int) and not isinstance(old, bool):
        return old + 1
    if isinstance(old, str) and old.isascii() and old.isdecimal() and len(old) < 18:
        return str(int(old) + 1)
    return entity.tag if isinstance(old, str) else old


def instant_like(now: datetime, like: Any) -> Any:
    """The time, as a value that stood there before writes it: text, seconds or milliseconds."""
    if isinstance(like, int | float) and not isinstance(like, bool):
        seconds = now.timestamp()
        return round(seconds * 1000) if like > _MILLISECONDS else round(seconds)
    if isinstance(like, str) and len(like) == len("2020-01-01"):
        return instant_text(now)[:10]
    return instant_text(now)

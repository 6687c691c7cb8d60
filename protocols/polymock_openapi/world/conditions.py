"""Conditional requests: validators and what a caller says of them (RFC 9110, sections 8.8 and 13).

An entity tag here is the entity's own, then that of the bytes that were sent: `"5f1c…-09ab"`. The
first part is what a write is checked by, whatever the media type in which its entity was read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from polymock.errors import PreconditionFailed
from polymock.world.view import Entity
from polymock.world.writing import UNCONDITIONAL, Precondition

MAX_TAGS = 64
UNWRITTEN = "0"
"""The state of every entity that nobody wrote: it needs not be made to know its tag."""
_TAG = re.compile(r'(W/)?"([^"]*)"')


def entity_tag(state: str, body: bytes) -> str:
    """The strong validator of one representation of an entity in a state."""
    return f'"{state}-{blake2b(body, digest_size=4).hexdigest()}"'


def state_of(entity: Entity) -> str:
    """The tag of an entity's state."""
    return entity.tag if entity.is_written else UNWRITTEN


def precondition(sent: Mapping[str, Any], entity: Entity | None) -> Precondition:
    """What a call that writes says of the entity, by `If-Match` and `If-None-Match`. `entity` is
    as it was found a moment ago."""
    match, none = sent.get("if-match"), sent.get("if-none-match")
    if match is None and none is None:
        return UNCONDITIONAL
    told = [_states(match), _states(none, weak=True)]
    if entity is not None and not entity.is_written:
        tags = {UNWRITTEN: entity.tag}
        told = [tuple(tags.get(state, state) for state in states) for states in told]
    return Precondition(*told)


def asks_for_new(sent: Mapping[str, Any]) -> bool:
    """Whether a call wants to write only what nobody wrote before: `If-None-Match: *`."""
    return str(sent.get("if-none-match", "")).strip() == "*"


def check_match(sent: Mapping[str, Any], state: str) -> None:
    """Refuse to show an entity that is not in the state that `If-Match` asks for.

    Raises PreconditionFailed.
    """
    asked = sent.get("if-match")
    if asked is None:
        return
    if not {"*", state} & set(_states(asked)):
        raise PreconditionFailed("The entity is in another state than If-Match says.")


def is_unchanged(asked: str, tag: str) -> bool:
    """Whether `If-None-Match` names this very representation, compared weakly."""
    if asked.strip() == "*":
        return True
    return any(found[2] == tag.strip('"') for found in list(_TAG.finditer(asked))[:MAX_TAGS])


def _states(field: Any, *, weak: bool = False) -> tuple[str, ...]:
    """The entities' own tags in a field; weak ones only where these are compared weakly.

    A field without a single usable tag names a state that no entity is ever in.
    """
    if not isinstance(field, str):
        return ()
    if field.strip() == "*":
        return ("*",)
    found = list(_TAG.finditer(field))[:MAX_TAGS]
    states = tuple(each[2].partition("-")[0] for each in found if weak or not each[1])
    return states or ("",)

"""Verbs that say in which state an entity is afterwards (AIP-136, AIP-216).

`cancel` makes an order's `status` CANCELLED, and `archive` a post's `archived` true, where its type
has such a state and no other that the verb could mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from polymock.world.names import words

_STATES = ("state", "status")
_IRREGULAR: Mapping[str, tuple[str, ...]] = {
    "activate": ("active",),
    "begin": ("begun",),
    "complete": ("complete",),
    "deactivate": ("inactive",),
    "freeze": ("frozen",),
    "hide": ("hidden",),
    "hold": ("held",),
    "lend": ("lent",),
    "open": ("open",),
    "pay": ("paid",),
    "reopen": ("open",),
    "sell": ("sold",),
    "send": ("sent",),
    "withdraw": ("withdrawn",),
    "write": ("written",),
}
"""What verbs lead to beside what their forms in `-ed` say."""
_OPPOSITES: Mapping[str, str] = {
    "deactivate": "activate",
    "disable": "enable",
    "reopen": "close",
}
_NEGATIONS = frozenset({"not", "never", "non", "un", "be"})
_IS = (("is",), ("has", "been"), ())
"""What flags have before the word that counts."""


class State(msgspec.Struct, frozen=True):
    """What a verb makes of an entity: the property, and its value."""

    property: str
    value: str | bool


def implied_state(
    verb: str, enums: Mapping[str, Sequence[str]], flags: Iterable[str]
) -> State | None:
    """The state that a verb (`cancel`) leads to; None where it is not clear.

    `enums` are the values of an entity's properties that have only certain ones, `flags` the
    properties that are true or false.
    """
    verb = verb.lower()
    if not verb:
        return None
    states = sorted(filter(_is_state, enums), key=lambda name: len(words(name)))
    for name in states:
        found = _meant(enums[name], verb)
        if found:
            return State(name, found[0]) if len(found) == 1 else None
    opposite = _opposite(verb)
    told = [
        State(flag, value)
        for flag in flags
        for meant, value in ((verb, True), (opposite, False))
        if meant and _is_flag(flag, meant)
    ]
    return told[0] if len(told) == 1 else None


def _is_state(name: str) -> bool:
    return words(name)[-1:] in [(state,) for state in _STATES]


def _meant(values: Sequence[str], verb: str) -> list[str]:
    """Those of an enum's values that a verb leads to: `ORDER_STATUS_CANCELLED`, but rather REFUNDED
    than PARTIALLY_REFUNDED."""
    ends = _ends(verb)
    found = []
    for value in values:
        said = words(value)
        if said and said[-1] in ends and not _NEGATIONS & set(said[-2:-1]):
            found.append((len(said), value))
    least = min((length for length, _ in found), default=0)
    return [value for length, value in found if length == least]


def _is_flag(name: str, verb: str) -> bool:
    said = tuple(words(name))
    return said[-1:] != () and said[-1] in _ends(verb) and said[:-1] in _IS


def _ends(verb: str) -> frozenset[str]:
    """The words that tell of what a verb has been done to."""
    regular = {f"{verb.removesuffix('e')}ed", f"{verb}{verb[-1:]}ed"}
    if verb.endswith("y"):
        regular.add(f"{verb.removesuffix('y')}ied")
    return frozenset((*regular, *_IRREGULAR.get(verb, ())))


def _opposite(verb: str) -> str:
    """The verb that another undoes: `archive` of `unarchive`; "" for none."""
    known = _OPPOSITES.get(verb)
    return known or (verb.removeprefix("un") if verb.startswith("un") and len(verb) > 4 else "")

"""The keys of the entities that nobody wrote: the n-th of a collection has one, and it leads back.

Numbers count from 1, and so does text that may be anything; other text is sampled. References
between such entities are worked out of these numbers alone, both ways, so that a list of a
customer's orders and each order's customer agree, whoever asks for what first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from polymock.samples.seeds import derive, salt
from polymock.world.entities import MISSING, EntityKind

CROWD = 25
"""So many parents take turns: of CROWD entities in a row, each has another parent."""
BROOD = 25
"""How many entities that nobody wrote have the same parent."""
FIRST_NEW = 1000
"""The number of the first entity that is created without a key; those before are nobody's."""
_TABLE = CROWD * BROOD
_TRIES = 8
_KEY = salt("key")


class Keys(Protocol):
    """How a collection's keys are made."""

    def at(self, index: int) -> str:
        """The key of the entity of this number, from 0."""
        ...

    def index(self, key: str) -> int | None:
        """The number of the entity that has this key; None for a key that is not so made."""
        ...


class CountedKeys:
    """`1`, `2`, `3` …: for numbers, and for text that may be anything."""

    def at(self, index: int) -> str:
        return str(index + 1)

    def index(self, key: str) -> int | None:
        number = number_in(key)
        return None if number is None else number - 1


def number_in(key: str) -> int | None:
    """The number that a key is, as it is usually written: from 1 on, without leading zeros."""
    if key.isascii() and key.isdecimal() and key[0] != "0" and len(key) <= 18:
        return int(key)
    return None


class OwnKeys:
    """As the contract makes them."""

    def __init__(self, at: Callable[[int], str], index: Callable[[str], int | None]) -> None:
        self.at = at
        self.index = index


class SampledKeys:
    """Samples of the key's schema; the first are kept in a table, so that they lead back."""

    def __init__(self, kind: EntityKind, seed: int) -> None:
        self._kind = kind
        self._seed = derive(seed, _KEY)
        self._keys: list[str] = []
        self._indexes: dict[str, int] = {}
        self._later: dict[int, str] = {}

    def at(self, index: int) -> str:
        """Those of the table are all different."""
        if index < _TABLE:
            self._fill(index)
            return self._keys[index]
        known = self._later.get(index)
        if known is None:
            if len(self._later) >= _TABLE:
                self._later.clear()
            known = self._later[index] = self._made(index, 0)
        return known

    def index(self, key: str) -> int | None:
        if key not in self._indexes:
            self._fill(_TABLE - 1)
        return self._indexes.get(key)

    def _fill(self, index: int) -> None:
        for number in range(len(self._keys), index + 1):
            made = ""
            for attempt in range(_TRIES):
                made = self._made(number, attempt)
                if made not in self._indexes:
                    break
            else:
                made = f"{made}-{number + 1}"
            self._keys.append(made)
            self._indexes.setdefault(made, number)

    def _made(self, index: int, attempt: int) -> str:
        seed = derive(derive(self._seed, index), attempt)
        value = self._kind.imagine("", seed).get(self._kind.key)
        return str(index + 1) if value is None else str(value)


def choose_keys(kinds: Sequence[EntityKind], seed: int) -> Keys:
    """How the keys of a collection of these kinds are made: so that they fit as many as can be."""
    typed = [kind.typed_key("1") for kind in kinds]
    if any(isinstance(value, int) for value in typed):
        return CountedKeys()
    for kind in kinds:
        if kind.key_at is not None and kind.index_of is not None:
            return OwnKeys(kind.key_at, kind.index_of)
    if all(value is not MISSING for value in typed):
        return CountedKeys()
    strict = next(kind for kind, value in zip(kinds, typed, strict=True) if value is MISSING)
    return SampledKeys(strict, seed)


def parent_index(child: int) -> int:
    """The number of the parent of a child: children of one CROWD have different parents."""
    turn, place = divmod(child, CROWD)
    return turn // BROOD * CROWD + place


def child_index(parent: int, nth: int) -> int:
    """The number of the n-th child of a parent, from 0 and below BROOD."""
    block, place = divmod(parent, CROWD)
    return (block * BROOD + nth) * CROWD + place


def within_index(own: int) -> int | None:
    """The number of the parent in the same collection (a category's); None for the first ones."""
    return None if own < 3 else (own - 3) // 3


MAX_KEY = 500
"""Characters of a key."""


def is_usable(key: str) -> bool:
    """Whether an entity can have this key: what is too long or no Unicode is nobody's."""
    if not key or len(key) > MAX_KEY or "\0" in key:
        return False
    return key.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in key)


def key_text(value: Any) -> str:
    """A key as the world knows it: text. `7`, `7.0` and `"7"` are one key."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else str(value)

"""Callers who were never seen before, where new ones are rare."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

Kind = Literal["client", "user_agent", "principal"]

_WARM_UP = 0.1
_CALLS_BEFORE = 50
_CALLS = 5
_FEW = 3
_RARE_CALLS = 50
_LOUDER = 5
_GROUPED = 5
_AT_ONCE = 0.01
_LIKELY = 1e-3


class Caller(NamedTuple):
    """All calls of one caller; `first` and `last` are microseconds since 1970."""

    kind: Kind
    name: str
    calls: int
    first: int
    last: int


class Newcomers(msgspec.Struct, frozen=True):
    """One caller who is new, or several who came together: with the most calls first.

    `before` are the calls that were recorded before the first of theirs, `known` how many others
    of the kind had been seen by then.
    """

    kind: Kind
    names: tuple[str, ...]
    calls: int
    first: int
    last: int
    before: int
    known: int


def newcomers(
    callers: Sequence[Caller],
    kind: Kind,
    examined: int | None,
    before: Callable[[int], int],
    total: int,
) -> Iterator[Newcomers]:
    """Those of a kind who came from `examined` on, and cannot have been there unseen.

    `before` tells how many of all the `total` calls came before a moment; `examined` is None where
    all of the traffic is judged. Whoever calls rarely is seen late by chance; so the chance that
    all calls of a caller fall so late is counted. Where new ones come all the time, only one who is
    much louder than they counts.
    """
    crowd = [caller for caller in callers if caller.kind == kind and caller.name]
    shares = {caller.name: before(caller.first) / max(total, 1) for caller in crowd}
    found = [
        caller
        for caller in crowd
        if (examined is None or caller.first >= examined)
        and before(caller.first) >= _CALLS_BEFORE
        and _is_new(caller, crowd, shares, has_past=examined is not None)
    ]
    for group in _groups(found, shares):
        first = min(caller.first for caller in group)
        yield Newcomers(
            kind,
            tuple(caller.name for caller in group),
            sum(caller.calls for caller in group),
            first,
            max(caller.last for caller in group),
            before(first),
            sum(caller.first < first for caller in crowd),
        )


def _is_new(
    caller: Caller, crowd: Sequence[Caller], shares: Mapping[str, float], *, has_past: bool
) -> bool:
    share = shares[caller.name]
    if caller.calls < _CALLS or (share < _WARM_UP and not has_past):
        return False
    chance = caller.calls * math.log(max(1 - share, 1e-12))
    if chance > math.log(_LIKELY / len(crowd)):
        return False
    # New ones in the half of the traffic before it, but for those who came just now, too.
    earlier = [other.calls for other in crowd if share / 2 < shares[other.name] < share - _AT_ONCE]
    if len(earlier) <= _FEW:
        return True
    return caller.calls >= max(_RARE_CALLS, _LOUDER * max(earlier))


def _groups(found: Sequence[Caller], shares: Mapping[str, float]) -> Iterator[list[Caller]]:
    """Each by itself, but those who came at about the same time together where they are many."""
    groups: list[list[Caller]] = []
    for caller in sorted(found, key=lambda one: one.first):
        if groups and shares[caller.name] - shares[groups[-1][-1].name] < _AT_ONCE:
            groups[-1].append(caller)
        else:
            groups.append([caller])
    for group in groups:
        if len(group) >= _GROUPED:
            yield sorted(group, key=lambda one: -one.calls)
        else:
            yield from ([caller] for caller in group)

"""Where something odd begins and ends."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from polymock.journal.anomalies.residuals import spread
from polymock.journal.anomalies.traffic import Frame

CANDIDATE = 3.0
"""Residuals beyond this are looked at."""
_JOINED = 2
_TOGETHER = 0.25


class Episode(msgspec.Struct, frozen=True):
    """Windows from `start` up to, not with, `stop`: `sign` says in which direction they are odd,
    `surprise` is -log of how probable they are."""

    start: int
    stop: int
    sign: int
    surprise: float


def episodes(frame: Frame, residuals: Sequence[float], needed: float) -> list[Episode]:
    """The episodes in a series of residuals that are surprising enough.

    Each is measured by all other windows, but where only some are examined by those before them.
    """
    found = []
    for start, stop, sign in _runs(frame, residuals):
        others = (
            residuals[: frame.examined]
            if frame.examined
            else [*residuals[: max(0, start - 1)], *residuals[stop + 1 :]]
        )
        usual = spread(others)
        each = [usual.surprise(residuals[at]) for at in range(start, stop)]
        # Windows side by side are odd together more often than by chance alone.
        surprise = max(each) + _TOGETHER * (sum(each) - max(each))
        if surprise >= needed:
            limit = max(CANDIDATE, usual.tail)
            while sign * residuals[start] < limit:
                start += 1
            while sign * residuals[stop - 1] < limit:
                stop -= 1
            found.append(Episode(start, stop, sign, surprise))
    return found


def _runs(frame: Frame, residuals: Sequence[float]) -> list[tuple[int, int, int]]:
    """Stretches of windows beyond CANDIDATE in one direction, over gaps of one or two."""
    runs: list[tuple[int, int, int]] = []
    for window in range(frame.examined, frame.count):
        residual = residuals[window]
        if abs(residual) < CANDIDATE:
            continue
        sign = 1 if residual > 0 else -1
        if runs:
            start, stop, last = runs[-1]
            near = window - stop <= _JOINED and frame.adjoins(stop - 1, window)
            if last == sign and near:
                runs[-1] = (start, window + 1, sign)
                continue
        runs.append((window, window + 1, sign))
    return runs

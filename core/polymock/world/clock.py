"""The clock of a world: the machine's, moved, or stopped at an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from polymock.errors import WorldError

LATEST = datetime(9999, 1, 1, tzinfo=UTC)


class ClockSetting(msgspec.Struct, frozen=True):
    """What was done to a clock: `frozen` is where it stands still, `offset` by how many seconds it
    is ahead of the machine's."""

    frozen: datetime | None = None
    offset: float = 0.0

    def now(self) -> datetime:
        """The time, in UTC; one that runs to the end of time stops there."""
        if self.frozen is not None:
            return self.frozen
        if not self.offset:
            return datetime.now(UTC)
        try:
            return moved(datetime.now(UTC), self.offset)
        except WorldError:
            return LATEST


RUNNING = ClockSetting()


def frozen_at(setting: ClockSetting, instant: datetime | None = None) -> ClockSetting:
    """The clock, stopped: at the instant, or now."""
    return ClockSetting(frozen=_in_utc(instant) if instant else setting.now())


def set_to(setting: ClockSetting, instant: datetime) -> ClockSetting:
    """The clock, put to an instant; one that runs goes on from there."""
    instant = _in_utc(instant)
    if setting.frozen is not None:
        return ClockSetting(frozen=instant)
    return ClockSetting(offset=(instant - datetime.now(UTC)).total_seconds())


def moved_by(setting: ClockSetting, seconds: float) -> ClockSetting:
    """The clock, moved forward, or backward by negative seconds. Raises WorldError."""
    if setting.frozen is not None:
        return ClockSetting(frozen=moved(setting.frozen, seconds))
    moved(datetime.now(UTC), setting.offset + seconds)
    return ClockSetting(offset=setting.offset + seconds)


def moved(instant: datetime, seconds: float) -> datetime:
    """The instant so many seconds later. Raises WorldError where there is no such time."""
    try:
        later = instant + timedelta(seconds=seconds)
    except (OverflowError, ValueError):  # the latter of what is no number
        later = LATEST
    if later >= LATEST or later.year < 2:
        raise WorldError("The clock cannot go there.", "Stay between the years 2 and 9998.")
    return later


def instant_text(instant: datetime) -> str:
    """RFC 3339, in UTC, to the millisecond where it is no whole second."""
    precision = "milliseconds" if instant.microsecond >= 1000 else "seconds"
    return instant.isoformat(timespec=precision).replace("+00:00", "Z")


def _in_utc(instant: datetime) -> datetime:
    """The instant, in UTC where it does not say. Raises WorldError where there is no such time."""
    try:
        known = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError:
        known = LATEST
    return moved(known, 0)

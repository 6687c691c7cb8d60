from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.errors import WorldError
from polymock.world.clock import (
    RUNNING,
    ClockSetting,
    frozen_at,
    instant_text,
    moved_by,
    set_to,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def about(instant: datetime, other: datetime) -> bool:
    return abs((instant - other).total_seconds()) < 5


def test_it_runs_with_the_machines() -> None:
    assert about(RUNNING.now(), datetime.now(UTC))


def test_a_frozen_clock_stands_still_until_it_is_moved() -> None:
    frozen = frozen_at(RUNNING, NOON)
    assert frozen.now() == NOON
    assert moved_by(frozen, 90).now() == NOON + timedelta(seconds=90)
    assert set_to(frozen, NOON + timedelta(days=1)).now() == NOON + timedelta(days=1)
    assert about(frozen_at(RUNNING).now(), datetime.now(UTC))


def test_a_clock_that_is_set_goes_on() -> None:
    setting = set_to(RUNNING, NOON)
    assert setting.frozen is None
    assert about(setting.now(), NOON)
    assert about(moved_by(setting, -3600).now(), NOON - timedelta(hours=1))
    assert about(frozen_at(setting).now(), NOON)


def test_instants_are_in_utc() -> None:
    east = datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2)))
    assert frozen_at(RUNNING, east).now() == NOON
    assert frozen_at(RUNNING, NOON.replace(tzinfo=None)).now() == NOON


@pytest.mark.parametrize("seconds", [1e12, -1e12, 1e300, float("inf"), float("nan")])
@pytest.mark.parametrize("setting", [RUNNING, ClockSetting(frozen=NOON)])
def test_there_are_times_where_it_cannot_go(setting: ClockSetting, seconds: float) -> None:
    with pytest.raises(WorldError, match="cannot go there"):
        moved_by(setting, seconds)


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59-14:00",
        "9999-06-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0001-06-01T00:00:00Z",
    ],
)
def test_there_are_instants_that_it_cannot_be_set_to(text: str) -> None:
    for change in (frozen_at, set_to):
        with pytest.raises(WorldError, match="cannot go there"):
            change(RUNNING, datetime.fromisoformat(text))


def test_one_that_runs_to_the_end_of_time_stops_there() -> None:
    last = set_to(RUNNING, datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert ClockSetting(offset=last.offset + 60).now() == datetime(9999, 1, 1, tzinfo=UTC)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_its_text_is_an_instant_to_the_millisecond(instant: datetime) -> None:
    text = instant_text(instant)
    assert text.endswith("Z")
    assert timedelta(0) <= instant - datetime.fromisoformat(text) < timedelta(milliseconds=1)

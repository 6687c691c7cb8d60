"""Selections as conditions in SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from polymock.errors import CommandError
from polymock.journal.selecting import choose, instant
from polymock_schemas.journal_questions import Selection

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_no_selection_is_no_condition():
    chosen = choose(Selection())
    assert (chosen.where, chosen.parameters) == ("TRUE", {})
    assert chosen.also("r.status = $code", code=404).where == "r.status = $code"


def test_values_are_parameters():
    chosen = choose(Selection(mock="a'b", session="", until="15m"), now=NOW)
    assert chosen.where == "r.ts < $until AND r.mock = $mock AND r.session = $session"
    assert chosen.parameters == {
        "until": datetime(2026, 3, 1, 11, 45),
        "mock": "a'b",
        "session": "",
    }
    more = chosen.also("x IN ($y)", y=1)
    assert more.where.endswith(" AND x IN ($y)")
    assert more.parameters["y"] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15m", NOW - timedelta(minutes=15)),
        ("500ms", NOW - timedelta(milliseconds=500)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-02-28", datetime(2026, 2, 28, tzinfo=UTC)),
        ("2026-02-28T10:00:00Z", datetime(2026, 2, 28, 10, tzinfo=UTC)),
        ("2026-02-28T10:00:00.5+02:00", datetime(2026, 2, 28, 8, 0, 0, 500_000, UTC)),
        ("2026-02-28 10:00", datetime(2026, 2, 28, 10, tzinfo=UTC)),
        (None, None),
    ],
)
def test_times(text, expected):
    assert instant("since", text, NOW) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "15", "-5m", "1h30m", "999999d", "0001-01-01T00:00+09:00"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(CommandError, match=r"since: .* is no time") as caught:
        instant("since", text, NOW)
    assert caught.value.violations[0].location == "since"
    assert "15m" in caught.value.hint

from __future__ import annotations

from typing import Any

from polymock.access.refusals import PER_MINUTE, Refusals


def test_refusals_are_written_down_and_what_is_too_much_is_counted() -> None:
    notes: list[Any] = []
    now = 0.0
    refusals = Refusals(lambda *note: notes.append(note), lambda: now)
    for _ in range(PER_MINUTE + 3):
        refusals.tell("ci", "world.reset", 403, "no")
    assert notes == [("admin.refused", "ci", "world.reset", {"status": 403, "why": "no"})] * 60
    now = 60.0
    refusals.tell("nobody", "x" * 1000, 401, "who?", "10.0.0.7")
    refusals.tell("nobody", "GET /", 401, "who?", "10.0.0.7")
    first, second = notes[60:]
    assert first[3] == {"status": 401, "why": "who?", "client": "10.0.0.7", "unreported": 3}
    assert len(first[2]) == 200
    assert "unreported" not in second[3]

import os
import time
from pathlib import Path

import pytest

from polymock.server import measuring
from polymock_schemas.journal import JournalStatus
from polymock_schemas.observers import PartHealth


def status(**more: object) -> JournalStatus:
    said = {"path": "j", "rows": 9, "waiting_batches": 1, "waiting_rows": 2, "gaps": 0}
    return JournalStatus(**{**said, "dropped_rows": 0, "last_error": "", **more})  # type: ignore[arg-type]


def test_the_journal_keeps_up() -> None:
    assert measuring.journal_health(status()) == PartHealth("journal", "ok", "ok")
    assert measuring.journal_health(None).state == "ok"


@pytest.mark.parametrize(
    ("more", "state", "words"),
    [
        ({"last_error": "no space left"}, "failed", "no space left"),
        ({"dropped_rows": 7}, "degraded", "dropped 7 exchanges"),
        ({"waiting_since": 0}, "degraded", "2 exchanges wait for"),
    ],
)
def test_what_is_wrong_with_the_journal(more: dict[str, object], state: str, words: str) -> None:
    found = measuring.journal_health(status(**more))
    assert found.state == state
    assert words in found.reason


def test_how_far_the_journal_is_behind() -> None:
    since = (time.time_ns() // 1000) - 2_000_000
    figures = measuring.journal_figures(status(waiting_since=since, last_error="x"))
    assert 2 <= figures.lag_seconds < 10
    assert (figures.rows, figures.waiting_rows, figures.failing) == (9, 2, True)
    assert measuring.journal_figures(status()).lag_seconds == 0


def test_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = {"bytes": 10**12}
    monkeypatch.setattr(measuring, "disk_free", lambda _: free["bytes"])
    states = []
    for size in (10**12, 100 * 2**20, 2**20, None):
        free["bytes"] = size  # type: ignore[assignment]
        states.append(measuring.disk_health(tmp_path).state)
    assert states == ["ok", "degraded", "failed", "degraded"]


def test_room_that_cannot_be_told(tmp_path: Path) -> None:
    assert measuring.disk_free(tmp_path / "nowhere") is None
    assert measuring.disk_free(tmp_path) > 0  # type: ignore[operator]


def test_processes_that_are_gone_are_left_out() -> None:
    (own,) = measuring.process_figures({"control": os.getpid(), "worker-0": 2**22 + 1, "x": None})
    assert (own.name, own.pid) == ("control", os.getpid())
    assert own.memory_bytes > 1_000_000
    assert own.cpu_seconds > 0
    assert own.threads >= 1

from __future__ import annotations

import psutil
import pytest
from msgspec.structs import replace

from core.instances.doubles import PARENT, STUBBORN, Spawn, record_of
from polymock.errors import ServerError
from polymock.instances import ending, processes
from polymock.instances.ending import end


def test_it_ends_when_asked(spawn: Spawn) -> None:
    process = spawn()
    assert end(record_of("shop", process), 10) == "stopped"
    assert process.wait() == -15


def test_it_is_killed_when_it_does_not_end_in_time(spawn: Spawn) -> None:
    process = spawn(STUBBORN)
    assert process.stdout is not None
    process.stdout.readline()
    assert end(record_of("shop", process), 0.1) == "killed"
    assert process.wait() == -9


def test_what_it_began_ends_with_it(spawn: Spawn) -> None:
    process = spawn(PARENT)
    assert process.stdout is not None
    child = psutil.Process(int(process.stdout.readline()))
    assert end(record_of("shop", process), 10) == "stopped"
    assert processes.await_ended([child], 10) == []


def test_what_a_killed_one_began_is_known_by_its_mark(spawn: Spawn) -> None:
    process = spawn(PARENT, run="run-of-shop")
    assert process.stdout is not None
    child = psutil.Process(int(process.stdout.readline()))
    record = record_of("shop", process, run="run-of-shop")
    process.kill()
    process.wait()
    assert child.is_running()
    assert end(record, 10) == "exited"
    assert processes.await_ended([child], 10) == []


def test_another_process_with_its_pid_is_left_alone(spawn: Spawn) -> None:
    process = spawn()
    record = record_of("shop", process)
    assert record.process is not None
    old = replace(record, process=replace(record.process, created=record.process.created - 60))
    assert end(old, 0) == "exited"
    assert process.poll() is None


def test_one_that_cannot_be_ended_is_told(spawn: Spawn, monkeypatch: pytest.MonkeyPatch) -> None:
    process = spawn(STUBBORN)
    assert process.stdout is not None
    process.stdout.readline()
    monkeypatch.setattr(processes, "kill", lambda _: None)
    monkeypatch.setattr(ending, "KILL_SECONDS", 0.05)
    with pytest.raises(ServerError, match=rf"'shop' cannot be ended: {process.pid}"):
        end(record_of("shop", process), 0.05)

from __future__ import annotations

import os
import time

import psutil
import pytest

from core.instances.doubles import PARENT, Spawn
from polymock.instances import processes
from polymock.instances.processes import ProcessId, await_ended, find, first_of, identify, marked


def test_a_process_is_found_by_pid_and_time_of_creation(spawn: Spawn) -> None:
    process = spawn()
    found = find(identify(process.pid))
    assert found is not None
    assert found.pid == process.pid


def test_another_process_with_the_same_pid_is_not_it(spawn: Spawn) -> None:
    known = identify(spawn().pid)
    assert find(ProcessId(known.pid, known.created - 100)) is None
    assert find(ProcessId(known.pid, known.created - 100), "run-of-another") is None


def test_its_mark_tells_it_when_the_clock_was_set(spawn: Spawn) -> None:
    process = spawn(run="run-7")
    assert process.stdout is not None
    process.stdout.readline()
    known = identify(process.pid)
    assert find(ProcessId(known.pid, known.created - 7200), "run-7") is not None


def test_one_that_ended_is_not_found_even_if_nobody_took_note_of_it(spawn: Spawn) -> None:
    process = spawn("pass")
    known = identify(process.pid)
    left = psutil.Process(process.pid)
    assert await_ended([left], 10) == []
    assert psutil.pid_exists(process.pid)  # a zombie
    assert find(known) is None
    process.wait()
    assert find(known) is None
    assert find(None) is None


def test_the_mark_is_on_all_processes_of_a_run_and_the_first_began_the_others(spawn: Spawn) -> None:
    process = spawn(PARENT, run="run-8")
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert {each.pid for each in marked("run-8")} == {process.pid, child}
    first = first_of("run-8")
    assert first is not None
    assert first.pid == process.pid
    assert {each.pid for each in processes.with_children(first)} == {process.pid, child}
    assert first_of("run-9") is None
    processes.kill(marked("run-8"))
    assert await_ended([psutil.Process(process.pid)], 10) == []


def test_waiting_for_an_end_tells_who_goes_on(spawn: Spawn) -> None:
    process = psutil.Process(spawn().pid)
    begun = time.monotonic()
    assert await_ended([process], 0.05) == [process]
    assert time.monotonic() - begun < 5
    processes.kill([process])
    assert await_ended([process], 10) == []
    processes.kill([process])  # it is gone: nothing to do


def test_this_process_is_itself() -> None:
    found = find(processes.this_process())
    assert found is not None
    assert found.pid == os.getpid()


def test_there_must_be_a_process_to_identify(spawn: Spawn) -> None:
    process = spawn("pass")
    process.wait()
    with pytest.raises(psutil.NoSuchProcess):
        identify(process.pid)
    assert processes.with_children(psutil.Process()) != []

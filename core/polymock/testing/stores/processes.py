"""What other processes do to a shared store, while a test looks on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from typing import Any

from polymock.stores import Change, Conflict, Store
from polymock.testing.stores.opened import PETS, Opening

PROCESSES = 3
ROUNDS = 60
"""How often each process does each thing."""
PARTS = ("a", "b", "c")
"""The rows of one batch of `write_until_killed`."""
SECONDS = 60.0
"""More than any of this takes."""


def write_together(opening: Opening, space: str, name: str) -> list[int]:
    """In several processes at once: count up one row, append rows, take numbers.

    The processes open the store at the same moment. Returns the numbers that they took.
    """
    context = get_context("spawn")
    start = context.Barrier(PROCESSES)
    with _processes() as processes:
        pipes = []
        for number in range(PROCESSES):
            own, other = context.Pipe(duplex=False)
            process = context.Process(
                target=_write, args=(opening, space, f"{name}-{number}", start, other)
            )
            process.start()
            other.close()
            processes.append(process)
            pipes.append(own)
        taken: list[int] = []
        for pipe in pipes:
            taken += _heard(pipe)
            pipe.close()
    return taken


def write_until_killed(opening: Opening, space: str, name: str, batches: int) -> list[int]:
    """Kill -9 a process that writes batches, after so many; the numbers that it was sure of."""
    context = get_context("spawn")
    own, other = context.Pipe(duplex=False)
    acknowledged: list[int] = []
    with _processes() as processes:
        process = context.Process(target=_write_on, args=(opening, space, name, other))
        process.start()
        other.close()
        processes.append(process)
        while len(acknowledged) < batches:
            acknowledged.append(_heard(own))
        process.kill()
        process.join()
        while own.poll():
            try:
                acknowledged.append(own.recv())
            except EOFError:
                break
    own.close()
    return acknowledged


def add_one(store: Store, space: str, collection: str, key: str) -> None:
    """Count up the number that a row holds, again and again until nobody came in between."""
    row = store.get(space, collection, key)
    while True:
        number = int(row.value or 0) if row is not None else 0
        change = Change(
            collection,
            key,
            str(number + 1).encode(),
            expected=row.revision if row is not None else 0,
        )
        try:
            store.apply(space, [change])
        except Conflict as conflict:
            row = conflict.row
        else:
            return


def _write(opening: Opening, space: str, name: str, start: Barrier, pipe: Connection) -> None:
    start.wait(SECONDS)
    store = opening.open()
    taken = []
    for number in range(ROUNDS):
        add_one(store, space, "counters", "all")
        store.apply(space, [Change(PETS, f"{name}-{number}", b"", links={"by": name})])
        taken.append(store.take(space, PETS))
    store.close()
    pipe.send(taken)
    pipe.close()


def _write_on(opening: Opening, space: str, name: str, pipe: Connection) -> None:
    store = opening.open()
    for number in count():
        value = str(number).encode()
        rows = [
            Change(PETS, f"{name}-{number}-{part}", value, links={"by": name}) for part in PARTS
        ]
        store.apply(space, [*rows, Change("counters", name, value)])
        pipe.send(number)


def _heard(pipe: Connection) -> Any:
    """What a process says; fails where it says nothing, or died before."""
    assert pipe.poll(SECONDS), f"a process that shares the store said nothing for {SECONDS} s"
    return pipe.recv()


@contextmanager
def _processes() -> Iterator[list[BaseProcess]]:
    """A list of processes; none of them runs on behind its end."""
    processes: list[BaseProcess] = []
    try:
        yield processes
    except BaseException:
        for process in processes:
            process.kill()
        raise
    finally:
        for process in processes:
            process.join(SECONDS)
            process.close()

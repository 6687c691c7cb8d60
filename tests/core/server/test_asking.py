from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import pytest

from polymock.errors import CommandError
from polymock.server.asking import Asking
from polymock.server.messages import Ask, FromWorker, Told
from polymock_schemas.commands import Refusal


class Worker:
    """The other side: it hears commands, and answers as it is told."""

    def __init__(self, answer: Callable[[Ask], Told | None]) -> None:
        self.asked: list[Ask] = []
        self._answer = answer
        self.asking = Asking(self.write)

    async def write(self, ask: Ask) -> None:
        self.asked.append(ask)
        told = self._answer(ask)
        if told is not None:  # as it comes through a pipe
            line = msgspec.json.encode(told)
            self.asking.hear(msgspec.json.decode(line, type=FromWorker))  # type: ignore[arg-type]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def test_an_answer_comes_back() -> None:
    worker = Worker(lambda ask: Told(ask.id, msgspec.Raw(b'{"n": 1}')))
    assert msgspec.json.decode(run(worker.asking.ask("world.clock", {"a": 1}))) == {"n": 1}
    assert worker.asked[0].params == {"a": 1}


def test_answers_find_who_asked_in_any_order() -> None:
    worker = Worker(lambda ask: None)

    async def both() -> list[bytes]:
        asks = [asyncio.create_task(worker.asking.ask(name, {})) for name in ("a", "b")]
        await asyncio.sleep(0)
        for ask in reversed(worker.asked):
            worker.asking.hear(Told(ask.id, msgspec.Raw(f'"{ask.command}"'.encode())))
        return await asyncio.gather(*asks)

    assert run(both()) == [b'"a"', b'"b"']


def refused(work: Coroutine[Any, Any, Any]) -> CommandError:
    with pytest.raises(CommandError) as raised:
        run(work)
    return raised.value


def test_refusals_come_back() -> None:
    refusal = Refusal("taken", "It is there.", "Drop it.")
    worker = Worker(lambda ask: Told(ask.id, refusal=refusal))
    error = refused(worker.asking.ask("sessions.create", {}))
    assert (error.kind, error.message, error.hint) == ("taken", "It is there.", "Drop it.")


def test_who_does_not_answer_is_not_waited_for() -> None:
    worker = Worker(lambda ask: None)
    refusal = refused(worker.asking.ask("world.clock", {}, seconds=0.01))
    assert refusal.kind == "unavailable"
    assert "did not answer" in refusal.message
    worker.asking.hear(Told(1, msgspec.Raw(b"1")))  # too late, and no matter


def test_a_worker_that_ends_answers_nobody() -> None:
    worker = Worker(lambda ask: None)

    async def end() -> None:
        task = asyncio.create_task(worker.asking.ask("world.clock", {}))
        await asyncio.sleep(0)
        worker.asking.give_up()
        await task

    assert "ended before it answered" in refused(end()).message


def test_too_many_commands_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polymock.server.asking.MAX_WAITING", 0)
    assert "too many" in refused(Worker(lambda ask: None).asking.ask("a", {})).message

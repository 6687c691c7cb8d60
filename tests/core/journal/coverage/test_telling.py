"""What contracts consist of, told a few parts at a time."""

import asyncio

from polymock.interfaces import Part
from polymock.journal.coverage import telling
from polymock.journal.coverage.telling import tell_parts


class Contract:
    """A contract with so many parts; it fails at one of them."""

    protocol = "openapi"

    def __init__(self, count, fails_at=None):
        self._count, self._fails_at = count, fails_at

    def parts(self):
        for number in range(self._count):
            if number == self._fails_at:
                raise RuntimeError("the plugin is broken")
            yield Part("GET /", "parameter", "query", str(number))


def told(*mocks):
    """The frames that these mocks' parts come in."""
    frames = []

    async def tell(frame):
        frames.append(frame)

    asyncio.run(tell_parts(mocks, tell))
    return frames


def test_parts_come_in_portions_of_each_mock(monkeypatch):
    monkeypatch.setattr(telling, "FRAME_PARTS", 2)
    frames = told(("a", Contract(3)), ("b", Contract(1)))
    assert [(f.mock, f.number, len(f.parts), f.is_last, f.is_all) for f in frames] == [
        ("a", 0, 2, False, False),
        ("a", 1, 1, False, False),
        ("a", 2, 0, True, False),
        ("b", 0, 1, False, False),
        ("b", 1, 0, True, True),
    ]


def test_a_contract_that_lists_none_is_told_of_too():
    class Plain:
        protocol = "plain"

    (frame,) = told(("a", Plain()))
    assert (frame.parts, frame.is_last, frame.is_all) == ((), True, True)


def test_a_contract_that_fails_is_named_and_the_others_are_told(caplog):
    frames = told(("a", Contract(5, fails_at=3)), ("b", Contract(1)))
    assert [len(frame.parts) for frame in frames if frame.mock == "a"] == [3, 0]
    assert frames[-1].is_all
    assert "openapi" in caplog.text


def test_no_more_parts_than_the_limit_are_told(monkeypatch):
    monkeypatch.setattr(telling, "MAX_PARTS", 4)
    assert sum(len(frame.parts) for frame in told(("a", Contract(100)))) == 4


def test_other_work_is_done_in_between(monkeypatch):
    monkeypatch.setattr(telling, "WORK_SECONDS", 0.0)
    monkeypatch.setattr(telling, "PAUSE_SECONDS", 0.0)
    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def both():
        task = asyncio.create_task(others())
        await tell_parts([("a", Contract(50))], _ignore)
        task.cancel()

    asyncio.run(both())
    assert turns >= 50


async def _ignore(_):
    """Whatever is told."""

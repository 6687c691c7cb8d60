import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from polymock.edge import body
from polymock.edge.body import BodyReader, has_body
from polymock.errors import TooLarge, Unreadable


def read(reader: BodyReader, *messages: dict[str, Any], length: bytes = b"") -> bytes:
    """Read a body that arrives in these messages, and then nothing more."""
    waiting = list(messages)

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            await asyncio.sleep(3600)
        return {"type": "http.request", **waiting.pop(0)}

    fields = {b"content-length": length} if length else {}
    return asyncio.run(reader.read(fields, receive))


def test_chunks_are_joined() -> None:
    assert read(BodyReader(9), {"body": b"ab", "more_body": True}, {"body": b"cd"}) == b"abcd"


def test_the_limit_is_a_size_that_is_still_read() -> None:
    assert read(BodyReader(4), {"body": b"abcd"}) == b"abcd"
    with pytest.raises(TooLarge, match="4 bytes"):
        read(BodyReader(4), {"body": b"abcde"})


def test_what_says_that_it_is_too_large_is_refused_at_its_end() -> None:
    with pytest.raises(TooLarge):
        read(BodyReader(4), {"body": b"ab"}, length=b"5")


def test_a_body_that_breaks_off_is_refused() -> None:
    with pytest.raises(Unreadable, match="broke off"):
        read(BodyReader(4), {"body": b"a", "more_body": True}, {"type": "http.disconnect"})


def test_what_waits_for_leave_is_refused_before_it_is_sent() -> None:
    async def never() -> MutableMapping[str, Any]:
        raise AssertionError("the body was asked for")

    fields = {b"content-length": b"5", b"expect": b"100-continue"}
    with pytest.raises(TooLarge):
        asyncio.run(BodyReader(4).read(fields, never))
    with pytest.raises(TooLarge):
        asyncio.run(BodyReader(4).read({b"content-length": b"9" * 30}, never))


def test_large_bodies_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "LARGE_BYTES", 1)
    monkeypatch.setattr(body, "HELD_BYTES", 8)
    reading = 0
    most = 0

    async def read_one(reader: BodyReader) -> bytes:
        waiting = [b"ab", b"cd"]

        async def receive() -> MutableMapping[str, Any]:
            nonlocal reading, most
            part = waiting.pop(0)
            if not waiting:  # the first part was taken, and so was a turn
                reading += 1
                most = max(most, reading)
                await asyncio.sleep(0.01)
                reading -= 1
            return {"type": "http.request", "body": part, "more_body": bool(waiting)}

        return await reader.read({}, receive)

    async def read_ten() -> list[bytes]:
        reader = BodyReader(4)
        return await asyncio.gather(*(read_one(reader) for _ in range(10)))

    assert asyncio.run(read_ten()) == [b"abcd"] * 10
    assert most == 2


def test_a_body_that_does_not_come_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "SWEEP_SECONDS", 0.01)
    with pytest.raises(Unreadable, match="did not arrive"):
        read(BodyReader(99, seconds=0.02), {"body": b"a", "more_body": True})


def test_cancelling_from_elsewhere_stays_a_cancellation() -> None:
    async def cancel() -> None:
        async def never() -> MutableMapping[str, Any]:
            await asyncio.sleep(3600)
            return {}

        task = asyncio.create_task(BodyReader(9).read({}, never))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())


@pytest.mark.parametrize(
    ("fields", "version", "method", "expected"),
    [
        ({}, "1.1", "POST", False),
        ({b"content-length": b"0"}, "1.1", "POST", False),
        ({b"content-length": b"1"}, "1.1", "GET", True),
        ({b"transfer-encoding": b"chunked"}, "1.1", "POST", True),
        ({}, "2", "POST", True),
        ({}, "2", "GET", False),
    ],
)
def test_whether_there_is_a_body(
    fields: dict[bytes, bytes], version: str, method: str, expected: bool
) -> None:
    assert has_body({"http_version": version, "method": method}, fields) is expected

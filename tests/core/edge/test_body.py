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


def test_a_sender_that_left_is_no_refusal() -> None:
    with pytest.raises(ConnectionError):
        read(BodyReader(4), {"type": "http.disconnect"})


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

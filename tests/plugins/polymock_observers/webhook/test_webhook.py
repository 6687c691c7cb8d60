"""A webhook against servers that work, fail, end and come back."""

import asyncio
import itertools
import json
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from plugins.events import request, started
from plugins.receivers import Receiver, raw_server, silence
from polymock.errors import CommandError
from polymock.observers import ObserverPlace
from polymock_observers.webhook.plugin import GIVE_UP_REPLAY, Webhook
from polymock_observers.webhook.settings import Settings
from polymock_observers.webhook.signature import key_of, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def at_work(
    url: str, folder: Path, story: Callable[[Webhook], Awaitable[Any]], **settings: Any
) -> Webhook:
    """A webhook that was started, asked for a story, and stopped."""
    said = {"allow_private": True, "backoff": "5ms", "max_backoff": "20ms", "rate": 5000}
    webhook = Webhook(Settings(url=url, **{**said, **settings}))

    async def all_of_it() -> None:
        await webhook.start(ObserverPlace("hook", folder, folder / "state", lambda: None))  # type: ignore[arg-type,return-value]
        try:
            await story(webhook)
        finally:
            await webhook.stop()

    asyncio.run(all_of_it())
    return webhook


async def until(is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.005)


def test_an_event_arrives_signed(receiver: Receiver, tmp_path: Path) -> None:
    async def story(webhook: Webhook) -> None:
        await webhook.receive([request()])
        await until(lambda: webhook.counts() == (1, 0))

    at_work(receiver.url, tmp_path, story, secret=SECRET, headers={"X-Team": "ci"})
    (posted,) = receiver.got
    headers = posted.headers
    assert json.loads(posted.body)["type"] == "request.received"
    assert (headers["content-type"], headers["x-team"]) == ("application/json", "ci")
    assert headers["webhook-id"] == request().id
    seconds = int(headers["webhook-timestamp"])
    assert abs(seconds - time.time()) < 10
    expected = sign(key_of(SECRET), headers["webhook-id"], seconds, posted.body)
    assert headers["webhook-signature"] == expected


def test_without_a_secret_nothing_is_signed(receiver: Receiver, tmp_path: Path) -> None:
    at_work(receiver.url, tmp_path, lambda webhook: webhook.receive([started()]))
    assert "webhook-signature" not in receiver.got[0].headers


def test_what_fails_at_first_is_tried_again_with_the_same_id(
    receiver: Receiver, tmp_path: Path
) -> None:
    answers = iter([500, 429, 200])

    def in_turn(handler: Any) -> None:
        handler.send_response(next(answers))
        handler.send_header("content-length", "0")
        handler.end_headers()

    receiver.answer = in_turn

    async def story(webhook: Webhook) -> None:
        await webhook.receive([started()])
        await until(lambda: webhook.counts() == (1, 0))

    webhook = at_work(receiver.url, tmp_path, story)
    assert len(receiver.got) == 3
    assert {posted.headers["webhook-id"] for posted in receiver.got} == {"sv_0000"}
    (delivery,) = webhook.history(10)
    assert (delivery.delivered, delivery.attempts, delivery.status) == (True, 3, 200)
    assert webhook.health() == ""


def test_waits_grow_and_differ(receiver: Receiver, tmp_path: Path) -> None:
    receiver.answer = 503
    times: list[float] = []
    receiver.answer = lambda handler: (
        times.append(time.monotonic()),
        handler.send_response(503),
        handler.send_header("content-length", "0"),
        handler.end_headers(),
    )

    async def story(webhook: Webhook) -> None:
        await webhook.receive([started()])
        await until(lambda: webhook.counts() == (0, 1))

    at_work(receiver.url, tmp_path, story, attempts=4, backoff="100ms", max_backoff="10s")
    waits = [after - before for before, after in itertools.pairwise(times)]
    for wait, shortest in zip(waits, (0.05, 0.1, 0.2), strict=True):
        assert shortest <= wait <= 2 * shortest + 0.3


def test_what_is_refused_for_good_is_not_tried_again(receiver: Receiver, tmp_path: Path) -> None:
    receiver.answer = 302

    async def story(webhook: Webhook) -> None:
        await webhook.receive([started()])
        await until(lambda: webhook.counts() == (0, 1))
        assert "redirects are not followed" in webhook.health()

    webhook = at_work(receiver.url, tmp_path, story)
    assert len(receiver.got) == 1
    (letter,) = webhook.dead_letters(10)
    assert (letter.id, letter.attempts) == ("sv_0000", 1)
    assert "HTTP 302" in letter.error


def test_a_server_that_ends_and_comes_back_gets_everything(
    receiver: Receiver, tmp_path: Path
) -> None:
    """What was given up meanwhile is a dead letter, and replayed."""
    receiver.kill()

    async def story(webhook: Webhook) -> None:
        await webhook.receive([started(n) for n in range(20)])
        await until(lambda: webhook.counts() == (0, 20))
        assert webhook.dead_letter_count() == 20
        receiver.start()
        replayed = await webhook.replay(["sv_0007"])
        assert (replayed.delivered, replayed.failed) == (1, ())
        replayed = await webhook.replay([])
        assert (replayed.delivered, replayed.failed) == (19, ())
        assert webhook.dead_letter_count() == 0
        with pytest.raises(CommandError, match="no dead letter 'sv_0007'"):
            await webhook.replay(["sv_0007"])

    webhook = at_work(receiver.url, tmp_path, story, attempts=2)
    assert [posted.headers["webhook-id"] for posted in receiver.got] == [
        "sv_0007",
        *(f"sv_{n:04d}" for n in range(20) if n != 7),
    ]
    assert webhook.counts() == (20, 20)


def test_dead_letters_are_there_after_a_restart(receiver: Receiver, tmp_path: Path) -> None:
    receiver.answer = 404

    async def fail(webhook: Webhook) -> None:
        await webhook.receive([started(n) for n in range(3)])
        await until(lambda: webhook.counts() == (0, 3))

    async def replay(webhook: Webhook) -> None:
        assert (await webhook.replay([])).delivered == 3

    at_work(receiver.url, tmp_path, fail)
    receiver.answer = 200
    at_work(receiver.url, tmp_path, replay)
    (file,) = (tmp_path / "state").iterdir()
    assert file.read_text().count('"kind":"gone"') == 3


def test_dead_letters_that_are_given_up_are_told(receiver: Receiver, tmp_path: Path) -> None:
    receiver.answer = 404

    async def story(webhook: Webhook) -> None:
        await webhook.receive([started(n) for n in range(5)])
        await until(lambda: webhook.counts() == (0, 5))
        receiver.answer = 200
        assert (await webhook.test()).delivered
        assert "2 dead letters were given up" in webhook.health()

    at_work(receiver.url, tmp_path, story, dead_letters=3)


def test_a_replay_ends_where_nobody_is_there(receiver: Receiver, tmp_path: Path) -> None:
    receiver.answer = 404

    async def story(webhook: Webhook) -> None:
        await webhook.receive([started(n) for n in range(10)])
        await until(lambda: webhook.counts() == (0, 10))
        replayed = await webhook.replay([])
        assert (replayed.delivered, len(replayed.failed)) == (0, GIVE_UP_REPLAY)
        assert webhook.dead_letter_count() == 10

    at_work(receiver.url, tmp_path, story)


def test_at_the_end_what_is_on_its_way_becomes_a_dead_letter(tmp_path: Path) -> None:
    with raw_server(silence) as url:

        async def story(webhook: Webhook) -> None:
            receiving = asyncio.create_task(webhook.receive([started(n) for n in range(20)]))
            await asyncio.sleep(0.2)
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)
            webhook.keep([started(n) for n in range(20, 25)])

        webhook = at_work(url, tmp_path, story, timeout="30s")
    letters = webhook.dead_letters(100)
    assert [letter.id for letter in letters] == [f"sv_{n:04d}" for n in reversed(range(25))]
    assert {letter.error for letter in letters} == {"the server ended before it was delivered"}
    assert (webhook.waiting(), webhook.counts()) == (0, (0, 25))


def test_it_takes_no_more_than_it_can_send(tmp_path: Path) -> None:
    """What it has not taken waits in the queue of its subscription, which is bounded."""
    with raw_server(silence) as url:

        async def story(webhook: Webhook) -> None:
            receiving = asyncio.create_task(webhook.receive([started(n) for n in range(50)]))
            done, _ = await asyncio.wait([receiving], timeout=0.3)
            assert not done
            assert webhook._queue.qsize() <= 2
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

        at_work(url, tmp_path, story, timeout="30s", concurrency=2)


def test_events_can_go_in_lists(receiver: Receiver, tmp_path: Path) -> None:
    async def story(webhook: Webhook) -> None:
        await webhook.receive([started(n) for n in range(25)])
        await until(lambda: webhook.counts() == (25, 0))

    at_work(receiver.url, tmp_path, story, batch=10, concurrency=1)
    assert [len(json.loads(posted.body)) for posted in receiver.got] == [10, 10, 5]


def test_a_test_is_delivered_once(receiver: Receiver, tmp_path: Path) -> None:
    receiver.answer = 500

    async def story(webhook: Webhook) -> None:
        failed = await webhook.test()
        assert (failed.delivered, failed.attempts, failed.status) == (False, 1, 500)
        receiver.answer = 200
        delivered = await webhook.test()
        assert (delivered.delivered, delivered.response) == (True, "ok")
        assert webhook.history(10) == (delivered, failed)

    webhook = at_work(receiver.url, tmp_path, story)
    assert json.loads(receiver.got[0].body)["data"] == {"observer": "hook"}
    assert webhook.dead_letter_count() == 0


def test_private_addresses_are_not_reached(
    receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(webhook: Webhook) -> None:
        assert "delivers nothing: `127.0.0.1` is at the private address" in caplog.text
        assert "`allow_private` admits it" in webhook.health()
        await webhook.receive([started()])
        await until(lambda: webhook.counts() == (0, 1))
        assert "`allow_private`" in webhook.health()

    at_work(receiver.url, tmp_path, story, allow_private=False)
    assert receiver.got == []


def test_secrets_are_not_told(
    receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = 500

    async def story(webhook: Webhook) -> None:
        await webhook.receive([started()])
        await until(lambda: webhook.counts() == (0, 1))

    with caplog.at_level(logging.DEBUG):
        webhook = at_work(
            f"{receiver.url}?key=hunter2",
            tmp_path,
            story,
            secret=SECRET,
            headers={"authorization": "Bearer hunter2"},
        )
    kept = b"".join(file.read_bytes() for file in (tmp_path / "state").iterdir()).decode()
    told = f"{caplog.text}{kept}{webhook.health()}{webhook.history(9)}{webhook.dead_letters(9)}"
    assert "HTTP 500" in told
    assert "hunter2" not in told
    assert SECRET[6:] not in told


def test_what_a_server_answers_cannot_mislead_a_terminal(
    receiver: Receiver, tmp_path: Path
) -> None:
    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "9")
        handler.end_headers()
        handler.wfile.write(b"\x1b[2Jabc\xff\x00")

    receiver.answer = answer

    async def story(webhook: Webhook) -> None:
        assert (await webhook.test()).response == "\ufffd[2Jabc\ufffd\ufffd"

    at_work(receiver.url, tmp_path, story)

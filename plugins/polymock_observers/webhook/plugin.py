"""The webhook itself: takes events, sends messages, tries again, keeps what it cannot deliver."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import msgspec

from polymock.config.units import parse_duration
from polymock.errors import CommandError
from polymock.events import new_id, now_us
from polymock.interfaces import Plugin
from polymock.observers import ObserverPlace
from polymock_observers.posting import Answer, Poster, Undelivered, place_of
from polymock_observers.retrying import retrying
from polymock_observers.webhook.dead_letters import DeadLetters, Letter
from polymock_observers.webhook.messages import Message, messages, test_message
from polymock_observers.webhook.pace import Pace
from polymock_observers.webhook.settings import Settings, check
from polymock_observers.webhook.signature import key_of, sign
from polymock_schemas.events import Event
from polymock_schemas.observers import DeadLetter, Delivery, Replayed

MAX_HISTORY = 1000
BURST_SECONDS = 10
"""What was not sent in so many seconds may be made up for at once."""
SHOWN_ANSWER = 1000
"""Characters of an answer that are kept."""
END_SECONDS = 2.0
GIVE_UP_REPLAY = 3
"""After so many failures in a row a replay ends: nobody is there."""
NO_TIME = "the server ended before it was delivered"

log = logging.getLogger("polymock.observers.webhook")


class Webhook:
    """Sends events to a URL. Raises ConfigError where its settings are wrong."""

    def __init__(self, settings: Settings) -> None:
        check(settings)
        self._settings = settings
        self.events: frozenset[str] = frozenset(settings.events)
        self._key = None if settings.secret is None else key_of(settings.secret)
        self._place = place_of(settings.url)
        self._poster = Poster(
            settings.url,
            allow_private=settings.allow_private,
            seconds=parse_duration(settings.timeout),
            connections=settings.concurrency,
        )
        self._backoff = (parse_duration(settings.backoff), parse_duration(settings.max_backoff))
        self._pace = Pace(settings.rate, BURST_SECONDS * settings.rate)
        self._history: deque[Delivery] = deque(maxlen=MAX_HISTORY)
        self._name = ""
        self._letters = DeadLetters(Path(), 0)
        self._queue: asyncio.Queue[Message]
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting = self._delivered = self._failed = 0
        self._problem = ""

    async def start(self, place: ObserverPlace) -> None:
        """Find the dead letters of before, and begin to send."""
        self._name = place.name
        self._letters = DeadLetters(place.state, self._settings.dead_letters)
        self._letters.load()
        self._queue = asyncio.Queue(self._settings.concurrency)
        await self._poster.open()
        self._problem = self._poster.why_never()
        if self._problem:
            log.warning("the observer %r delivers nothing: %s", place.name, self._problem)
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._settings.concurrency)]

    async def receive(self, events: Sequence[Event]) -> None:
        """Take events; returns when the last of them is on its way, or soon will be."""
        waiting = deque(self._messages(events))
        self._waiting += len(events)
        try:
            while waiting:
                await self._queue.put(waiting[0])
                waiting.popleft()
        except asyncio.CancelledError:
            for message in waiting:
                self._bury(message, 0, NO_TIME)
            raise

    def keep(self, events: Sequence[Event]) -> None:
        """Keep what there is no time for."""
        self._waiting += len(events)
        for message in self._messages(events):
            self._bury(message, 0, NO_TIME)

    async def stop(self) -> None:
        """Send what is on its way, for a moment; keep the rest."""
        joining = asyncio.create_task(self._queue.join())
        await asyncio.wait([joining], timeout=END_SECONDS)
        joining.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        while not self._queue.empty():
            self._bury(self._queue.get_nowait(), 0, NO_TIME)
        self._letters.close()
        await self._poster.close()

    def health(self) -> str:
        """Why the last message was not delivered, or dead letters are not kept as they should."""
        if any(task.done() for task in self._tasks):
            return "it has ended: the log says why"
        if self._problem:
            return f"{self._place} takes no messages now: {self._problem}"
        lost, room = self._letters.discarded, self._settings.dead_letters
        if lost and room and not self._letters.problem:
            return f"{lost} dead letters were given up, the oldest first: {room} are kept at most"
        return self._letters.problem

    def counts(self) -> tuple[int, int]:
        """Events delivered, and events given up."""
        return self._delivered, self._failed

    def waiting(self) -> int:
        """Events on their way."""
        return self._waiting

    def history(self, limit: int) -> Sequence[Delivery]:
        """The last deliveries, the newest first."""
        return tuple(self._history)[::-1][:limit]

    def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """The newest of them first."""
        return [
            msgspec.convert(letter, DeadLetter, from_attributes=True)
            for letter in self._letters.newest(limit)
        ]

    def dead_letter_count(self) -> int:
        """How many there are."""
        return len(self._letters)

    async def test(self) -> Delivery:
        """Send a test, once."""
        now = now_us()
        return await self._deliver(test_message(self._name, f"test_{new_id(now)}", now), 1)

    async def replay(self, ids: Sequence[str]) -> Replayed:
        """Send dead letters again, once each, until nobody seems to be there."""
        letters = {letter.id: letter for letter in self._letters.all()}
        unknown = [id_ for id_ in ids if id_ not in letters]
        if unknown:
            raise CommandError(
                f"There is no dead letter {unknown[0][:100]!r}.",
                f"`polymock observers dead-letters {self._name}` lists them.",
                "unknown",
            )
        delivered, failed, in_a_row = 0, list[Delivery](), 0
        for letter in [letters[id_] for id_ in ids] or letters.values():
            delivery = await self._deliver(letter.message, 1)
            if delivery.delivered:
                self._letters.remove(letter)
                self._delivered += letter.events
                delivered, in_a_row = delivered + 1, 0
                continue
            failed.append(delivery)
            in_a_row += 1
            if in_a_row >= GIVE_UP_REPLAY:
                break
        return Replayed(delivered, tuple(failed))

    def _messages(self, events: Sequence[Event]) -> Sequence[Message]:
        return list(messages(events, self._settings.batch, bodies=self._settings.bodies))

    async def _work(self) -> None:
        while True:
            message = await self._queue.get()
            try:
                delivery = await self._deliver(message, self._settings.attempts)
                if delivery.delivered:
                    self._waiting -= message.events
                    self._delivered += message.events
                else:
                    self._bury(message, delivery.attempts, delivery.error)
            except asyncio.CancelledError:
                self._bury(message, 0, NO_TIME)
                raise
            finally:
                self._queue.task_done()

    def _bury(self, message: Message, attempts: int, error: str) -> None:
        self._waiting -= message.events
        self._failed += message.events
        body = message.body.decode()
        self._letters.add(
            Letter(message.id, message.ts, message.type, message.events, attempts, error, body)
        )

    async def _deliver(self, message: Message, attempts: int) -> Delivery:
        """Send a message, up to so many times; what came of it is in the history too."""
        began, begun, tried = now_us(), time.monotonic(), 0
        error, answer = "", None
        try:
            async for attempt in retrying(attempts, *self._backoff):
                with attempt:
                    tried = attempt.retry_state.attempt_number
                    await self._pace.wait()
                    answer = await self._poster.post(message.body, self._headers(message))
        except Undelivered as refused:
            error, answer = refused.reason, refused.answer
        if error and not self._problem:
            log.warning("the observer %r: %s: %s", self._name, self._place, error)
        self._problem = error
        delivery = Delivery(
            id=message.id,
            ts=began,
            type=message.type,
            events=message.events,
            delivered=not error,
            attempts=tried,
            status=0 if answer is None else answer.status,
            elapsed_ms=round((time.monotonic() - begun) * 1000),
            error=error,
            response=_shown(answer),
        )
        self._history.append(delivery)
        return delivery

    def _headers(self, message: Message) -> dict[str, str]:
        seconds = int(time.time())
        headers = {
            "user-agent": "polymock-webhook",
            **{name.lower(): value for name, value in self._settings.headers.items()},
            "content-type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(seconds),
        }
        if self._key is not None:
            headers["webhook-signature"] = sign(self._key, message.id, seconds, message.body)
        return headers


def _shown(answer: Answer | None) -> str:
    """The beginning of an answer as text, without what could mislead a terminal."""
    if answer is None:
        return ""
    text = answer.body[: 4 * SHOWN_ANSWER].decode("utf-8", "replace")[:SHOWN_ANSWER]
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


plugin = Plugin(config=Settings, build=Webhook)

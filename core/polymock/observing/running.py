"""One observer at work, in a thread and an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple, TypeVar

from polymock.errors import CommandError, UserError
from polymock.events import Bus, Subscription
from polymock.observers import Delivering, ObserverPlace
from polymock.observing.building import Built
from polymock.observing.recorded import Decoder
from polymock_schemas.events import Event
from polymock_schemas.observers import HealthState, ObserverInfo

T = TypeVar("T")
AT_ONCE = 100
"""Events that an observer gets at a time."""
DRAIN_SECONDS = 3.0
STOP_SECONDS = 3.0
BEAT_SECONDS = 0.25
SILENT_SECONDS = 5.0
RECENT_SECONDS = 60.0
"""So long a loss is told of by its health."""
REPORT_SECONDS = 10.0

log = logging.getLogger("polymock.observers")


class _Said(NamedTuple):
    """What an observer says of itself: when, why it is not well, and of its deliveries how many
    were made and were given up, how many are under way, and how many dead letters there are."""

    at: float
    reason: str = ""
    counts: tuple[int, int, int, int] | None = None


class Running:
    """An observer, from its start to its end.

    Its plugin's code is called on its own thread alone, but for what may be called on any. What it
    raises is counted and told by the plugin's name; where it hangs, its queue fills and is counted.
    """

    def __init__(self, built: Built, bus: Bus, decoder: Decoder, place: ObserverPlace) -> None:
        self.name, self.type, self.observer = built
        self.delivering = self.observer if isinstance(self.observer, Delivering) else None
        self._said = _Said(time.monotonic())
        self._bus = bus
        self._place = place
        self._what = f"observer {self.name!r} (plugin {self.type!r})"
        self._subscription = Subscription(self.observer.events, decoder)
        self._thread = threading.Thread(
            target=self._work, name=f"observer-{self.name}"[:15], daemon=True
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._ending = asyncio.Event()
        self._stopping = threading.Event()
        self._asleep = False
        self._busy = self._delivered = self._failed = 0
        self._failure = ""
        """Why it does not work at all."""
        self._last_error = ""
        self._losses = _Losses()

    def start(self) -> None:
        """Begin; what happens from now on is kept for it. Does not wait for it."""
        if self._subscription.events:
            self._bus.subscribe(self._subscription)
        self._thread.start()

    def stop(self) -> None:
        """Let it take what waits and end, for some seconds; then it is left to itself."""
        self._stopping.set()
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it is closed
                loop.call_soon_threadsafe(self._ending.set)
        self._rouse()
        self._thread.join(DRAIN_SECONDS + 2 * STOP_SECONDS)
        self._bus.unsubscribe(self._subscription)
        if self._thread.is_alive():
            log.warning("the %s does not end and is left behind", self._what)

    def info(self) -> ObserverInfo:
        """How it does: of what it says itself, what it said last."""
        state, reason = self._health()
        delivered, failed = self._delivered, self._failed
        waiting, letters, said = self._subscription.waiting, None, self._said
        if said.counts is None:
            waiting += self._busy
        else:
            delivered, lost, under_way, letters = said.counts
            failed += lost
            waiting += under_way
        return ObserverInfo(
            name=self.name,
            type=self.type,
            events=tuple(sorted(self._subscription.events)),
            state=state,
            reason=reason,
            waiting=waiting,
            delivered=delivered,
            failed=failed,
            dropped=self._subscription.dropped,
            dead_letters=letters,
        )

    def ask(self, asked: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
        """Have a coroutine run on its loop, from another thread; its result.

        Raises what that raises; CommandError where the observer does not run, or takes too long.
        """
        loop = self._loop
        if loop is None or self._failure or self._stopping.is_set():
            raise CommandError(
                f"The {self._what} does not run.", self._failure or "Try again.", "unavailable"
            )
        future = asyncio.run_coroutine_threadsafe(asked(), loop)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise CommandError(
                f"The {self._what} did not answer within {seconds:g} seconds.",
                "It is busy, or hangs: `observers list` tells.",
                "unavailable",
            ) from None

    def _health(self) -> tuple[HealthState, str]:
        if self._failure:
            return "failed", self._failure
        if not self._thread.is_alive():
            return "failed", "it has ended"
        lost = self._losses.recent(self._subscription.dropped)
        if lost:
            return "degraded", f"{lost} events had no room in its queue lately and were dropped"
        silent = time.monotonic() - self._said.at
        if self._loop is not None and silent > SILENT_SECONDS:
            return "degraded", f"it is busy, or hangs: nothing was heard of it for {silent:.0f} s"
        reason = self._said.reason or self._last_error
        return ("degraded", reason) if reason else ("ok", "")

    async def _listen(self) -> None:
        """Hear again and again how it does."""
        while True:
            self._hear()
            await asyncio.sleep(BEAT_SECONDS)

    def _hear(self) -> None:
        """Have it say how it does, on its own thread: it may hang in that as well."""
        counts = None
        try:
            reason = self.observer.health()
            if self.delivering is not None:
                delivered, lost = self.delivering.counts()
                waiting, letters = self.delivering.waiting(), self.delivering.dead_letter_count()
                counts = delivered, lost, waiting, letters
        except Exception as error:  # the plugin's code
            reason = f"its health cannot be told: {type(error).__name__}: {error}"
        self._said = _Said(time.monotonic(), reason, counts)

    def _work(self) -> None:
        try:
            asyncio.run(self._observe())
        except (Exception, SystemExit) as error:  # the plugin's code
            self._failure = f"{type(error).__name__}: {error}"
            log.error("the %s has ended: %s", self._what, self._failure)
        finally:
            self._loop = None
            self._bus.unsubscribe(self._subscription)

    async def _observe(self) -> None:
        try:
            await self.observer.start(self._place)
        except UserError as error:
            self._failure = f"{error.message} {error.hint}".strip()
            log.error("the %s cannot start: %s", self._what, self._failure)
            return
        self._loop = asyncio.get_running_loop()
        self._subscription.wake = self._rouse
        listening = asyncio.create_task(self._listen())
        consuming = asyncio.create_task(self._consume())
        if not self._stopping.is_set():
            await self._ending.wait()
        await asyncio.wait([consuming], timeout=DRAIN_SECONDS)
        consuming.cancel()
        await asyncio.wait([consuming], timeout=STOP_SECONDS)
        self._keep_rest()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self.observer.stop()
        listening.cancel()
        self._hear()

    async def _consume(self) -> None:
        """Hand over what comes; at the end, until nothing waits."""
        while True:
            events = self._subscription.take(AT_ONCE)
            if events:
                await self._hand(events)
                self._report()
                continue
            if self._stopping.is_set():
                return
            self._wake.clear()
            self._asleep = True
            if not self._subscription.waiting and not self._stopping.is_set():
                await self._wake.wait()
            self._asleep = False

    async def _hand(self, events: Sequence[Event]) -> None:
        self._busy = len(events)
        try:
            await self.observer.receive(events)
        except (Exception, SystemExit) as error:  # the plugin's code
            self._failed += len(events)
            self._last_error = f"{type(error).__name__}: {error}"
            if self._losses.is_due():
                log.warning("the %s failed on %d events: %s", self._what, len(events), error)
        else:
            self._delivered += len(events)
            self._last_error = ""
        finally:
            self._busy = 0

    def _keep_rest(self) -> None:
        """What there was no time for: kept by an observer that keeps, else dropped."""
        keeper = self.delivering
        while rest := self._subscription.take(AT_ONCE):
            if keeper is not None:
                try:
                    keeper.keep(rest)
                    continue
                except Exception as error:  # the plugin's code
                    log.warning("the %s does not keep what is left: %s", self._what, error)
                    keeper = None
            self._subscription.dropped += len(rest)

    def _report(self) -> None:
        dropped = self._subscription.dropped
        if self._losses.recent(dropped) and self._losses.is_due():
            log.warning("the %s is too slow: %d events dropped so far", self._what, dropped)

    def _rouse(self) -> None:
        loop = self._loop
        if self._asleep and loop is not None:
            self._asleep = False
            with contextlib.suppress(RuntimeError):  # it is closed
                loop.call_soon_threadsafe(self._wake.set)


class _Losses:
    """How many events were lost lately, and when that was last told."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = [(time.monotonic(), 0)]
        self._told = 0.0

    def recent(self, dropped: int) -> int:
        """How many of so many dropped ones were so in the last minute."""
        now = time.monotonic()
        if now - self._marks[-1][0] > RECENT_SECONDS / 4:
            self._marks.append((now, dropped))
        while len(self._marks) > 1 and self._marks[1][0] < now - RECENT_SECONDS:
            del self._marks[0]
        return dropped - self._marks[0][1]

    def is_due(self) -> bool:
        """Whether it is time to tell again."""
        now = time.monotonic()
        if now - self._told < REPORT_SECONDS:
            return False
        self._told = now
        return True

"""Batches as workers send them, observers that do as they are told, and a place for them."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from polymock.events import Bus
from polymock.journal.frames import Batch, Hello, encode_call, reply_fields
from polymock.observers import ObserverPlace
from polymock.observing.building import Built
from polymock.observing.feed import Feed, Feeds
from polymock.observing.recorded import Decoder
from polymock.observing.running import Running
from polymock.observing.tally import BOUNDS_US, Tally
from polymock_schemas.calls import Call, Reply
from polymock_schemas.events import Event
from polymock_schemas.observers import Figures

TS = 1_700_000_000_000_000
SECONDS = 10.0


def feeds_of(bus: Bus | None = None) -> tuple[Feeds, Feed]:
    """What hears workers, and the feed of one of them."""
    feeds = Feeds(bus or Bus(), Tally())
    return feeds, feeds.open(Hello("host:0", 1, 5, 0))


def call_to(path: str = "/pets/1", body: bytes = b"", **headers: str) -> Call:
    """A call with these header fields (`x_api_key` for `x-api-key`)."""
    fields = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return Call("GET", path, b"", tuple(fields.items()), fields, body, "127.0.0.1")


def reply_of(status: int = 200, operation: str = "GET /pets/{petId}", **more: object) -> Reply:
    """A reply."""
    made = {"source": "example", "headers": (), "body": b'{"id":1}', **more}
    return Reply(status=status, operation=operation, **made)  # type: ignore[arg-type]


def batch_of(*exchanges: tuple[int, Call, Reply | int], sequence: int = 1, first: int = 0) -> Batch:
    """A batch of exchanges: latency in microseconds, call, and reply or its number."""
    rows = []
    for place, (latency, call, reply) in enumerate(exchanges):
        said = (
            reply
            if isinstance(reply, int)
            else reply_fields(reply, reply.body, len(reply.body), len(reply.body))
        )
        size = len(call.body)
        data = encode_call(0, call, said, call.body, size, size)
        rows.append((TS + place, latency, msgspec.Raw(data)))
    return Batch(sequence, 1, first, (("shop", "openapi"),), rows)


class Obedient:
    """An observer that keeps what it gets, and does what a test says before that."""

    def __init__(self, events: Sequence[str], act: Callable[[], object] | None = None) -> None:
        self.events = frozenset(events)
        self.got: list[Event] = []
        self.ended = threading.Event()
        self._act = act

    async def start(self, place: ObserverPlace) -> None:
        self.place = place

    async def receive(self, events: Sequence[Event]) -> None:
        if self._act is not None:
            made = self._act()
            if asyncio.iscoroutine(made):
                await made
        self.got.extend(events)

    async def stop(self) -> None:
        self.ended.set()

    def health(self) -> str:
        return ""


def figures_of(*series: object) -> Figures:
    """Figures of nothing but these series."""
    return Figures(TS / 1e6, BOUNDS_US, series, None, (), ())  # type: ignore[arg-type]


def running_of(observer: object, bus: Bus, folder: Path) -> Running:
    """An observer at work; a test has to stop it."""
    place = ObserverPlace("mine", folder, folder / "state", figures_of)
    built = Built("mine", "fake", observer)  # type: ignore[arg-type]
    running = Running(built, bus, Decoder((), frozenset), place)
    running.start()
    return running


def wait_until(is_so: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)

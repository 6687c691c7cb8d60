"""Commands on observers that run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.observing.fakes import Obedient, wait_until
from polymock.commands import execution
from polymock.commands.catalog import Catalog
from polymock.commands.context import Context
from polymock.observing.building import Built
from polymock.observing.observers import Measures, Observers
from polymock_schemas.commands import Refusal
from polymock_schemas.events import Event, ServerStarted
from polymock_schemas.observers import DeadLetter, Delivery, Replayed

CATALOG = Catalog()
DELIVERY = Delivery("test_1", 1, "webhook.test", 0, True, 1, 200, 3)


class Post(Obedient):
    """Delivers to nobody in particular."""

    def keep(self, events: Sequence[Event]) -> None:
        """Keep nothing."""

    def counts(self) -> tuple[int, int]:
        return 3, 1

    def waiting(self) -> int:
        return 2

    def history(self, limit: int) -> Sequence[Delivery]:
        return [DELIVERY] * min(limit, 3)

    def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        return [DeadLetter("rq_1", 1, "request.received", 1, 5, "HTTP 500", "{}")]

    def dead_letter_count(self) -> int:
        return 1

    async def test(self) -> Delivery:
        return DELIVERY

    async def replay(self, ids: Sequence[str]) -> Replayed:
        return Replayed(len(ids), ())


class Server:
    """What commands need of a server."""

    def __init__(self, observers: Observers) -> None:
        self.observers = observers


@pytest.fixture
def observers(tmp_path: Path) -> Iterator[Observers]:
    built = [
        Built("hook", "fake", Post(["server.started"])),
        Built("plain", "fake", Obedient(["server.started"])),
    ]
    measures = Measures(1.0, lambda: None, tuple, lambda: None)
    made = Observers(built, folder=tmp_path, state=tmp_path, redact=(), measures=measures)
    made.start()
    wait_until(lambda: all(each._loop is not None for each in made._running))
    yield made
    made.stop()


def answer(observers: Observers, command: str, /, **params: Any) -> Any:
    """What a command answers: of JSON's types, or why it does not."""
    context = Context(server=Server(observers))  # type: ignore[arg-type]
    told = execution.answer(CATALOG.find(command), params, context)
    return told if isinstance(told, Refusal) else msgspec.json.decode(told)


def test_list(observers: Observers) -> None:
    observers.bus.publish(ServerStarted("s", 1, 2, ()))
    wait_until(lambda: observers.infos()[1].delivered == 1)
    hook, plain = answer(observers, "observers.list")
    assert (hook["name"], hook["delivered"], hook["failed"], hook["dead_letters"]) == (
        "hook",
        3,
        1,
        1,
    )
    assert (plain["name"], plain["delivered"], plain["dead_letters"]) == ("plain", 1, None)
    assert plain["events"] == ["server.started"]


def test_deliveries(observers: Observers) -> None:
    assert answer(observers, "observers.test", name="hook")["status"] == 200
    assert len(answer(observers, "observers.history", name="hook", limit="2")) == 2
    (letter,) = answer(observers, "observers.dead_letters", name="hook")
    assert (letter["id"], letter["error"]) == ("rq_1", "HTTP 500")
    assert answer(observers, "observers.replay", name="hook", ids=["rq_1"])["delivered"] == 1


@pytest.mark.parametrize("verb", ["test", "history", "dead_letters", "replay"])
def test_one_that_delivers_nothing(observers: Observers, verb: str) -> None:
    refusal = answer(observers, f"observers.{verb}", name="plain")
    assert refusal.kind == "wrong"
    assert "delivers no messages" in refusal.message


def test_one_that_there_is_not(observers: Observers) -> None:
    refusal = answer(observers, "observers.test", name="hok")
    assert (refusal.kind, refusal.hint) == ("unknown", "Did you mean `hook`?")


@pytest.mark.parametrize(
    "params", [{}, {"name": ""}, {"name": "x" * 65}, {"name": "hook", "limit": 0}]
)
def test_wrong_parameters(observers: Observers, params: dict[str, Any]) -> None:
    assert answer(observers, "observers.history", **params).kind == "wrong"


def test_metrics_are_shown_by_default(observers: Observers) -> None:
    assert observers.paths == ("/metrics",)
    page = observers.page("/metrics", "")
    assert b'observer_delivered_total{observer="hook",type="fake"} 3.0' in page.body

import asyncio
import time

from polymock_observers.webhook.pace import Pace


def seconds_for(pace: Pace, messages: int, pause: float = 0.0) -> float:
    """How long it takes to let so many through, all of them waiting together."""

    async def story() -> float:
        await asyncio.sleep(pause)
        begun = time.monotonic()
        await asyncio.gather(*(pace.wait() for _ in range(messages)))
        return time.monotonic() - begun

    return asyncio.run(story())


def test_few_need_not_wait() -> None:
    assert seconds_for(Pace(1, 100), 100) < 0.5


def test_many_go_evenly() -> None:
    pace = Pace(100, 10)
    assert seconds_for(pace, 40) >= 0.29
    assert seconds_for(pace, 20) >= 0.15  # nothing was left over


def test_what_was_not_sent_is_made_up_for() -> None:
    pace = Pace(100, 10)
    seconds_for(pace, 10)
    assert seconds_for(pace, 5, pause=0.2) < 0.05

"""Trying again: so many times, with waits that grow and differ."""

from __future__ import annotations

import asyncio

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random_exponential,
)

from polymock_observers.posting import Undelivered


def retrying(attempts: int, first: float, longest: float) -> AsyncRetrying:
    """Up to so many attempts at what raises Undelivered, where that may be tried again.

    Waits are seconds: about `first`, then twice that, and so on up to `longest`, half of each by
    chance; or what the answer's Retry-After asks for, where that is more.
    """
    half, limit = first / 2, max(first, longest) / 2
    backoff = wait_exponential(multiplier=half, max=limit) + wait_random_exponential(
        multiplier=half, max=limit
    )

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = None
        if isinstance(error, Undelivered) and error.answer is not None:
            asked = error.answer.retry_after
        return max(backoff(state), min(2 * limit, asked or 0.0))

    return AsyncRetrying(
        sleep=asyncio.sleep,
        stop=stop_after_attempt(attempts),
        retry=retry_if_exception(_may_be_tried_again),
        wait=wait,
        reraise=True,
    )


def _may_be_tried_again(error: BaseException) -> bool:
    return isinstance(error, Undelivered) and error.again

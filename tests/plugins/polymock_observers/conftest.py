"""A receiver, and webhooks at work on an event loop."""

from collections.abc import Iterator

import pytest

from plugins.receivers import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes POSTs; it ends with the test."""
    opened = Receiver()
    yield opened
    opened.kill()

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from polymock.documents.collector import collector_paused, settle


class Document:
    """One that refers to itself, so that only a collection ends it."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_served_is_left_alone_until_the_next() -> None:
    first = Document()
    gone = weakref.ref(first)
    settle()
    assert gc.get_freeze_count() > 0
    del first
    gc.collect()
    assert gone() is not None
    settle()
    assert gone() is None
    assert gc.get_freeze_count() > 0


def test_paused_only_for_a_while() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()

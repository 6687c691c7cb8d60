"""Python's garbage collector, out of the way of large documents."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collections while very many objects are made that all stay: they would double
    the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def settle() -> None:
    """Leave what is alive now to no later collection: it stays until the next document is served.

    A full collection walks a document of a million objects while calls wait for it. What an
    earlier document has left behind is collected here first.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.freeze()

"""The library of realistic data (mimesis), drawing from our own streams.

Only this module imports mimesis, which takes a sixth of a second: `draws` imports it when the
first realistic value is needed.
"""

from __future__ import annotations

import threading

from mimesis import (
    Address,
    Code,
    Development,
    Finance,
    Food,
    Hardware,
    Internet,
    Person,
    Text,
    Transport,
)
from mimesis.locales import Locale
from mimesis.random import Random

from polymock.samples.seeds import Stream


class _Drawn(Random):
    """mimesis' source of randomness, fed from one of our streams."""

    stream = Stream(0)

    def random(self) -> float:
        return self.stream.unit()

    def getrandbits(self, count: int, /) -> int:
        return self.stream.below(1 << count) if count else 0

    def seed(self, *_seed: object) -> None:
        """The stream is seeded; a seed of mimesis' own would be a second source."""


class Lexicon:
    """mimesis' providers, all drawing from `source`."""

    def __init__(self) -> None:
        self.source = _Drawn()
        self.person = Person(Locale.EN, random=self.source)
        self.address = Address(Locale.EN, random=self.source)
        self.finance = Finance(Locale.EN, random=self.source)
        self.food = Food(Locale.EN, random=self.source)
        self.text = Text(Locale.EN, random=self.source)
        self.internet = Internet(random=self.source)
        self.hardware = Hardware(random=self.source)
        self.transport = Transport(random=self.source)
        self.development = Development(random=self.source)
        self.code = Code(random=self.source)


_local = threading.local()


def lexicon(stream: Stream) -> Lexicon:
    """The thread's lexicon, drawing from `stream` until the next call."""
    held: Lexicon | None = getattr(_local, "held", None)
    if held is None:
        held = _local.held = Lexicon()
    held.source.stream = stream
    return held

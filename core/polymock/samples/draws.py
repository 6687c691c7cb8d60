"""What a realistic value is drawn from: its own stream, and the person and place of its owner."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from polymock.samples.places import PLACES, Place
from polymock.samples.seeds import Stream, derive, salt
from polymock.samples.wording import FILE_TYPES, WORDS

if TYPE_CHECKING:
    from polymock.samples.lexicon import Lexicon

_FIRST, _LAST, _PLACE, _TIME = salt("first name"), salt("last name"), salt("place"), salt("time")
_FILE, _BIRTH = salt("file"), salt("birth")
START = datetime(2024, 1, 1, tzinfo=UTC)
"""Where the fixed window of dates begins: times of an object lie within the two years after it."""
_YEARS = 2
"""Years of the window; ages are those at its end."""


class Draw:
    """One value to make. `seed` is the value's own, `owner` that of the object that holds it.

    Two properties of one object meet here: its `firstName` and its `email` see the same person.
    `entity` is the word for the object (`pet`, `customer`), lower-case, perhaps empty.
    """

    def __init__(self, seed: int, owner: int, entity: str = "") -> None:
        self.stream = Stream(seed)
        self.owner = owner
        self.entity = entity

    @property
    def lexicon(self) -> Lexicon:
        """The library, drawing from this value's stream."""
        return _lexicon(self.stream)

    @cached_property
    def first(self) -> str:
        """The first name of the owner's person."""
        return _lexicon(Stream(derive(self.owner, _FIRST))).person.first_name()

    @cached_property
    def last(self) -> str:
        """The last name of the owner's person."""
        return _lexicon(Stream(derive(self.owner, _LAST))).person.last_name()

    @property
    def place(self) -> Place:
        """The owner's city."""
        return Stream(derive(self.owner, _PLACE)).pick(PLACES)

    @property
    def file_type(self) -> tuple[str, str]:
        """The extension and the media type of the owner's file."""
        return Stream(derive(self.owner, _FILE)).pick(FILE_TYPES)

    @property
    def age(self) -> int:
        """The full years of the owner's person since `birth`, where the window of dates ends."""
        birth = self.moment("birth")
        return START.year + _YEARS - birth.year - ((birth.month, birth.day) > (1, 1))

    def moment(self, kind: str) -> datetime:
        """A time of the owner: `created` < `started` < `updated` < `ended` < `expires`, `birth`."""
        if kind == "birth":
            days = Stream(derive(self.owner, _BIRTH)).below(50 * 365)
            return START - timedelta(days=20 * 365 + days)
        timeline = Stream(derive(self.owner, _TIME))
        created = START + timedelta(seconds=timeline.below(200 * 86_400))
        started = created + timedelta(seconds=timeline.below(100 * 86_400) + 60)
        updated = started + timedelta(seconds=timeline.below(100 * 86_400) + 60)
        ended = updated + timedelta(seconds=timeline.below(100 * 86_400) + 60)
        if kind == "expires":
            return ended + timedelta(days=700 + timeline.below(365))
        named = {"created": created, "started": started, "updated": updated, "ended": ended}
        return named.get(kind) or START + timedelta(seconds=self.stream.below(2 * 365 * 86_400))

    def words(self, count: int) -> str:
        """Plain words, lower-case, a space between them."""
        return " ".join(self.stream.pick(WORDS) for _ in range(count))

    def masked(self, mask: str) -> str:
        """A text with each `#` made a digit, each `@` a capital and each `*` one of `0-9a-z`."""
        sets = {
            "#": "0123456789",
            "@": "ABCDEFGHJKLMNPRSTUVWXYZ",
            "*": "0123456789abcdefghijklmnopqrstuvwxyz",
        }
        return "".join(self.stream.pick(sets[c]) if c in sets else c for c in mask)

    def hexadecimal(self, count: int) -> str:
        """`count` digits of base 16, lower-case."""
        return format(self.stream.below(1 << (4 * count)), f"0{count}x")


def ascii_word(text: str) -> str:
    """A text's letters and digits without accents, lower-case: for addresses and handles."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(char for char in plain.lower() if char.isalnum())


def _lexicon(stream: Stream) -> Lexicon:
    # Imported on first use: mimesis takes a sixth of a second, and many mocks never need it.
    from polymock.samples.lexicon import lexicon

    return lexicon(stream)

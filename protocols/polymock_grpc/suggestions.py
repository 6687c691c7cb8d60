"""What a caller may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

MAX_ASKED = 200
MAX_OFFERED = 2000


def nearest(asked: str, offered: Sequence[str]) -> str:
    """The offered name that is most like the asked one; "" where none is."""
    found = difflib.get_close_matches(asked[:MAX_ASKED], offered[:MAX_OFFERED], n=1, cutoff=0.75)
    return found[0] if found else ""

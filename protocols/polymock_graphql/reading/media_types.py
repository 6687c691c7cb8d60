"""Media types in `Content-Type` and `Accept` (RFC 9110, sections 8.3.1 and 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from polymock.media_types import MediaName, parse_media_type, split_list

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENTS = "text/event-stream"
PARTS = "multipart/mixed"
HTML = "text/html"

MAX_FIELD = 2000
"""Characters of a field that are looked at."""
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


class Accepted(msgspec.Struct, frozen=True):
    """An `Accept` field: its ranges with their weights (0 to 1), in its own order."""

    ranges: Sequence[tuple[MediaName, float]]

    def best(self, offers: Sequence[str]) -> str | None:
        """The offer that is wanted most: by weight, then by the field's order, then by ours."""
        weighed = [(*self._weigh(offer), index) for index, offer in enumerate(offers)]
        ranked = [(-weight, position, index) for weight, position, index in weighed if weight > 0]
        return offers[min(ranked)[2]] if ranked else None

    def names(self, offer: str) -> MediaName | None:
        """The range that names this very type, where it is wanted at all."""
        for media, weight in self.ranges:
            if media.essence == offer and weight > 0:
                return media
        return None

    def weight(self, offer: str) -> float:
        """How much a type is wanted, 0 to 1."""
        return self._weigh(offer)[0]

    def _weigh(self, offer: str) -> tuple[float, int]:
        """The weight of the most specific range that the offer is in, and that range's place."""
        kind = offer.partition("/")[0]
        for name in (offer, f"{kind}/*", "*/*"):
            for position, (media, weight) in enumerate(self.ranges):
                if media.essence == name and media.is_utf8:
                    return weight, position
        return 0.0, 0


@lru_cache(maxsize=512)
def parse_media(field: bytes) -> MediaName | None:
    """The media type of a `Content-Type` field; None where it is none."""
    return parse_media_type(field.decode("latin-1")[:MAX_FIELD])


@lru_cache(maxsize=512)
def parse_accept(field: bytes) -> Accepted:
    """The ranges of an `Accept` field; an empty or unreadable one takes anything."""
    ranges: list[tuple[MediaName, float]] = []
    for text in split_list(field.decode("latin-1")[:MAX_FIELD]):
        media = parse_media_type(text)
        if media is not None:
            weight = media.parameters.get("q", "1")
            ranges.append((media, float(weight) if _WEIGHT.fullmatch(weight) else 1.0))
    return Accepted(ranges or [(MediaName("*", "*", {}), 1.0)])

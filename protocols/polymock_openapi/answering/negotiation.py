"""Which declared answer a caller gets: the response by status, the media type by `Accept`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from polymock.errors import NoAnswer, NotAcceptable
from polymock.media_types import (
    MediaName,
    is_plain,
    parse_media_type,
    split_list,
    syntax,
)
from polymock_openapi.model import MediaType, Response

MAX_ACCEPT = 4096
MAX_RANGES = 64
_WEIGHT = re.compile(r"(0(\.[0-9]{0,3})?|1(\.0{0,3})?)")
_USUAL = {
    "*": "application/json",
    "application": "application/json",
    "text": "text/plain",
    "image": "image/png",
    "audio": "audio/wav",
    "video": "video/mp4",
    "multipart": "multipart/form-data",
}
"""What stands for a declared range where the caller does not choose."""
_BYTES = "application/octet-stream"


class Chosen(NamedTuple):
    """A response of the contract and the status to send it with; None where none is declared."""

    status: int
    response: Response | None


class Offer(NamedTuple):
    """A declared body and the media type to send it as."""

    media: MediaType
    content_type: str


def choose_response(responses: Sequence[Response], code: int | None) -> Chosen:
    """The response for a status that was asked for, or the best of all.

    Asked: that status, its range (`4XX`), `default`; else NoAnswer is raised. Not asked: the
    lowest 2xx, `2XX`, `default` (both as 200), the lowest 3xx, then whatever comes first.
    """
    declared = {response.status.upper(): response for response in responses}
    if code is not None:
        return _asked(declared, code)
    success = _lowest(declared, "2")
    if success is not None:
        return success
    if "DEFAULT" in declared:
        return Chosen(200, declared["DEFAULT"])
    for family in ("3", *(status[0] for status in declared if status[0] in "45")):
        found = _lowest(declared, family)
        if found is not None:
            return found
    return Chosen(200, None)


def choose_media(
    content: Mapping[str, MediaType], accept: str, is_text: Callable[[MediaType], bool]
) -> Offer:
    """The declared body that the caller prefers (RFC 9110, section 12.5.1).

    `content` is not empty. `is_text` says whether a body is a string or bytes, so that a declared
    range (`*/*`) may be sent as any type that is asked for. Where nothing matches, types of the
    same syntax do (`application/json` and `application/vnd.x+json`), then types that differ in
    parameters alone. Raises NotAcceptable, which lists what is offered.
    """
    ranges = parse_accept(accept)
    offers = [
        (offer, _name(offer.content_type))
        for media in content.values()
        for offer in _offers(media, ranges, is_text)
    ]
    offers = [(offer, name) for offer, name in offers if _weight(name, ranges) != 0]
    offers.sort(key=lambda offer: syntax(offer[1].essence) != "json")
    for match in (_matches, _matches_syntax, _matches_essence):
        ranks = [_rank(name, ranges, match) for _, name in offers]
        best = max((rank for rank in ranks if rank and rank[0] > 0), default=None)
        if best is not None:
            return offers[ranks.index(best)][0]
    offered = tuple(content)
    raise NotAcceptable(
        f"The operation answers in {', '.join(offered)}; the call accepts {accept[:200]}.", offered
    )


class AcceptRange(NamedTuple):
    """One element of `Accept`: a media range and its weight, 0 to 1."""

    name: MediaName
    weight: float


def parse_accept(accept: str) -> tuple[AcceptRange, ...]:
    """The ranges of an `Accept` value, in order; what is malformed is passed over.

    An empty value, or one without a single valid range, accepts everything.
    """
    ranges: list[AcceptRange] = []
    for element in split_list(accept[:MAX_ACCEPT]):
        name = parse_media_type(element)
        if name is None:
            continue
        weight = name.parameters.get("q", "1")
        if _WEIGHT.fullmatch(weight) is None:
            continue
        matched = {k: v for k, v in name.parameters.items() if k not in ("q", "charset")}
        ranges.append(AcceptRange(name._replace(parameters=matched), float(weight)))
        if len(ranges) == MAX_RANGES:
            break
    return tuple(ranges) or (AcceptRange(MediaName("*", "*", {}), 1.0),)


def _asked(declared: Mapping[str, Response], code: int) -> Chosen:
    if 200 <= code <= 599:
        for status in (str(code), f"{code // 100}XX", "DEFAULT"):
            if status in declared:
                return Chosen(code, declared[status])
    known = ", ".join(response.status for response in declared.values()) or "none"
    raise NoAnswer(
        f"The operation declares no answer with status {code}; it declares: {known}.", asked=True
    )


def _lowest(declared: Mapping[str, Response], family: str) -> Chosen | None:
    codes = [
        int(status)
        for status in declared
        if status.isascii() and status.isdigit() and len(status) == 3 and status[0] == family
    ]
    if codes:
        return Chosen(min(codes), declared[str(min(codes))])
    if f"{family}XX" in declared:
        usual = 302 if family == "3" else int(family) * 100
        return Chosen(usual, declared[f"{family}XX"])
    return None


def _offers(
    media: MediaType, ranges: Sequence[AcceptRange], is_text: Callable[[MediaType], bool]
) -> Iterable[Offer]:
    """What a declared body can be sent as: itself, or the types that stand for its range."""
    declared = _name(media.name)
    if not declared.is_range:
        return (Offer(media, media.name),)
    text = is_text(media)
    usual = "text/plain" if text and declared.type == "*" else _USUAL.get(declared.type, _BYTES)
    asked = [
        wanted.name.essence
        for wanted in ranges
        if "*" not in wanted.name.subtype and declared.type in ("*", wanted.name.type)
    ]
    if not text and _weight(_name(usual), ranges):
        # A browser asks for HTML and XML before anything else; objects suit it better as JSON.
        asked = [essence for essence in asked if syntax(essence) == "json"]
    return tuple(Offer(media, essence) for essence in dict.fromkeys((*asked, usual)))


def _name(content_type: str) -> MediaName:
    return parse_media_type(content_type) or MediaName("application", "octet-stream", {})


def _weight(name: MediaName, ranges: Sequence[AcceptRange]) -> float | None:
    rank = _rank(name, ranges, _matches)
    return rank[0] if rank else None


def _rank(
    offered: MediaName, ranges: Sequence[AcceptRange], match: Callable[[MediaName, MediaName], int]
) -> tuple[float, int, int] | None:
    """Weight, specificity and earliness of the range that says most about a media type."""
    best: tuple[int, int, float] | None = None
    for index, wanted in enumerate(ranges):
        specificity = match(wanted.name, offered)
        if specificity and (best is None or (specificity, -index) > best[:2]):
            best = (specificity, -index, wanted.weight)
    return (best[2], best[0], best[1]) if best else None


def _matches(wanted: MediaName, offered: MediaName) -> int:
    """How precisely a range names a media type: 0 not at all, 1 `*/*`, 2 `type/*`, 3 and more."""
    if wanted.type == "*":
        return 1
    if wanted.type != offered.type:
        return 0
    if wanted.subtype == "*":
        return 2
    if wanted.subtype != offered.subtype:
        return 0
    if any(offered.parameters.get(key) != value for key, value in wanted.parameters.items()):
        return 0
    return 3 + len(wanted.parameters)


def _matches_syntax(wanted: MediaName, offered: MediaName) -> int:
    """Whether both are written in one syntax, and one of them is no more than that."""
    shared = syntax(wanted.essence)
    if not shared or shared != syntax(offered.essence):
        return 0
    return int(is_plain(wanted.essence) or is_plain(offered.essence))


def _matches_essence(wanted: MediaName, offered: MediaName) -> int:
    return int(wanted.essence == offered.essence)

"""Which operation an address nearly is, and what it misses it by: REST paths and RPC names."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote

_REST = re.compile(r"([A-Z]+) (/.*)")
_RPC = re.compile(r"/?([A-Za-z_][\w.]*)/([A-Za-z_]\w*)")
_SESSION = re.compile(r"/~[^/]+(?=/)")
_FAR = 1.3
_ALIKE = 0.65
_METHOD, _CASE, _PREFIX, _MORE, _SLASH = 0.4, 0.15, 0.45, 0.75, 0.05
_MOST_SEGMENTS = 50


class Known(NamedTuple):
    """An operation that is served."""

    mock: str
    protocol: str
    name: str


class Miss(NamedTuple):
    """The operation that was nearly called, why it was not, and what to do; `cost` is how far off
    it was. `operation` is None where none is near."""

    operation: Known | None
    why: str
    hint: str
    cost: float = 0.0


NOTHING_NEAR = Miss(None, "nothing like it is served", "`polymock logs coverage` lists what is")


class Template(NamedTuple):
    """A REST operation's address, in segments; the mock's prefix stands before."""

    operation: Known
    method: str
    prefix: tuple[str, ...]
    segments: tuple[str, ...]


def templates(operations: Iterable[Known], prefixes: dict[str, str]) -> list[Template]:
    """The addresses of the REST operations among these."""
    made = []
    for operation in operations:
        found = _REST.fullmatch(operation.name)
        if found:
            prefix = _segments(prefixes.get(operation.mock, ""))
            made.append(Template(operation, found[1], prefix, _segments(found[2])))
    return made


def prefix_of(operation: str, path: str) -> str | None:
    """What stands before an operation's own path in one that it answered; None where unclear."""
    found = _REST.fullmatch(operation)
    if not found:
        return None
    own, given = _segments(found[2]), _segments(_SESSION.sub("", path, count=1))
    if len(given) < len(own):
        return None
    tail = given[len(given) - len(own) :]
    if any(not _fits(one, other) for one, other in zip(own, tail, strict=True)):
        return None
    return "".join(f"/{segment}" for segment in given[: len(given) - len(own)])


def nearest_address(method: str, path: str, mock: str, known: Sequence[Template]) -> Miss:
    """The REST operation that a method and path nearly are."""
    plain = _SESSION.sub("", path, count=1)
    given = _segments(plain)
    best = NOTHING_NEAR
    best_cost = _FAR
    for template in known:
        bound = abs(len(given) - len(template.prefix) - len(template.segments)) * _PREFIX
        if bound > best_cost + _PREFIX * len(template.prefix):
            continue
        cost, reasons = _compared(given, template)
        if method != template.method and not (method == "HEAD" and template.method == "GET"):
            cost += _METHOD
            reasons = [f"the method is {template.method}, not {method}", *reasons]
        if template.operation.mock != mock:
            cost += 0.01
        if cost < best_cost:
            best_cost = cost
            best = _miss(template, reasons, plain, cost)
    return best


def nearest_rpc(path: str, known: Sequence[Known]) -> Miss:
    """The RPC that a path nearly is; nothing near where the path is none of RPCs."""
    found = _RPC.fullmatch(unquote(path))
    names = {operation.name: operation for operation in known if operation.protocol == "grpc"}
    if not found or not names:
        return NOTHING_NEAR
    service, method = found[1], found[2]
    services = sorted({name.partition("/")[0] for name in names})
    right = _service(service, services)
    if not right:
        return NOTHING_NEAR
    methods = [name.partition("/")[2] for name in names if name.startswith(f"{right}/")]
    meant = _closest(method, methods)
    why = []
    if right != service:
        why.append(f"the service is {right}, not {service}")
    if not meant:
        why.append(f"{right} has no method {method}")
        told = ", ".join(sorted(methods)[:10])
        return Miss(names[f"{right}/{methods[0]}"], "; ".join(why), f"It has {told}.", 1.0)
    if meant != method:
        why.append(f"the method is {meant}, not {method}")
    cost = 2 - _ratio(right, service) - _ratio(meant, method)
    told = "; ".join(why) or "the RPC is there, but was called in a manner that is not served"
    return Miss(names[f"{right}/{meant}"], told, f"Call /{right}/{meant}.", cost)


def _miss(template: Template, reasons: Sequence[str], path: str, cost: float) -> Miss:
    told = "; ".join(reasons)
    if not told:
        told = "it is served now: it was not when this was called, or by another address"
    wanted = "/" + "/".join((*template.prefix, *template.segments))
    return Miss(template.operation, told, f"Call {template.method} {wanted}.", cost)


def _compared(given: tuple[str, ...], template: Template) -> tuple[float, list[str]]:
    """How far segments are from an operation's address, and by what."""
    whole = (*template.prefix, *template.segments)
    best = _aligned(given, whole)
    if template.prefix:
        cost, reasons = _aligned(given, template.segments)
        lacks = f"it lacks the mock's prefix /{'/'.join(template.prefix)}"
        best = min(best, (cost + _PREFIX, [lacks, *reasons]), key=_cost)
    for extra in range(1, min(len(given), 4)):
        cost, reasons = _aligned(given[extra:], template.segments)
        before = given[:extra]
        if before == template.prefix:
            continue
        told = f"/{'/'.join(before)} stands before it"
        if template.prefix:
            told += f" instead of the mock's prefix /{'/'.join(template.prefix)}"
        best = min(best, (cost + _PREFIX * extra**0.5, [told, *reasons]), key=_cost)
    return best


def _aligned(given: Sequence[str], wanted: Sequence[str]) -> tuple[float, list[str]]:
    """Segment by segment, from the left; what is over or lacking at the end counts for itself."""
    if len(given) > _MOST_SEGMENTS:
        return _FAR * 2, []
    cost, reasons, literal = 0.0, [], 0
    if given and given[-1] == "" and (not wanted or wanted[-1] != ""):
        given, cost, reasons = given[:-1], _SLASH, ["it ends with a slash"]
    for one, other in zip(given, wanted, strict=False):
        if _fits(other, one):
            literal += "{" not in other
        elif one.lower() == other.lower():
            cost += _CASE
            literal += 1
            reasons.append(f"the case differs: {other}, not {one}")
        else:
            alike = _ratio(one, other)
            literal += alike >= _ALIKE
            cost += 1.5 * (1 - alike) if alike >= _ALIKE else 1.0
            reasons.append(
                f"a segment is {other}, not {one}" if one else f"the segment {other} is empty"
            )
    if len(given) > len(wanted):
        cost += _MORE * (len(given) - len(wanted))
        reasons.append(f"/{'/'.join(given[len(wanted) :])} is too much at its end")
    elif len(given) < len(wanted):
        cost += _MORE * (len(wanted) - len(given))
        reasons.append(f"/{'/'.join(wanted[len(given) :])} is missing at its end")
    # Parameters take anything: without a word in common it is not near.
    return (cost if literal or not wanted else cost + _FAR), reasons


def _cost(found: tuple[float, list[str]]) -> float:
    return found[0]


def _fits(wanted: str, given: str) -> bool:
    if wanted == given:
        return True
    if "{" not in wanted or not given:
        return False
    return bool(_segment_pattern(wanted).fullmatch(given))


@functools.lru_cache(maxsize=4096)
def _segment_pattern(wanted: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^{}]*\}", wanted)
    return re.compile(".+?".join(map(re.escape, parts)), re.DOTALL)


def _segments(path: str) -> tuple[str, ...]:
    return tuple(unquote(segment) for segment in path.split("/")[1:]) if path != "/" else ()


def _service(given: str, services: Sequence[str]) -> str:
    """The service that a name means: itself, by its last part, or the nearest."""
    if given in services:
        return given
    last = given.rpartition(".")[2].lower()
    same = [name for name in services if name.rpartition(".")[2].lower() == last]
    return same[0] if same else _closest(given, services)


def _closest(word: str, known: Sequence[str]) -> str:
    lower = {name.lower(): name for name in known}
    if word.lower() in lower:
        return lower[word.lower()]
    found = difflib.get_close_matches(word, known, n=1, cutoff=_ALIKE)
    return found[0] if found else ""


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one[:100], other[:100], autojunk=False).ratio()

"""Texts, numbers, truths and instants of one contract as another would write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from polymock.world.clock import instant_text
from polymock.world.names import fold, words

_MAX_DIGITS = 20
_MAX_NUMBER = 40
_MILLISECONDS = 100_000_000_000
_LATEST = 253_402_300_799
"""The last second of the year 9999."""
_DATE = len("2020-01-01")
_TRUTHS = {"true": True, "false": False}


def readings(value: Any, body: Mapping[str, Any]) -> Iterator[Any]:
    """What a scalar may mean in a schema, the most likely first; not checked against it."""
    options = body.get("enum", [body["const"]] if "const" in body else None)
    if isinstance(options, list):
        yield from _options(value, options)
        return
    kinds = body.get("type", ())
    for kind in (kinds,) if isinstance(kinds, str) else kinds:
        if kind == "string":
            yield from _texts(value, body.get("format"))
        elif kind == "integer":
            yield from _integers(value)
        elif kind == "number":
            yield from _numbers(value)
        elif kind == "boolean" and isinstance(value, str):
            truth = _TRUTHS.get(value.lower())
            if truth is not None:
                yield truth


def _options(value: Any, options: Sequence[Any]) -> Iterator[Any]:
    """The enum's values that the given one is another spelling of: `paid`, `ORDER_STATUS_PAID`."""
    texts = [option for option in options if isinstance(option, str)]
    if not isinstance(value, str):
        yield from (text for text in texts if text == str(value))
        return
    wanted = fold(value)
    yield from (text for text in texts if fold(text) == wanted)
    said, spelt = _spaced(value), {text: _spaced(text) for text in texts}
    common = _beginning([each.split() for each in spelt.values() if each])
    if common and said:
        start = " ".join(common) + " "
        yield from (text for text, each in spelt.items() if each.removeprefix(start) == said)
    longest = sorted(texts, key=len, reverse=True)
    yield from (text for text in longest if spelt[text] and said.endswith(" " + spelt[text]))
    yield from (text for text in texts if said and spelt[text].endswith(" " + said))
    yield from (o for o in options if not isinstance(o, str | dict | list) and str(o) == value)


def _spaced(text: str) -> str:
    return " ".join(words(text[:200]))


def _beginning(names: Sequence[Sequence[str]]) -> Sequence[str]:
    """The words that all names begin with, and that do not make up one of them."""
    if len(names) < 2:
        return ()
    first, *_, last = sorted(list(each) for each in names)
    count = 0
    for one, other in zip(first, last, strict=False):
        if one != other:
            break
        count += 1
    return first[: min(count, min(map(len, names)) - 1)]


def _texts(value: Any, form: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int | float):
        if form in ("date-time", "date"):
            told = _instant(value)
            if told:
                yield told[:_DATE] if form == "date" else told
        yield str(value)
        if isinstance(value, float) and isfinite(value):
            if value.is_integer():
                yield str(int(value))
            yield f"{value:.2f}"
        elif isinstance(value, int):
            yield f"{value}.00"
        yield f"{value}s"  # a duration, as ProtoJSON has it
    elif isinstance(value, str):
        if form == "date-time" and len(value) == _DATE:
            yield value + "T00:00:00Z"
        elif form == "date-time" and value[_DATE : _DATE + 1] in ("T", "t", " "):
            yield f"{value[:_DATE]}T{value[_DATE + 1 :]}Z"
        elif form == "date" and value[_DATE : _DATE + 1] in ("T", "t", " "):
            yield value[:_DATE]
        yield value


def _integers(value: Any) -> Iterator[Any]:
    if isinstance(value, float) and value.is_integer():
        yield int(value)
    elif isinstance(value, str):
        digits = value.removeprefix("-")
        whole, point, rest = digits.partition(".")
        if point and not rest.strip("0"):
            digits = whole
        if digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS:
            yield int(digits) * (-1 if value.startswith("-") else 1)
        else:
            yield from _seconds(value)


def _numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, str) and len(value) <= _MAX_NUMBER:
        try:
            number = float(value) if any(c in value for c in ".eE") else int(value)
        except ValueError:
            yield from _seconds(value)
        else:
            yield number


def _instant(value: float) -> str:
    """Seconds, or milliseconds, since 1970 as text; "" where that is no time."""
    seconds = value / 1000 if abs(value) > _MILLISECONDS else value
    if not -_LATEST / 4 < seconds < _LATEST:
        return ""
    return instant_text(datetime.fromtimestamp(seconds, UTC))


def _seconds(text: str) -> Iterator[int]:
    if text[:-1].isdecimal() and text.isascii() and text[-1:] == "s" and len(text) <= _MAX_DIGITS:
        yield int(text[:-1])
    if len(text) > _MAX_NUMBER or text[4:5] != "-":
        return
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return
    yield round((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp())

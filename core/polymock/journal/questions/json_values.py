"""JSON values compared: where two differ first, and what one lacks of another."""

from __future__ import annotations

from typing import Any

import msgspec

_SHOWN = 80
_DEEPEST = 200


def read_json(text: str) -> Any:
    """The value of a text: JSON, one after the other a line each as a list, or else the text."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        pass
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        try:
            return [msgspec.json.decode(line) for line in lines]
        except (ValueError, RecursionError):
            pass
    return text


def difference(wanted: Any, seen: Any, path: str = "body") -> str:
    """Where a value is first not the one wanted; "" where it is. Numbers are equal by value."""
    if path.count("/") > _DEEPEST:
        return f"{path}: too deep to compare"
    if isinstance(wanted, dict) and isinstance(seen, dict):
        for name, value in wanted.items():
            if name not in seen:
                return f"{path}/{_escaped(name)}: missing, wanted {shown(value)}"
            found = difference(value, seen[name], f"{path}/{_escaped(name)}")
            if found:
                return found
        for name, value in seen.items():
            if name not in wanted:
                return f"{path}/{_escaped(name)}: {shown(value)}, wanted nothing there"
        return ""
    if isinstance(wanted, list) and isinstance(seen, list):
        for at, (one, other) in enumerate(zip(wanted, seen, strict=False)):
            found = difference(one, other, f"{path}/{at}")
            if found:
                return found
        if len(wanted) != len(seen):
            return f"{path}: {len(seen)} elements, wanted {len(wanted)}"
        return ""
    return "" if _same(wanted, seen) else f"{path}: {shown(seen)}, wanted {shown(wanted)}"


def lack(wanted: Any, seen: Any, path: str = "body") -> str:
    """What of a value is not contained in another; "" where all is.

    An object contains another's members, an array another's elements in any order, a text another
    text only where both are whole bodies.
    """
    if path.count("/") > _DEEPEST:
        return f"{path}: too deep to compare"
    if isinstance(wanted, dict) and isinstance(seen, dict):
        for name, value in wanted.items():
            if name not in seen:
                return f"{path}/{_escaped(name)}: missing, wanted {shown(value)}"
            found = lack(value, seen[name], f"{path}/{_escaped(name)}")
            if found:
                return found
        return ""
    if isinstance(wanted, list) and isinstance(seen, list):
        left = list(seen)
        for value in wanted:
            at = next((at for at, one in enumerate(left) if not lack(value, one, path)), None)
            if at is None:
                return f"{path}: no element is {shown(value)}"
            del left[at]
        return ""
    if path == "body" and isinstance(wanted, str) and isinstance(seen, str):
        return "" if wanted in seen else f"{path}: the text has no {shown(wanted)}"
    return "" if _same(wanted, seen) else f"{path}: {shown(seen)}, wanted {shown(wanted)}"


def shown(value: Any) -> str:
    """A value as short JSON text."""
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    return type(one) is type(other) and bool(one == other)


def _escaped(name: str) -> str:
    """A name in a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")

"""Sizes and times as people write them."""

from __future__ import annotations

import re

from polymock.errors import ConfigError

_SIZE = re.compile(r"(\d{1,15}) ?([kKMG]i?)?B?")
_SIZE_FACTORS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_DURATION = re.compile(r"(\d{1,9}) ?(ms|s|m|h|d)?")
_DURATION_FACTORS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse_size(value: str | int) -> int:
    """Bytes of a size: a number, or text such as `64KiB` (times 1024) or `10MB` (times 1000).

    Raises ConfigError.
    """
    if isinstance(value, int):
        return value
    found = _SIZE.fullmatch(value.strip())
    if not found:
        raise ConfigError(f"{value[:40]!r} is not a size.", "Write 65536, 64KiB or 10MB.")
    unit = (found[2] or "").replace("K", "k")
    return int(found[1]) * _SIZE_FACTORS[unit]


def parse_duration(value: str | int) -> float:
    """Seconds of a time: a number, or text such as `500ms`, `30s`, `15m`, `12h`, `7d`.

    Raises ConfigError.
    """
    if isinstance(value, int):
        return float(value)
    found = _DURATION.fullmatch(value.strip())
    if not found:
        raise ConfigError(f"{value[:40]!r} is not a time.", "Write 30, 500ms, 30s, 15m, 12h or 7d.")
    return int(found[1]) * _DURATION_FACTORS[found[2] or "s"]


def format_duration(seconds: float) -> str:
    """Seconds as `parse_duration` reads them, in the largest unit that they are whole in: `7d`."""
    milliseconds = round(seconds * 1000)
    for unit, factor in reversed(_DURATION_FACTORS.items()):
        length = round(factor * 1000)
        if milliseconds and milliseconds % length == 0:
            return f"{milliseconds // length}{unit}"
    return "0s"

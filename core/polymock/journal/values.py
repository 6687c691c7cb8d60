"""DuckDB's values as JSON's: what a query's rows look like outside."""

from __future__ import annotations

import base64
import datetime
import decimal
import math
import uuid
from typing import Any

SAFE_INTEGER = 2**53
"""Beyond it, JavaScript and many JSON readers lose digits: such integers become text."""


def plain(value: Any) -> Any:
    """A value of JSON's types: null, true, false, numbers, text, lists, objects.

    Timestamps are ISO 8601 in UTC with a `Z`, dates and times ISO 8601, intervals seconds, UUIDs
    and integers beyond 2**53 text, decimals numbers where that loses nothing and else text, blobs
    base64; NaN and the infinities are null. Never raises.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {_key(key): plain(item) for key, item in value.items()}
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        return value.isoformat() + "Z"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        number = float(value)
        return number if decimal.Decimal(repr(number)) == value else str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, uuid.UUID):
        return str(value)
    return str(value)


def _key(key: Any) -> str:
    made = plain(key)
    return made if isinstance(made, str) else str(made)

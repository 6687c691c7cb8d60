"""Usual numbers by kind, and the kinds that are a time."""

from __future__ import annotations

NUMBERS: dict[str, tuple[int, int, int]] = {
    "price": (5, 499, 2),
    "cents": (500, 49_900, 0),
    "age": (18, 79, 0),
    "quantity": (1, 20, 0),
    "count": (0, 100, 0),
    "page": (1, 10, 0),
    "limit": (10, 100, 0),
    "offset": (0, 100, 0),
    "size": (1_000, 5_000_000, 0),
    "rating": (1, 5, 1),
    "score": (0, 100, 1),
    "percentage": (0, 100, 1),
    "latitude": (-60, 70, 4),
    "longitude": (-170, 170, 4),
    "year": (2000, 2025, 0),
    "expiry_year": (2028, 2032, 0),
    "expiry_month": (1, 12, 0),
    "month": (1, 12, 0),
    "weekday": (1, 7, 0),
    "port": (1024, 65535, 0),
    "id": (1, 9_999, 0),
    "number": (1, 9_999, 0),
    "weight": (1, 100, 1),
    "length": (1, 200, 1),
    "duration": (1, 3_600, 0),
    "temperature": (-10, 35, 1),
    "version": (1, 9, 0),
    "status_code": (200, 200, 0),
    "position": (1, 20, 0),
    "house_number": (1, 199, 0),
    "pin": (1_000, 9_999, 0),
    "postcode": (10_000, 99_999, 0),
    "phone": (2_025_550_100, 2_025_550_199, 0),
}
"""Kinds of numbers: the lowest and highest usual value, and the decimals people write."""

MOMENTS = frozenset({"created", "updated", "started", "ended", "expires", "birth", "moment", "day"})
"""Kinds that are a time; as a number, seconds since 1970."""

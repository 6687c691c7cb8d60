"""Scalars and enums to JSON Schema, in the form that ProtoJSON takes."""

from __future__ import annotations

from typing import Any

from protobuf import DescEnum, ScalarType

_INT32 = (-(1 << 31), (1 << 31) - 1)
_UINT32 = (0, (1 << 32) - 1)
_INT64 = (-(1 << 63), (1 << 63) - 1)
_UINT64 = (0, (1 << 64) - 1)
BOUNDS = {
    ScalarType.INT32: _INT32,
    ScalarType.SINT32: _INT32,
    ScalarType.SFIXED32: _INT32,
    ScalarType.UINT32: _UINT32,
    ScalarType.FIXED32: _UINT32,
    ScalarType.INT64: _INT64,
    ScalarType.SINT64: _INT64,
    ScalarType.SFIXED64: _INT64,
    ScalarType.UINT64: _UINT64,
    ScalarType.FIXED64: _UINT64,
}
"""Lowest and highest value of each integer type."""


def scalar_schema(scalar: ScalarType) -> dict[str, Any]:
    """The values of a scalar type.

    Integers of 64 bits are numbers here: ProtoJSON writes them as text and reads both. A float's
    are quarters, as 32 bits hold those exactly.
    """
    if scalar in BOUNDS:
        low, high = BOUNDS[scalar]
        return {"type": "integer", "minimum": low, "maximum": high}
    if scalar is ScalarType.FLOAT:
        return {"type": "number", "multipleOf": 0.25}
    if scalar is ScalarType.DOUBLE:
        return {"type": "number"}
    if scalar is ScalarType.BOOL:
        return {"type": "boolean"}
    if scalar is ScalarType.BYTES:
        return {"type": "string", "format": "byte"}
    return {"type": "string"}


def enum_schema(enum: DescEnum) -> dict[str, Any]:
    """The names of an enum's values.

    The one of number 0, which stands for "not said" by convention, and deprecated ones are left
    out where others remain; of several names for a number, the first is taken.
    """
    names: dict[int, str] = {}
    for value in enum.values:
        if not value.deprecated:
            names.setdefault(value.number, value.name)
    said = [name for number, name in names.items() if number != 0]
    return {"enum": said or [value.name for value in enum.values[:1]]}


def key_schema(scalar: ScalarType) -> dict[str, Any]:
    """The keys of a map, which are text in JSON whatever their type."""
    if scalar is ScalarType.BOOL:
        return {"enum": ["true", "false"]}
    if scalar in BOUNDS:
        return {"type": "string", "pattern": "^[1-9][0-9]{0,3}$"}
    return {"type": "string", "pattern": "^[a-z]{3,8}$"}

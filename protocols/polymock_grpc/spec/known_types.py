"""Messages with a meaning of their own: the well-known types and google.type, as JSON Schema.

The well-known types have a ProtoJSON form of their own (protobuf.dev, "ProtoJSON Format"); those
of google.type are ordinary messages whose fields only make sense together.
"""

from __future__ import annotations

from typing import Any

ANY = "google.protobuf.Any"
FIELD_MASK = "google.protobuf.FieldMask"
OPERATION = "google.longrunning.Operation"

_INTEGER = {"type": "integer"}
_TEXT = {"type": "string"}
_INT32_RANGE = {"type": "integer", "minimum": -(1 << 31), "maximum": (1 << 31) - 1}
_UINT32_RANGE = {"type": "integer", "minimum": 0, "maximum": (1 << 32) - 1}


def _between(low: float, high: float) -> dict[str, Any]:
    kind = "integer" if isinstance(low, int) else "number"
    return {"type": kind, "minimum": low, "maximum": high}


def _record(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_DATE = {"year": _between(2000, 2025), "month": _between(1, 12), "day": _between(1, 28)}
_CLOCK = {"hours": _between(0, 23), "minutes": _between(0, 59), "seconds": _between(0, 59)}
_UNIT = {**_between(0.0, 1.0), "multipleOf": 0.25}

_SCHEMAS: dict[str, dict[str, Any]] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": "^[1-9][0-9]{0,2}s$"},
    FIELD_MASK: {"enum": ["name", "displayName", "name,displayName"]},
    "google.protobuf.Struct": _record(name=_TEXT, count=_INTEGER, active={"type": "boolean"}),
    "google.protobuf.Value": _TEXT,
    "google.protobuf.ListValue": {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 3},
    "google.protobuf.DoubleValue": {"type": "number"},
    "google.protobuf.FloatValue": {"type": "number", "multipleOf": 0.25},
    "google.protobuf.Int64Value": _INTEGER,
    "google.protobuf.UInt64Value": {"type": "integer", "minimum": 0},
    "google.protobuf.Int32Value": _INT32_RANGE,
    "google.protobuf.UInt32Value": _UINT32_RANGE,
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.StringValue": _TEXT,
    "google.protobuf.BytesValue": {"type": "string", "format": "byte"},
    "google.type.Color": _record(red=_UNIT, green=_UNIT, blue=_UNIT, alpha=_UNIT),
    "google.type.Date": _record(**_DATE),
    "google.type.DateTime": _record(
        **_DATE,
        **_CLOCK,
        timeZone=_record(id={"enum": ["Europe/Berlin", "America/New_York", "Asia/Tokyo"]}),
    ),
    "google.type.Decimal": _record(
        value={"type": "string", "pattern": r"^[1-9][0-9]{0,2}\.[0-9]{2}$"}
    ),
    "google.type.Fraction": _record(numerator=_between(1, 9), denominator=_between(2, 10)),
    "google.type.Interval": _record(
        startTime={"const": "2024-03-01T09:00:00Z"}, endTime={"const": "2024-03-01T10:30:00Z"}
    ),
    "google.type.LatLng": _record(
        latitude=_between(-90.0, 90.0), longitude=_between(-180.0, 180.0)
    ),
    "google.type.LocalizedText": _record(text=_TEXT, languageCode=_TEXT),
    "google.type.Money": _record(
        currencyCode={"type": "string", "pattern": "^[A-Z]{3}$"},
        units=_between(1, 499),
        nanos={"enum": [0, 490_000_000, 500_000_000, 950_000_000, 990_000_000]},
    ),
    "google.type.PhoneNumber": _record(
        e164Number={"type": "string", "pattern": r"^\+1202555[0-9]{4}$"}
    ),
    "google.type.PostalAddress": _record(
        revision={"const": 0},
        regionCode={"type": "string", "x-faker": "location.countryCode"},
        languageCode={"type": "string", "pattern": "^[a-z]{2}$"},
        postalCode=_TEXT,
        administrativeArea={"type": "string"},
        locality=_TEXT,
        addressLines={
            "type": "array",
            "items": {"type": "string", "x-faker": "location.streetAddress"},
            "minItems": 1,
            "maxItems": 1,
        },
        recipients={
            "type": "array",
            "items": {"type": "string", "x-faker": "person.fullName"},
            "minItems": 1,
            "maxItems": 1,
        },
        organization=_TEXT,
    ),
    "google.type.TimeOfDay": _record(**_CLOCK, nanos={"const": 0}),
    "google.type.TimeZone": _record(
        id={"enum": ["Europe/Berlin", "America/New_York", "Asia/Tokyo"]},
        version={"const": "2024a"},
    ),
    "google.rpc.Status": _record(
        code=_between(1, 16), message={"type": "string", "x-faker": "lorem.sentence"}
    ),
}


def known_schema(type_name: str) -> dict[str, Any] | None:
    """The JSON Schema of a message type that has a meaning of its own; None for any other."""
    return _SCHEMAS.get(type_name)
